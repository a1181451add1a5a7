// How rows came to be: how much each counts, which belong together, which were drawn apart. Differences of means
// with the standard error that such rows allow.
import { estimateOf, type DifferenceEstimate } from './difference-estimate.ts';
import { skewOf } from './skewness.ts';

/** Nothing given: rows drawn one by one, each counting once. */
export interface Sampling {
  readonly rows: number;
  /** One a row, ≥ 0, not all 0. */
  readonly weights?: Float64Array | undefined;
  /** Cluster of each row, from 0 on: rows of one cluster are not independent. */
  readonly clusters?: Int32Array | undefined;
  /** Stratum of each row, from 0 on; a cluster lies in one stratum. */
  readonly strata?: Int32Array | undefined;
}

/** True where rows are drawn one by one and each counts once. */
export const isPlain = ({ weights, clusters, strata }: Sampling): boolean =>
  weights === undefined && clusters === undefined && strata === undefined;

/** Only the given rows, in their order; clusters and strata are numbered anew. */
export function samplingOf(sampling: Sampling, rows: Int32Array): Sampling {
  const { weights, clusters, strata } = sampling;
  return {
    rows: rows.length,
    ...(weights !== undefined && { weights: Float64Array.from(rows, (row) => weights[row]!) }),
    ...(clusters !== undefined && { clusters: numbered(rows, clusters) }),
    ...(strata !== undefined && { strata: numbered(rows, strata) }),
  };
}

function numbered(rows: Int32Array, groups: Int32Array): Int32Array {
  const found = new Map<number, number>();
  return rows.map((row) => {
    const group = groups[row]!;
    const known = found.get(group);
    if (known !== undefined) return known;
    found.set(group, found.size);
    return found.size - 1;
  });
}

/** What is drawn: clusters, or rows where there are none; by stratum. */
export interface Units {
  readonly count: number;
  /** Unit of each row; left out, each row is one. */
  readonly ofRow?: Int32Array | undefined;
  /** The units of each stratum that weigh anything; one list where there are no strata. */
  readonly strata: readonly Int32Array[];
}

export function unitsOf({ rows, weights, clusters, strata }: Sampling): Units {
  const count = clusters === undefined ? rows : 1 + clusters.reduce((most, one) => Math.max(most, one), -1);
  const stratumOf = new Int32Array(count).fill(-1);
  for (let row = 0; row < rows; row++) {
    if (weights !== undefined && weights[row] === 0) continue;
    stratumOf[clusters === undefined ? row : clusters[row]!] = strata === undefined ? 0 : strata[row]!;
  }
  const lists = new Map<number, number[]>();
  stratumOf.forEach((stratum, unit) => {
    if (stratum === -1) return;
    const list = lists.get(stratum);
    if (list === undefined) lists.set(stratum, [unit]);
    else list.push(unit);
  });
  return { count, ofRow: clusters, strata: [...lists.values()].map((list) => Int32Array.from(list)) };
}

/** Sum of values by weight over the sum of weights; NaN of no weight. */
export function weightedMean(values: Float64Array, weights?: ArrayLike<number>): number {
  let sum = 0;
  let all = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    // What weighs nothing is as if it were not there, be its value infinite.
    if (weight === 0) continue;
    sum += weight * values[row]!;
    all += weight;
  }
  return sum / all;
}

/**
 * A weighted mean of paired differences with its standard error by linearisation: the spread of the units' sums of
 * w·(d − mean), within strata, with n / (n − 1) for each stratum's n units. Without clusters and strata it is White's
 * HC1 of a weighted regression on a constant; with clusters Liang & Zeger's (statsmodels' `cov_type='cluster'`); with
 * strata the ultimate-cluster variance of survey samples (Särndal, Swensson & Wretman 1992, §5.5). Student's t with as
 * many degrees of freedom as there are units less strata, and Hall's where the units' sums are skewed. A stratum's only
 * unit is set against the mean of all.
 * @param extra variance of the sum of w·(d − mean) to add: what unseen rows may bring
 * @returns null of fewer than two units
 */
export function sampledMeanEstimate(
  differences: Float64Array,
  sampling: Sampling,
  extra = 0,
): DifferenceEstimate | null {
  const { weights } = sampling;
  const units = unitsOf(sampling);
  const mean = weightedMean(differences, weights);
  if (Number.isNaN(mean)) return null;
  const sums = new Float64Array(units.count);
  let all = 0;
  for (let row = 0; row < differences.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    if (weight === 0) continue;
    const unit = units.ofRow?.[row] ?? row;
    sums[unit]! += weight * (differences[row]! - mean);
    all += weight;
  }
  const freedom = units.strata.reduce((sum, list) => sum + list.length - 1, 0);
  if (freedom < 1) return null;
  const single = units.strata.length === 1;
  const spreads = units.strata.map((list) => spreadOf(list, sums, single));
  const variance = spreads.reduce((sum, one) => sum + one.variance, 0) + extra;
  const squares = spreads.reduce((sum, one) => sum + one.squares, 0) + extra;
  const cubes = spreads.reduce((sum, one) => sum + one.cubes, 0);
  return estimateOf(mean, Math.sqrt(variance) / all, freedom, skewOf(cubes, squares));
}

interface Spread {
  /** n / (n − 1) · squares */
  readonly variance: number;
  /** Σ (u − ū)² of one stratum's units. */
  readonly squares: number;
  readonly cubes: number;
}

function spreadOf(list: Int32Array, sums: Float64Array, single: boolean): Spread {
  const n = list.length;
  if (n === 1) return { variance: sums[list[0]!]! ** 2, squares: sums[list[0]!]! ** 2, cubes: 0 };
  // Over all units the sums of w·(d − mean) are zero up to rounding.
  const center = single ? 0 : list.reduce((sum, unit) => sum + sums[unit]!, 0) / n;
  let [squares, cubes] = [0, 0];
  for (const unit of list) {
    const off = sums[unit]! - center;
    squares += off * off;
    cubes += off * off * off;
  }
  return { variance: (n / (n - 1)) * squares, squares, cubes };
}

/** Rows that weigh anything. */
export const weighingRows = ({ rows, weights }: Sampling): number =>
  weights === undefined ? rows : weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
