// The bootstrap of metrics of the confusion table, on collapsed counts.
//
// They need only know how many rows are of each kind (truth, candidate's class, production's class), so a draw of rows
// is a draw of k³ counts. One made-up row is spread over the kinds that only the candidate has right, one over those
// that only production has right: without them a comparison in which no row changed would claim certainty.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { replicateEstimate, type DifferenceEstimate } from '../../statistics/difference-estimate.ts';
import { drawMultinomial } from '../../statistics/multinomial.ts';
import { noSettings } from '../metric-settings.ts';
import type { IntervalPlan } from '../task.ts';
import { countMetricOf, type CountMetric } from './metrics.ts';
import type { Pair } from './resample.ts';

export function bootstrapCounts(
  pair: Pair,
  names: readonly CountMetric[],
  plan: IntervalPlan,
): (readonly [ClassificationMetric, DifferenceEstimate | null])[] {
  if (names.length === 0) return [];
  const { sample, candidate, baseline, settings = noSettings } = pair;
  const k = sample.classes.length;
  const rows = sample.labels.length;
  const kinds = new Float64Array(k ** 3);
  for (let row = 0; row < rows; row++) {
    kinds[(sample.labels[row]! * k + candidate.predicted[row]!) * k + baseline.predicted[row]!]! += 1;
  }
  const setting = { settings, positive: sample.positive };
  const differenceOf = (counts: Float64Array): number[] => {
    const tables = marginTables(counts, k);
    return names.map(
      (name) =>
        (countMetricOf(name, tables.candidate, setting) ?? Number.NaN) -
        (countMetricOf(name, tables.baseline, setting) ?? Number.NaN),
    );
  };
  const differences = differenceOf(kinds);
  const weights = withMadeUpRows(kinds, k, rows);
  const random = xoroshiro128plus(plan.seed);
  const replicates = names.map(() => new Float64Array(plan.resamples));
  for (let replicate = 0; replicate < plan.resamples; replicate++) {
    const drawn = differenceOf(drawMultinomial(random, rows, weights));
    drawn.forEach((value, index) => {
      replicates[index]![replicate] = value;
    });
  }
  return names.map((name, index) => [name, replicateEstimate(differences[index]!, replicates[index]!)]);
}

function marginTables(kinds: Float64Array, k: number) {
  const candidate = new Float64Array(k * k);
  const baseline = new Float64Array(k * k);
  for (let kind = 0; kind < kinds.length; kind++) {
    const truth = Math.floor(kind / (k * k));
    candidate[truth * k + (Math.floor(kind / k) % k)]! += kinds[kind]!;
    baseline[truth * k + (kind % k)]! += kinds[kind]!;
  }
  return { candidate: { classes: k, counts: candidate }, baseline: { classes: k, counts: baseline } };
}

function withMadeUpRows(kinds: Float64Array, k: number, rows: number): Float64Array {
  const ofTruth = new Float64Array(k);
  kinds.forEach((count, kind) => {
    ofTruth[Math.floor(kind / (k * k))]! += count;
  });
  return kinds.map((count, kind) => {
    const truth = Math.floor(kind / (k * k));
    const [said, saidBefore] = [Math.floor(kind / k) % k, kind % k];
    return (said === truth) === (saidBefore === truth) ? count : count + ofTruth[truth]! / rows / (k - 1);
  });
}
