// Candidate − baseline of any metric, with the interval that its rows and the policy allow: a paired mean or the
// influence of each row where one is known, else the bootstrap; by weight, cluster and stratum.
import { bootstrap, jackknife } from '../statistics/bootstrap.ts';
import { pairedMeanEstimate, replicateEstimate, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { idealEstimate } from '../statistics/ideal-bootstrap.ts';
import { sampledBootstrap, sampledJackknife } from '../statistics/sampled-bootstrap.ts';
import { isPlain, sampledMeanEstimate, samplingOf, unitsOf, type Sampling } from '../statistics/sampling.ts';
import type { Difference, IntervalPlan } from './task.ts';

/** One metric of both models, row by row. */
export interface PairedRows {
  /** One number a row whose weighted mean is the metric; NaN on rows that have no say in it, on both sides alike. */
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
  /** True where these are the metric's own values, false where they are its influence: right in large samples. */
  readonly mean: boolean;
  /** As the small print names the interval. */
  readonly method: string;
  /** Variance of the weighted sum that rows not yet seen may bring. */
  readonly unseen?: number;
}

/** Each draw's weights of the rows → candidate − baseline of each metric; NaN where a draw has no value. */
export type Evaluator = (weights: Int32Array | Float64Array) => number[];

export interface PairedMetrics<N extends string> {
  readonly sampling: Sampling;
  /** Undefined where a side has no value, or no row by row numbers are known. */
  rows(name: N): PairedRows | undefined;
  /** For these metrics together, so that what they share is computed once a draw. */
  evaluator(names: readonly N[]): Evaluator;
  /** Metrics to bootstrap even where an analytic interval is known. */
  readonly bootstrapped?: (name: N) => boolean;
}

/** A metric without a value on either side, or too thin for an interval, is left out. */
export function estimateDifferences<N extends string>(
  names: readonly N[],
  metrics: PairedMetrics<N>,
  plan: IntervalPlan,
): Map<N, Difference> {
  const { sampling } = metrics;
  const found = new Map<N, Difference>();
  const drawn: N[] = [];
  for (const name of names) {
    const byDraws = plan.intervals !== 'auto' || metrics.bootstrapped?.(name) === true;
    const rows = byDraws && !isPlain(sampling) ? undefined : metrics.rows(name);
    const known = rows === undefined ? undefined : byDraws ? ideal(rows, plan) : analytic(rows, sampling);
    if (known === undefined) {
      if (byDraws || metrics.rows(name) === undefined) drawn.push(name);
    } else if (Number.isFinite(known.difference)) found.set(name, known);
  }
  for (const [name, estimate] of draw(drawn, metrics, plan)) {
    if (estimate !== null && Number.isFinite(estimate.difference))
      found.set(name, { ...estimate, method: drawnMethod(plan, sampling) });
  }
  return found;
}

const kindOf = ({ intervals }: IntervalPlan): string => `${intervals === 'bca' ? 'BCa' : 'percentile'} bootstrap`;

function ideal({ candidate, baseline, mean }: PairedRows, plan: IntervalPlan): Difference | undefined {
  if (!mean || plan.intervals === 'auto') return undefined;
  const differences = candidate.map((value, row) => value - baseline[row]!).filter((value) => !Number.isNaN(value));
  const estimate = idealEstimate(differences, plan.intervals);
  return estimate && { ...estimate, method: `${kindOf(plan)}, all resamples at once` };
}

function analytic(rows: PairedRows, sampling: Sampling): Difference | undefined {
  const { candidate, baseline, method, unseen } = rows;
  const differences = candidate.map((value, row) => value - baseline[row]!);
  const some = differences.some(Number.isNaN)
    ? Int32Array.from([...differences.keys()].filter((row) => !Number.isNaN(differences[row])))
    : undefined;
  const values = some === undefined ? differences : Float64Array.from(some, (row) => differences[row]!);
  const of = some === undefined ? sampling : samplingOf(sampling, some);
  const estimate =
    isPlain(sampling) && unseen === undefined
      ? pairedMeanEstimate(values, new Float64Array(values.length))
      : sampledMeanEstimate(values, of, unseen);
  return estimate === null ? undefined : { ...estimate, method: `${method}${samplingText(of)}` };
}

/** `, weighted, by 40 clusters` */
export function samplingText(sampling: Sampling): string {
  const { weights, clusters, strata } = sampling;
  if (isPlain(sampling)) return '';
  const units = unitsOf(sampling);
  return [
    weights === undefined ? '' : ', weighted',
    clusters === undefined ? '' : `, by ${liveUnits(sampling)} clusters`,
    strata === undefined ? '' : `, in ${units.strata.length} strata`,
  ].join('');
}

/** Rows or clusters that weigh anything. */
const liveUnits = (sampling: Sampling): number =>
  isPlain(sampling) ? sampling.rows : unitsOf(sampling).strata.reduce((sum, list) => sum + list.length, 0);

const drawnMethod = (plan: IntervalPlan, sampling: Sampling): string =>
  `${kindOf(plan)}, ${plan.resamples} resamples${samplingText(sampling)}`;

function draw<N extends string>(
  names: readonly N[],
  { sampling, evaluator }: PairedMetrics<N>,
  { intervals, resamples, seed }: IntervalPlan,
): (readonly [N, DifferenceEstimate | null])[] {
  // One cluster drawn again and again would claim certainty.
  if (names.length === 0 || liveUnits(sampling) < 2) return [];
  const evaluate = evaluator(names);
  const { rows } = sampling;
  const whole = sampling.weights ?? new Int32Array(rows).fill(1);
  const differences = evaluate(whole);
  const replicates = isPlain(sampling)
    ? bootstrap({ rows, replicates: resamples, seed }, evaluate)
    : sampledBootstrap(sampling, { replicates: resamples, seed }, evaluate);
  const without =
    intervals !== 'bca'
      ? undefined
      : isPlain(sampling)
        ? jackknife(rows, evaluate)
        : sampledJackknife(sampling, evaluate);
  return names.map((name, index) => [
    name,
    replicateEstimate(differences[index]!, replicates[index]!, without?.[index]),
  ]);
}
