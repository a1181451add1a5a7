// The feature's part of the report: bad data first, then drift with its size and certainty, then what is missing.
import { counted, listed, thousands } from '../dataset/plain-words.ts';
import { hasErrors, type Problem } from '../formats/problem.ts';
import { reportSchema } from '../formats/schema-names.ts';
import type { Block, Cell, Finding, Report } from '../formats/report.ts';
import { worstVerdict } from '../formats/verdict.ts';
import type { Comparison } from './compare-column.ts';
import type { DriftJudgement, JudgedColumn } from './decide.ts';

export interface SectionOptions {
  readonly name: string;
  readonly advisory: boolean;
  readonly current: string;
  readonly rows: number | null;
  /** Where the reference is from, in words. */
  readonly reference?: string;
  readonly reproduce: string;
  readonly problems: readonly Problem[];
}

export function driftReport(judgement: DriftJudgement | undefined, options: SectionOptions): Report {
  const columns = [...(judgement?.columns ?? [])].toSorted((a, b) => rank(a) - rank(b) || size(b) - size(a));
  const blocked = hasErrors(options.problems) ? (['error'] as const) : [];
  return {
    schema: reportSchema,
    kind: 'drift-report',
    name: options.name,
    verdict: worstVerdict([...(judgement === undefined ? [] : [judgement.verdict]), ...blocked]),
    ...(options.advisory && { advisory: true }),
    headline: headlineOf(columns, judgement, options.problems),
    comparison: comparisonOf(columns, judgement),
    n: options.rows,
    blocks: blocksOf(columns),
    findings: columns.flatMap((column) => findingOf(column, options.current)),
    problems: options.problems.map((problem) => ({ ...problem })),
    footer: {
      ...(options.reference !== undefined && { baseline: options.reference }),
      reproduce: options.reproduce,
    },
  };
}

const size = ({ comparison }: JudgedColumn): number => comparison?.shift.size ?? 0;

function rank({ verdict, cause }: JudgedColumn): number {
  if (verdict === 'error') return 0;
  if (verdict === 'fail') return cause === 'bad data' ? 1 : 2;
  return { inconclusive: 3, pass: 4, none: 5 }[verdict ?? 'none'];
}

function headlineOf(
  columns: readonly JudgedColumn[],
  judgement: DriftJudgement | undefined,
  problems: readonly Problem[],
): string {
  const problem = problems.find(({ severity }) => severity === 'error');
  if (problem !== undefined) return `could not be judged: ${problem.message.replace(/\.$/, '')}`;
  const of = (verdict: JudgedColumn['verdict']) => columns.filter((column) => column.verdict === verdict);
  const [errors, failed, unsure] = [of('error'), of('fail'), of('inconclusive')];
  const [bad] = failed.filter(({ cause }) => cause === 'bad data');
  const drifted = failed.filter(({ cause }) => cause === 'drift');
  const compared = counted(judgement?.compared ?? 0, 'column');
  if (errors.length > 0)
    return `could not be judged: ${listed(errors.map(({ plan, reason }) => `${plan.name}: ${reason}`))}`;
  if (columns.every(({ verdict }) => verdict === undefined)) return 'could not be judged: no column can be compared';
  const allowed = judgement?.verdict === 'fail' ? '' : ', within what the policy allows';
  if (bad !== undefined) {
    const more = failed.length > 1 ? `; ${failed.length} of ${compared} changed` : '';
    return `bad data first: ${bad.plan.name}: ${bad.reason}${more}${allowed}`;
  }
  const [largest] = drifted;
  if (largest !== undefined)
    return `${drifted.length} of ${compared} drifted, most of all ${largest.plan.name} (${shiftText(largest.comparison)})${allowed}`;
  const [first] = unsure;
  if (first !== undefined)
    return `${unsure.length} of ${compared} cannot be told from drift yet: ${first.plan.name} ${first.reason}`;
  const [most] = columns;
  return `none of ${compared} drifted (largest shift ${shiftNumber(size(most ?? { plan: noPlan, reason: '' }))})`;
}

const noPlan = { name: '', compare: 'skip', reason: '' } as const;

function comparisonOf(columns: readonly JudgedColumn[], judgement: DriftJudgement | undefined): string {
  if (judgement === undefined || judgement.compared === 0) return 'not judged';
  const [first] = columns.filter(({ comparison }) => comparison !== undefined);
  const failed = columns.filter(({ verdict }) => verdict === 'fail').length;
  if (first?.comparison === undefined || judgement.verdict === 'pass')
    return `${failed} of ${counted(judgement.compared, 'column')} drifted`;
  return `${first.plan.name} ${shiftText(first.comparison)}${first.reason.startsWith('needs') ? `; ${first.reason}` : ''}`;
}

const shiftNumber = (value: number): string => value.toFixed(value < 0.0995 && value > 0 ? 3 : 2);

function shiftText(comparison: Comparison | undefined): string {
  if (comparison === undefined) return 'shift unknown';
  const { size, low, high } = comparison.shift;
  return `shift ${shiftNumber(size)}, 95 % CI ${shiftNumber(low)} … ${shiftNumber(high)}`;
}

/** Charts of this many columns go into the comment; the HTML report has all. */
const chartsInComment = 3;

function blocksOf(columns: readonly JudgedColumn[]): Block[] {
  const looked = columns.filter(({ verdict }) => verdict !== undefined);
  const notable = looked.filter(({ verdict }) => verdict !== 'pass');
  const calm = looked.filter(({ verdict }) => verdict === 'pass');
  const others = columns.filter(({ verdict }) => verdict === undefined);
  const charts = looked.flatMap((column) => chartOf(column));
  const prominent = charts.slice(0, Math.min(chartsInComment, notable.length));
  const rest = charts.slice(prominent.length);
  return [
    ...(notable.length > 0 ? [columnsTable(notable)] : []),
    ...prominent,
    ...(calm.length > 0
      ? [
          {
            type: 'details',
            summary: counted(calm.length, 'column that is stable', 'columns that are stable'),
            blocks: [columnsTable(calm)],
          } as const,
        ]
      : []),
    ...(others.length > 0 ? [othersBlock(others)] : []),
    ...(rest.length > 0 ? [{ type: 'details', summary: 'Distributions', comment: false, blocks: rest } as const] : []),
  ];
}

function columnsTable(columns: readonly JudgedColumn[]): Block {
  return {
    type: 'table',
    columns: [
      { title: 'column' },
      { title: 'verdict' },
      { title: 'shift (95 % CI)', align: 'right' },
      { title: 'test' },
      { title: 'adjusted p', align: 'right' },
      { title: 'why' },
    ],
    rows: columns.map((column): Cell[] => {
      const { plan, verdict = 'error', comparison, adjusted, cause, reason } = column;
      const { size = 0, low = 0, high = 0 } = comparison?.shift ?? {};
      return [
        [{ text: plan.name, style: 'code' }],
        { verdict },
        comparison === undefined
          ? '–'
          : {
              bar: Math.min(1, size / 0.8326),
              text: `${shiftNumber(size)} (${shiftNumber(low)} … ${shiftNumber(high)})`,
            },
        comparison === undefined ? '–' : testText(comparison),
        adjusted === undefined ? '–' : pText(adjusted),
        cause === 'bad data' ? `bad data: ${reason}` : reason,
      ];
    }),
  };
}

function testText({ test, wasserstein }: Comparison): string {
  if (test.name === 'chi-square') return `χ² ${Number(test.statistic.toPrecision(4))}`;
  return `KS ${Number(test.statistic.toPrecision(3))}${wasserstein === undefined ? '' : `, W₁ ${Number(wasserstein.toPrecision(3))} sd`}`;
}

const pText = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toFixed(4));

function othersBlock(columns: readonly JudgedColumn[]): Block {
  return {
    type: 'details',
    summary: counted(columns.length, 'column that was not compared', 'columns that were not compared'),
    blocks: [
      {
        type: 'table',
        columns: [{ title: 'column' }, { title: 'why' }],
        rows: columns.map(({ plan, reason }) => [[{ text: plan.name, style: 'code' }], reason]),
      },
    ],
  };
}

function chartOf({ plan, comparison }: JudgedColumn): Block[] {
  if (comparison === undefined) return [];
  const { buckets, reference, current } = comparison.histogram;
  return [
    {
      type: 'chart',
      title: plan.name,
      chart: {
        type: 'histograms',
        alt: `${plan.name}: ${shiftText(comparison)}, on ${thousands(comparison.reference)} reference and ${thousands(comparison.current)} current values.`,
        buckets: [...buckets],
        series: [
          { name: 'reference', values: [...reference] },
          { name: 'current', values: [...current] },
        ],
      },
    },
  ];
}

function findingOf(column: JudgedColumn, file: string): Finding[] {
  const { plan, verdict, cause, reason, comparison } = column;
  if (verdict !== 'fail' && verdict !== 'error') return [];
  const what = cause === 'bad data' ? `${plan.name}: bad data` : `${plan.name} drifted`;
  return [
    {
      severity: 'error',
      title: what,
      message: `${reason}${comparison === undefined ? '' : ` (${shiftText(comparison)})`}.`,
      file,
    },
  ];
}
