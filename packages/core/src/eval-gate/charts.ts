// The pictures of a comparison, as data.
import type { Block, Chart } from '../formats/report.ts';
import { reliability } from '../statistics/calibration.ts';
import { confusionTable, rocCurve } from '../statistics/classification.ts';
import { oriented, type MetricJudgement } from './decide.ts';
import { metricTraits } from './metrics.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';
import { countText, numberText } from './words.ts';

/** Both models, or the candidate alone. */
export interface Judged {
  readonly sample: Sample;
  readonly candidate: Arm;
  readonly baseline?: Arm | undefined;
  /** What the other side is called: `production` where the label says so, else `baseline`. */
  readonly against: 'production' | 'baseline';
}

type ChartBlock = Extract<Block, { type: 'chart' }>;

const arms = ({ candidate, baseline, against }: Judged): [string, Arm][] => [
  ...(baseline === undefined ? [] : ([[against, baseline]] as [string, Arm][])),
  ['candidate', candidate],
];

/** Differences of the key metrics in units of their margins: all on one axis, right is better, −1 is the margin. */
export function intervalsChart(
  metrics: readonly MetricJudgement[],
  margins: ReadonlyMap<string, number>,
): ChartBlock | undefined {
  const rows = metrics.flatMap((metric) => {
    const margin = margins.get(metric.name) ?? 0;
    if (metric.role !== 'key' || metric.difference === undefined || margin === 0) return [];
    const { difference, shown } = oriented(metric);
    return [
      {
        name: metricTraits[metric.name].title,
        value: difference / margin,
        low: shown[0] / margin,
        high: shown[1] / margin,
        ...(metric.verdict !== undefined && { verdict: metric.verdict }),
      },
    ];
  });
  if (rows.length === 0) return undefined;
  const said = rows.map(
    ({ name, value, low, high }) => `${name} ${numberText(value, 1)} (${numberText(low, 1)} to ${numberText(high, 1)})`,
  );
  const alt = `Gain over the other model in margins, with 95 % intervals: ${said.join('; ')}.`;
  return {
    type: 'chart',
    title: 'Gain in margins (right is better)',
    chart: { type: 'intervals', alt, unit: 'margins', margin: -1, rows },
  };
}

export function reliabilityChart(judged: Judged): ChartBlock | undefined {
  const series = arms(judged).flatMap(([name, { probabilities }]) => {
    if (probabilities === undefined) return [];
    const { chance, came } = confidenceOf(judged.sample, probabilities);
    return [
      {
        name,
        points: reliability(chance, came).map(({ predicted, observed }): [number, number] => [predicted, observed]),
      },
    ];
  });
  return lines(series, {
    title: 'Reliability: what was predicted against what came true',
    alt: 'Share that came true by predicted probability; on the diagonal, probabilities mean what they say.',
    xLabel: 'predicted probability',
    yLabel: 'share that came true',
  });
}

export function rocChart(judged: Judged): ChartBlock | undefined {
  const { sample } = judged;
  const { positive } = sample;
  if (positive === undefined || new Set(sample.labels).size < 2) return undefined;
  const series = arms(judged).flatMap(([name, { probabilities }]) =>
    probabilities === undefined
      ? []
      : [{ name, points: rocCurve(probabilitiesOf(probabilities, 2, positive), isOfClass(sample.labels, positive)) }],
  );
  return lines(series, {
    title: 'ROC curves',
    alt: 'True against false positive rate over all thresholds; above the diagonal is better than chance.',
    xLabel: 'false positive rate',
    yLabel: 'true positive rate',
  });
}

function lines(
  series: { name: string; points: [number, number][] }[],
  said: { title: string; alt: string; xLabel: string; yLabel: string },
): ChartBlock | undefined {
  if (series.length === 0) return undefined;
  const { title, ...labels } = said;
  const chart: Chart = { type: 'lines', ...labels, diagonal: true, series };
  return { type: 'chart', title, chart };
}

const largestTable = 8;

/** Rows by truth and predicted class, with the change from the other model. */
export function confusionBlock(judged: Judged): Block | undefined {
  const { sample, candidate, baseline } = judged;
  const k = sample.classes.length;
  if (k > largestTable) return undefined;
  const now = confusionTable(sample.labels, candidate.predicted, k).counts;
  const before = baseline === undefined ? undefined : confusionTable(sample.labels, baseline.predicted, k).counts;
  const cell = (index: number): string => {
    const change = before === undefined ? 0 : now[index]! - before[index]!;
    return `${countText(now[index]!)}${change === 0 ? '' : ` (${change > 0 ? '+' : '−'}${countText(Math.abs(change))})`}`;
  };
  return {
    type: 'table',
    columns: [
      { title: 'truth' },
      ...sample.classes.map((name) => ({ title: `called ${name}`, align: 'right' as const })),
    ],
    rows: sample.classes.map((name, truth) => [name, ...sample.classes.map((_, said) => cell(truth * k + said))]),
  };
}
