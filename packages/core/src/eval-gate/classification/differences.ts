// Candidate − production for each metric, with the interval that suits it: analytic where one is known, bootstrap for the rest.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { bootstrap, jackknife } from '../../statistics/bootstrap.ts';
import { calibrationInfluence } from '../../statistics/calibration.ts';
import { brierScores, logLosses } from '../../statistics/classification.ts';
import { aucInfluence, delong } from '../../statistics/delong.ts';
import {
  estimateOf,
  pairedMeanEstimate,
  pairedProportionEstimate,
  replicateEstimate,
  type DifferenceEstimate,
} from '../../statistics/difference-estimate.ts';
import { idealEstimate } from '../../statistics/ideal-bootstrap.ts';
import { drawMultinomial } from '../../statistics/multinomial.ts';
import type { Difference, IntervalPlan } from '../task.ts';
import { countMetricOf, isCountMetric, type CountMetric, type ProbabilityMetric } from './metrics.ts';
import { differenceEvaluator, type Pair } from './resample.ts';
import { confidenceOf, isOfClass, probabilitiesOf } from './sample.ts';

/** More rows than this, and the calibration error's interval is analytic: its bins are full enough, and a bootstrap would take minutes. */
const calibrationBootstrapRows = 20_000;
/** With more classes k³ kinds of rows are more than there are rows, and collapsing them gains nothing. */
const collapsibleClasses = 30;

/** Paired differences by metric; a metric without a value on either side, or too thin for an interval, is left out. */
export function differencesOf(
  pair: Pair,
  names: readonly ClassificationMetric[],
  plan: IntervalPlan,
): ReadonlyMap<ClassificationMetric, Difference> {
  const rows = pair.sample.labels.length;
  const found = new Map<ClassificationMetric, Difference>();
  const keep = (name: ClassificationMetric, estimate: DifferenceEstimate | null | undefined, method: string): void => {
    if (estimate !== null && estimate !== undefined && Number.isFinite(estimate.difference)) {
      found.set(name, { ...estimate, method });
    }
  };
  if (rows < 2) return found;
  const manyClasses = pair.sample.classes.length > collapsibleClasses;
  const byRows = names.filter(
    (name) =>
      plan.intervals !== 'auto' ||
      (name === 'ece' && rows <= calibrationBootstrapRows) ||
      (name !== 'accuracy' && isCountMetric(name) && manyClasses),
  );
  const byCounts = names.filter((name): name is CountMetric => !byRows.includes(name) && isCountMetric(name));
  const ideal = new Map(byRows.map((name) => [name, idealDifference(name, pair, plan)] as const));
  for (const [name, estimate] of ideal) {
    keep(name, estimate, `${plan.intervals === 'bca' ? 'BCa' : 'percentile'} bootstrap, all resamples at once`);
  }
  const drawn = byRows.filter((name) => ideal.get(name) === undefined);
  for (const [name, estimate] of bootstrapRows(pair, drawn, plan)) {
    keep(name, estimate, `${plan.intervals === 'bca' ? 'BCa' : 'percentile'} bootstrap, ${plan.resamples} resamples`);
  }
  for (const [name, estimate] of bootstrapCounts(
    pair,
    byCounts.filter((name) => name !== 'accuracy'),
    plan,
  )) {
    keep(name, estimate, `bootstrap of the collapsed counts, ${plan.resamples} resamples`);
  }
  for (const name of names) {
    if (byRows.includes(name)) continue;
    if (name === 'accuracy') keep(name, accuracyDifference(pair), 'paired proportions (Tango score)');
    else if (!isCountMetric(name)) keep(name, analyticDifference(name, pair), analyticMethods[name](pair));
  }
  return found;
}

/** Means need no draws: their bootstrap distribution is known. */
function idealDifference(
  name: ClassificationMetric,
  pair: Pair,
  { intervals }: IntervalPlan,
): DifferenceEstimate | undefined {
  if (intervals === 'auto') return undefined;
  const losses = lossesOf(name, pair);
  return losses === undefined
    ? undefined
    : idealEstimate(
        losses[0].map((loss, row) => loss - losses[1][row]!),
        intervals,
      );
}

/** One number a row for metrics that are means of rows. */
function lossesOf(
  name: ClassificationMetric,
  { sample, candidate, baseline }: Pair,
): readonly [Float64Array, Float64Array] | undefined {
  const classes = sample.classes.length;
  if (name === 'accuracy') {
    const right = (predicted: Pair['candidate']['predicted']): Float64Array =>
      Float64Array.from(predicted, (value, row) => (value === sample.labels[row] ? 1 : 0));
    return [right(candidate.predicted), right(baseline.predicted)];
  }
  const [a, b] = [candidate.probabilities, baseline.probabilities];
  if (a === undefined || b === undefined) return undefined;
  if (name === 'log-loss') return [logLosses(sample.labels, a, classes), logLosses(sample.labels, b, classes)];
  if (name === 'brier') return [brierScores(sample.labels, a, classes), brierScores(sample.labels, b, classes)];
  return undefined;
}

function bootstrapRows(
  pair: Pair,
  names: readonly ClassificationMetric[],
  plan: IntervalPlan,
): (readonly [ClassificationMetric, DifferenceEstimate | null])[] {
  if (names.length === 0) return [];
  const rows = pair.sample.labels.length;
  const evaluate = differenceEvaluator(pair, names);
  const differences = evaluate(new Int32Array(rows).fill(1));
  const replicates = bootstrap({ rows, replicates: plan.resamples, seed: plan.seed }, evaluate);
  const without = plan.intervals === 'bca' ? jackknife(rows, evaluate) : undefined;
  return names.map((name, index) => [
    name,
    replicateEstimate(differences[index]!, replicates[index]!, without?.[index]),
  ]);
}

/**
 * Metrics of the confusion table need only know how many rows are of each kind (truth, candidate's class,
 * production's class), so a draw of rows is a draw of k³ counts. One made-up row is spread over the kinds that
 * only the candidate has right, one over those that only production has right: without them a comparison in
 * which no row changed would claim certainty.
 */
function bootstrapCounts(
  pair: Pair,
  names: readonly CountMetric[],
  plan: IntervalPlan,
): (readonly [ClassificationMetric, DifferenceEstimate | null])[] {
  if (names.length === 0) return [];
  const { sample, candidate, baseline } = pair;
  const k = sample.classes.length;
  const rows = sample.labels.length;
  const kinds = new Float64Array(k ** 3);
  for (let row = 0; row < rows; row++) {
    kinds[(sample.labels[row]! * k + candidate.predicted[row]!) * k + baseline.predicted[row]!]! += 1;
  }
  const differenceOf = (counts: Float64Array): number[] => {
    const tables = marginTables(counts, k);
    return names.map(
      (name) =>
        (countMetricOf(name, tables.candidate, sample.positive) ?? Number.NaN) -
        (countMetricOf(name, tables.baseline, sample.positive) ?? Number.NaN),
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

function accuracyDifference({ sample, candidate, baseline }: Pair): DifferenceEstimate | null {
  let better = 0;
  let worse = 0;
  for (let row = 0; row < sample.labels.length; row++) {
    const right = candidate.predicted[row] === sample.labels[row];
    const wasRight = baseline.predicted[row] === sample.labels[row];
    if (right && !wasRight) better += 1;
    if (!right && wasRight) worse += 1;
  }
  return pairedProportionEstimate(better, worse, sample.labels.length);
}

const analyticMethods: Readonly<Record<ProbabilityMetric, (pair: Pair) => string>> = {
  'log-loss': () => 'paired means',
  brier: () => 'paired means',
  ece: () => 'paired means of row influences',
  'roc-auc': ({ sample }) => (sample.positive === undefined ? 'row influences, one class against the rest' : 'DeLong'),
};

function analyticDifference(name: ProbabilityMetric, pair: Pair): DifferenceEstimate | null {
  const { sample } = pair;
  const [a, b] = [pair.candidate.probabilities, pair.baseline.probabilities];
  if (a === undefined || b === undefined) return null;
  const losses = lossesOf(name, pair);
  if (losses !== undefined) return pairedMeanEstimate(...losses);
  if (name === 'ece') {
    const [confident, before] = [confidenceOf(sample, a), confidenceOf(sample, b)];
    return pairedMeanEstimate(
      calibrationInfluence(confident.chance, confident.came),
      calibrationInfluence(before.chance, before.came),
    );
  }
  return sample.positive === undefined ? manyClassAuc(pair, a, b) : twoClassAuc(pair, a, b);
}

function twoClassAuc({ sample }: Pair, a: Float64Array, b: Float64Array): DifferenceEstimate | null {
  const positive = sample.positive!;
  const paired = delong(
    probabilitiesOf(a, 2, positive),
    probabilitiesOf(b, 2, positive),
    isOfClass(sample.labels, positive),
  );
  return paired === null ? null : estimateOf(paired.difference, paired.standardError);
}

function manyClassAuc({ sample }: Pair, a: Float64Array, b: Float64Array): DifferenceEstimate | null {
  const k = sample.classes.length;
  const rows = sample.labels.length;
  const sums = [new Float64Array(rows), new Float64Array(rows)];
  for (let index = 0; index < k; index++) {
    const positives = isOfClass(sample.labels, index);
    for (const [arm, probabilities] of [a, b].entries()) {
      const influence = aucInfluence(probabilitiesOf(probabilities, k, index), positives);
      if (influence === null) return null;
      for (let row = 0; row < rows; row++) sums[arm]![row]! += influence[row]! / k;
    }
  }
  return pairedMeanEstimate(sums[0]!, sums[1]!);
}
