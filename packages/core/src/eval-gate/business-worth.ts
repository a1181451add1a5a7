// What each row is worth under a model, by an expression over its columns or by a cost matrix.
import { bindExpression, parseExpression, type ParsedExpression } from '../expression/index.ts';
import { didYouMean } from '../formats/did-you-mean.ts';
import type { BusinessMetric } from '../formats/gate-business.ts';
import type { Problem, Read } from '../formats/problem.ts';
import { quoted } from './alignment.ts';
import { namesOfSide, type Names } from './business-names.ts';
import { expressionPlaced } from './business-policy.ts';
import { classText } from './classification/answers.ts';
import type { RowAnswers, Side, TaskEvidence } from './task.ts';

export interface Valuing {
  readonly name: string;
  readonly metric: BusinessMetric;
  readonly columns: Names;
  readonly evidence: TaskEvidence;
  readonly answers: RowAnswers;
}

/** What every row is worth where a model answers so. */
export function rowWorth(valuing: Valuing, side: Side): Read<Float64Array> {
  const { name, metric, columns, evidence, answers } = valuing;
  const tree = metric.expression === undefined ? undefined : parseExpression(metric.expression).value;
  return tree === undefined
    ? costsOf(metric['cost-matrix']!, { name, side, answers, rows: evidence.rows })
    : worthOf(tree, { name, side, columns, evidence, answers });
}

/**
 * Whether any row would be worth another amount if the model answered it otherwise. Where none would, because a column
 * is empty or zero or the expression does not look at the answer, two models cannot differ, whatever they do.
 */
export function seesAnswers(valuing: Valuing, worth: Float64Array): boolean {
  const { classes } = valuing.answers;
  const others = Math.min(mostOthers, Math.max(2, (classes?.length ?? 2) - 1));
  for (let step = 1; step <= others; step++) {
    const other = rowWorth({ ...valuing, answers: otherAnswers(valuing.answers, step) }, 'candidate').value;
    if (other === undefined || other.some((value, row) => value !== worth[row])) return true;
  }
  return false;
}

/** With hundreds of classes a few dozen other answers to every row show what there is to see. */
const mostOthers = 40;

function otherAnswers(answers: RowAnswers, step: number): RowAnswers {
  const { classes } = answers;
  return {
    ...answers,
    prediction: (side, row) => {
      const said = answers.prediction(side, row);
      if (classes !== undefined) return (said + step) % classes.length;
      return step % 2 === 1 ? said + 1 + Math.abs(said) : said - 1 - Math.abs(said);
    },
    ...(answers.probability !== undefined && {
      probability: (side: Side, row: number) => {
        const said = answers.probability?.(side, row);
        return said === undefined ? undefined : step % 2 === 1 ? 1 - said : said / 2;
      },
    }),
  };
}

interface OfSide {
  readonly name: string;
  readonly side: Side;
  readonly answers: RowAnswers;
}

function worthOf(
  tree: ParsedExpression,
  { name, side, columns, evidence, answers }: OfSide & Pick<Valuing, 'columns' | 'evidence'>,
): Read<Float64Array> {
  const bound = bindExpression(tree, namesOfSide(columns, answers, side));
  if (bound.value === undefined) return { problems: bound.problems.map((problem) => expressionPlaced(name, problem)) };
  const { values, faults } = bound.value(evidence.rows);
  if (faults === undefined) return { value: values, problems: [] };
  const { count, row, reason } = faults;
  const id = evidence.line(row)['id'];
  const rows = count === 1 ? '1 row' : `${count} of ${evidence.rows} rows`;
  const message = `business.${name} has no value for the ${side} on ${rows} (first: "${String(id)}"): ${reason}.`;
  const hint = 'Say what such a row is worth: coalesce(column, 0), or if(column == 0, 0, …).';
  return { problems: [{ code: 'GATE_EXPRESSION_ROWS', severity: 'error', message, hint }] };
}

function costsOf(
  matrix: NonNullable<BusinessMetric['cost-matrix']>,
  { name, side, answers, rows }: OfSide & { readonly rows: number },
): Read<Float64Array> {
  const { classes } = answers;
  const problem = (message: string, hint: string): Problem => ({
    code: 'GATE_COST_MATRIX',
    severity: 'error',
    message,
    hint,
  });
  if (classes === undefined)
    return {
      problems: [problem(`business.${name} is a cost matrix, and the answers are no classes.`, 'Write an expression.')],
    };
  const given = new Map(
    Object.entries(matrix).map(([truth, costs]) => [
      classText(truth),
      new Map(Object.entries(costs).map(([said, cost]) => [classText(said), cost])),
    ]),
  );
  const named = [...given].flatMap(([truth, costs]) => [truth, ...costs.keys()]);
  const unknown = [...new Set(named)].filter((one) => !classes.includes(one));
  const lacking = classes.flatMap((truth) =>
    classes
      .filter((said) => said !== truth && given.get(truth)?.get(said) === undefined)
      .map((said) => `${truth} called ${said}`),
  );
  if (unknown.length > 0) {
    const hint = didYouMean(unknown[0]!, classes).replace(/^./, (first) => first.toUpperCase());
    return { problems: [problem(`business.${name} names ${quoted(unknown)}, which is no class.`, hint)] };
  }
  if (lacking.length > 0)
    return {
      problems: [
        problem(
          `business.${name} has no cost for ${quoted(lacking.slice(0, 5))}.`,
          'Give a cost to every wrong answer.',
        ),
      ],
    };
  const costs = Float64Array.from(classes.flatMap((truth) => classes.map((said) => given.get(truth)?.get(said) ?? 0)));
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++)
    values[row] = costs[answers.truth(row) * classes.length + answers.prediction(side, row)]!;
  return { value: values, problems: [] };
}
