// The pictures of two classifiers, as data.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Block, Chart } from '../../formats/report.ts';
import { reliability } from '../../statistics/calibration.ts';
import { confusionTable, rocCurve } from '../../statistics/classification.ts';
import type { Against } from '../task.ts';
import { countText, sideText } from '../words.ts';
import { costBlocks, precisionRecallChart, thresholdChart } from './threshold-pictures.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

/** Both models, or the candidate alone. */
interface Judged {
  readonly sample: Sample;
  readonly candidate: Arm;
  readonly baseline?: Arm | undefined;
  readonly against: Against;
}

type ChartBlock = Extract<Block, { type: 'chart' }>;

const arms = ({ candidate, baseline, against }: Judged): [string, Arm][] => [
  ...(baseline === undefined ? [] : ([[against, baseline]] as [string, Arm][])),
  ['candidate', candidate],
];

export function pictureBlocks(judged: Judged, policy: GatePolicy): Block[] {
  const { threshold } = policy;
  const confusion = confusionBlock(judged);
  const heading = judged.sample.positive === undefined ? 'Confusion' : `Confusion at threshold ${threshold}`;
  const change = judged.baseline === undefined ? '' : `, with the change from ${sideText(judged.against)}`;
  const blocks: (Block | undefined)[] = [
    reliabilityChart(judged),
    rocChart(judged),
    precisionRecallChart(judged.sample, arms(judged)),
    thresholdChart(judged.sample, judged.candidate, threshold),
    ...costBlocks(judged.sample, arms(judged), policy),
    ...(confusion === undefined ? [] : [{ type: 'heading' as const, text: `${heading}${change}` }, confusion]),
  ];
  return blocks.filter((block) => block !== undefined);
}

function reliabilityChart(judged: Judged): ChartBlock | undefined {
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

function rocChart(judged: Judged): ChartBlock | undefined {
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
function confusionBlock(judged: Judged): Block | undefined {
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
