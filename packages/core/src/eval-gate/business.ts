// Metrics of a business: what each row earns or costs under both models, compared like any other metric.
import { bindExpression, parseExpression, type ParsedExpression } from '../expression/index.ts';
import { didYouMean } from '../formats/did-you-mean.ts';
import type { BusinessMetric } from '../formats/gate-business.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem, Read } from '../formats/problem.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import { noDifference } from '../statistics/difference-estimate.ts';
import { weightedMean, type Sampling } from '../statistics/sampling.ts';
import { quoted, rowsProblem } from './alignment.ts';
import { columnNames, namesOfSide, type Names } from './business-names.ts';
import { expressionPlaced } from './business-policy.ts';
import { classText } from './classification/answers.ts';
import type { MetricEvidence } from './decide.ts';
import { estimateDifferences } from './paired-estimates.ts';
import type { OpenTable } from './read-evidence.ts';
import type { ReadPolicy } from './read-policy.ts';
import type { Difference, IntervalPlan, RowAnswers, Side, TaskEvidence, Weakness } from './task.ts';

export interface BusinessSetting {
  readonly policy: GatePolicy;
  readonly evidence: TaskEvidence;
  readonly table: OpenTable;
  readonly same: boolean;
  readonly seed: number;
  /** Where a metric is asked for in the policy. */
  readonly place: ReadPolicy['place'];
}

/** With fewer rows whose worth changed than this, their mean says little of the next ones. */
const fewestChanged = 10;

export async function businessEvidence(engine: DataEngine, setting: BusinessSetting): Promise<Read<MetricEvidence[]>> {
  const { policy, evidence, table } = setting;
  const metrics = Object.entries(policy.business);
  if (metrics.length === 0) return { value: [], problems: [] };
  const { answers } = evidence;
  if (answers === undefined) {
    const message = `Business metrics are asked for, and a ${policy.task} has no single answer to a row.`;
    const hint = 'They value what a model said of each row: classes or numbers.';
    return { problems: [rowsProblem('GATE_BUSINESS_TASK', table.file, message, hint)] };
  }
  const parsed = new Map(
    metrics.flatMap(([name, { expression }]) => {
      const tree = expression === undefined ? undefined : parseExpression(expression).value;
      return tree === undefined ? [] : [[name, tree] as const];
    }),
  );
  const columns = await columnNames(engine, { table, id: policy.data.id }, [...parsed.values()]);
  const read = metrics.map(([name, metric]): Read<MetricEvidence> => {
    const tree = parsed.get(name);
    const of = (side: Side): Read<Float64Array> =>
      tree === undefined
        ? costsOf(metric['cost-matrix']!, { name, side, answers, rows: evidence.rows })
        : worthOf(tree, { name, side, columns, setting, answers });
    const candidate = of('candidate');
    const baseline = evidence.compared && !setting.same ? of('baseline') : candidate;
    // What both sides suffer from is told once.
    const problems = candidate.value === undefined ? candidate.problems : baseline.problems;
    if (candidate.value === undefined || baseline.value === undefined)
      return { problems: problems.map((problem) => ({ ...problem, ...setting.place(name) })) };
    const both = { candidate: candidate.value, baseline: baseline.value };
    return { value: metricEvidence([name, metric], both, setting), problems: [] };
  });
  const problems = read.flatMap((one) => one.problems);
  return problems.length > 0 ? { problems } : { value: read.map(({ value }) => value!), problems };
}

interface OfSide {
  readonly name: string;
  readonly side: Side;
  readonly answers: RowAnswers;
}

function worthOf(
  tree: ParsedExpression,
  { name, side, columns, setting, answers }: OfSide & { readonly columns: Names; readonly setting: BusinessSetting },
): Read<Float64Array> {
  const { evidence } = setting;
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

interface Both {
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
}

function metricEvidence(
  [name, metric]: readonly [string, BusinessMetric],
  both: Both,
  setting: BusinessSetting,
): MetricEvidence {
  const { policy, evidence, same, seed } = setting;
  const { minimum, maximum, unit, margin = 0 } = metric;
  const sampling = evidence.answers?.sampling ?? { rows: evidence.rows };
  const scale =
    metric.aggregate === 'mean' ? 1 : (sampling.weights?.reduce((sum, one) => sum + one, 0) ?? evidence.rows);
  const bounds = { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
  const valueOf = (values: Float64Array): { value: number } => ({
    value: weightedMean(values, sampling.weights) * scale,
  });
  const plan = { intervals: policy.intervals, resamples: policy.resamples, seed };
  const difference = !evidence.compared
    ? undefined
    : same
      ? { ...noDifference, method: 'the same file on both sides' }
      : differenceOf(both, sampling, plan);
  return {
    name,
    traits: {
      title: metric.title ?? name,
      direction: metric.direction ?? 'lower',
      unit: 'number',
      ...(unit !== undefined && { suffix: unit }),
    },
    asked: metric.role === 'guard' ? { role: 'guard', ...bounds } : { role: 'key', margin, ...bounds },
    candidate: valueOf(both.candidate),
    ...(evidence.compared && { baseline: valueOf(both.baseline) }),
    ...(difference !== undefined && { difference: scaled(difference, scale) }),
    ...(evidence.compared && !same && { weakness: fewChanged(both) }),
  };
}

function differenceOf({ candidate, baseline }: Both, sampling: Sampling, plan: IntervalPlan): Difference | undefined {
  const mean = 'worth';
  return estimateDifferences(
    [mean],
    {
      sampling,
      rows: () => ({ candidate, baseline, mean: true, method: 'paired means' }),
      evaluator: () => (weights) => [weightedMean(candidate, weights) - weightedMean(baseline, weights)],
    },
    plan,
  ).get(mean);
}

/** Of a sum over the dataset instead of a mean. */
function scaled(difference: Difference, scale: number): Difference {
  const times = ([low, high]: readonly [number, number]): readonly [number, number] => [low * scale, high * scale];
  return {
    ...difference,
    difference: difference.difference * scale,
    standardError: difference.standardError * scale,
    decision: times(difference.decision),
    shown: times(difference.shown),
    within: (level) => times(difference.within(level)),
  };
}

function fewChanged({ candidate, baseline }: Both): Weakness | undefined {
  const rows = candidate.length;
  const changed = candidate.reduce((count, value, row) => count + (value === baseline[row] ? 0 : 1), 0);
  if (changed >= fewestChanged) return undefined;
  return {
    reason: `only ${changed} rows are worth another amount; ${fewestChanged} are needed`,
    rowsNeeded: Math.ceil((rows * fewestChanged) / Math.max(1, changed)),
  };
}
