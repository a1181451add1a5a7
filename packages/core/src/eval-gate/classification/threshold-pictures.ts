// Pictures of what the threshold trades: precision against recall, both over all thresholds, and what errors cost.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Block } from '../../formats/report.ts';
import { ratesAtThresholds } from '../../statistics/threshold-rates.ts';
import { decisionCosts, thresholdCosts } from '../threshold-costs.ts';
import { numberText } from '../words.ts';
import { isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

type ChartBlock = Extract<Block, { type: 'chart' }>;
type Point = [number, number];

const steps = Array.from({ length: 101 }, (_, index) => index / 100);

/** @param arms by what each is called; those without probabilities are left out */
export function precisionRecallChart(
  sample: Sample,
  arms: readonly (readonly [string, Arm])[],
): ChartBlock | undefined {
  const series = arms.flatMap(([name, arm]) => {
    const rates = ratesOf(sample, arm);
    if (rates === undefined) return [];
    const points = rates.flatMap(({ precision, recall }): Point[] => (precision === null ? [] : [[recall, precision]]));
    return [{ name, points }];
  });
  if (series.length === 0) return undefined;
  return {
    type: 'chart',
    title: 'Precision against recall',
    chart: {
      type: 'lines',
      alt: 'Precision by recall over all thresholds; further up and to the right is better.',
      xLabel: 'recall',
      yLabel: 'precision',
      series,
    },
  };
}

/** @param threshold where the policy decides */
export function thresholdChart(sample: Sample, candidate: Arm, threshold: number): ChartBlock | undefined {
  const rates = ratesOf(sample, candidate, steps);
  if (rates === undefined) return undefined;
  const best = rates.reduce((first, next) => (next.f1 > first.f1 ? next : first));
  return {
    type: 'chart',
    title: 'Candidate over thresholds',
    chart: {
      type: 'lines',
      alt: `Precision, recall and F1 of the candidate by threshold; decided at ${threshold}, F1 is highest at ${best.threshold}.`,
      xLabel: 'threshold',
      yLabel: 'share',
      series: [
        {
          name: 'precision',
          points: rates.flatMap((at): Point[] => (at.precision === null ? [] : [[at.threshold, at.precision]])),
        },
        { name: 'recall', points: rates.map((at): Point => [at.threshold, at.recall]) },
        { name: 'F1', points: rates.map((at): Point => [at.threshold, at.f1]) },
      ],
      marks: [{ x: threshold, name: 'policy' }],
    },
  };
}

/** What a row costs over all thresholds, for the first cost matrix of the policy: where decisions would be cheapest. */
export function costBlocks(
  sample: Sample,
  arms: readonly (readonly [string, Arm])[],
  { business, threshold, resamples }: Pick<GatePolicy, 'business' | 'threshold' | 'resamples'>,
): Block[] {
  const { positive, classes } = sample;
  const [name, asked] = Object.entries(business).find(([, metric]) => metric['cost-matrix'] !== undefined) ?? [];
  const matrix = asked?.['cost-matrix'];
  const costs = matrix === undefined || positive === undefined ? undefined : decisionCosts(matrix, classes, positive);
  if (name === undefined || positive === undefined || costs === undefined) return [];
  const positives = isOfClass(sample.labels, positive);
  const found = arms.flatMap(([side, { probabilities }]) => {
    if (probabilities === undefined) return [];
    const chance = probabilitiesOf(probabilities, classes.length, positive);
    const cost = thresholdCosts(chance, positives, costs, { threshold, resamples: Math.min(resamples, 500), seed: 1 });
    return cost === undefined ? [] : [{ side, cost }];
  });
  const own = found.at(-1)?.cost;
  if (own === undefined) return [];
  const title = asked?.title ?? name;
  const unit = asked?.unit === undefined ? '' : ` ${asked.unit}`;
  const [low, high] = own.interval.map((value) => numberText(value, 2));
  const [least, most] = own.saving.interval.map((value) => numberText(value));
  const said = `Decisions of the candidate are cheapest from probability ${numberText(own.best.threshold, 2)} on (95 % of resamples ${low} … ${high}): ${numberText(own.best.cost)}${unit} a row. At ${threshold} a row costs ${numberText(own.saving.value)}${unit} more (95 % ${least} … ${most}).`;
  return [
    {
      type: 'chart',
      title: `${title} by threshold`,
      chart: {
        type: 'lines',
        alt: said,
        xLabel: 'threshold',
        yLabel: `cost of a row${unit === '' ? '' : `,${unit}`}`,
        series: found.map(({ side, cost }) => ({
          name: side,
          points: cost.points.map((point): Point => [point.threshold, point.cost]),
        })),
        marks: [
          { x: threshold, name: 'policy' },
          { x: own.best.threshold, name: 'cheapest' },
        ],
      },
    },
  ];
}

function ratesOf(sample: Sample, { probabilities }: Arm, thresholds?: readonly number[]) {
  const { positive, labels } = sample;
  if (positive === undefined || probabilities === undefined) return undefined;
  const scores = probabilitiesOf(probabilities, sample.classes.length, positive);
  return (
    ratesAtThresholds(scores, isOfClass(labels, positive), thresholds === undefined ? {} : { thresholds }) ?? undefined
  );
}
