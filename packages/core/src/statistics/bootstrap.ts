// The bootstrap: rows are drawn with replacement, the statistics recomputed, their spread is the uncertainty.
// Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 13 and 14.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { normalCdf, normalQuantile } from './normal.ts';

export interface BootstrapPlan {
  readonly rows: number;
  readonly replicates: number;
  /** 32 bits; the same seed gives the same replicates in every runtime. */
  readonly seed: number;
}

/**
 * Draws `replicates` times as many rows as there are, with replacement, and evaluates all statistics on
 * each draw in one loop.
 * @param evaluate gets how often each row was drawn (they sum to `rows`); it answers one number per statistic, NaN where the draw gives none
 * @returns one array of replicates per statistic
 */
export function bootstrap(plan: BootstrapPlan, evaluate: (counts: Int32Array) => readonly number[]): Float64Array[] {
  const { rows, replicates, seed } = plan;
  const random = xoroshiro128plus(seed);
  const counts = new Int32Array(rows);
  const picks = new Uint32Array(rows);
  const results: Float64Array[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawRows(picks, random);
    counts.fill(0);
    for (let draw = 0; draw < rows; draw++) counts[picks[draw]!]! += 1;
    evaluate(counts).forEach((value, index) => {
      results[index] ??= new Float64Array(replicates);
      results[index][replicate] = value;
    });
  }
  return results;
}

/** The mean's own bootstrap, without the detour over counts: replicates of the mean of `values`. */
export function bootstrapMeans(values: Float64Array, replicates: number, seed: number): Float64Array {
  const random = xoroshiro128plus(seed);
  const rows = values.length;
  const picks = new Uint32Array(rows);
  return Float64Array.from({ length: replicates }, () => {
    drawRows(picks, random);
    let sum = 0;
    for (let draw = 0; draw < rows; draw++) sum += values[picks[draw]!]!;
    return sum / rows;
  });
}

/**
 * As many row numbers as there are rows, each as likely as any other. Up to 65,536 rows one 32-bit number gives
 * two of them, by multiplication with rejection (Lemire 2019, "Fast random integer generation in an interval");
 * beyond, a row is favoured by less than rows / 2³², far below what replicates resolve.
 */
function drawRows(picks: Uint32Array, random: RandomGenerator): void {
  const rows = picks.length;
  if (rows > 65_536) {
    const scale = rows / 2 ** 32;
    for (let draw = 0; draw < rows; draw++) picks[draw] = (random.next() >>> 0) * scale;
    return;
  }
  const unfair = 65_536 % rows;
  for (let draw = 0; draw < rows;) {
    const word = random.next();
    const high = Math.imul(word >>> 16, rows);
    if ((high & 0xffff) >= unfair) picks[draw++] = high >>> 16;
    const low = Math.imul(word & 0xffff, rows);
    // A write beyond the last place is dropped by the typed array.
    if ((low & 0xffff) >= unfair) picks[draw++] = low >>> 16;
  }
}

/** Linear interpolation between order statistics: NumPy's default, R's type 7. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return below + (above - below) * (position - low);
}

/** The middle `level` of the replicates. @param sorted replicates in rising order */
export function percentileInterval(sorted: Float64Array, level: number): readonly [number, number] {
  return [quantileOf(sorted, (1 - level) / 2), quantileOf(sorted, (1 + level) / 2)];
}

/**
 * Bias-corrected and accelerated: percentiles moved by the replicates' bias and by how the spread changes
 * with the statistic.
 * @param sorted replicates in rising order
 * @param jackknife the statistic without each row, or without each of many equal groups of rows
 */
export function bcaInterval(
  sorted: Float64Array,
  estimate: number,
  jackknife: Float64Array,
  level: number,
): readonly [number, number] {
  const below = sorted.findIndex((value) => value >= estimate);
  const notAbove = sorted.findIndex((value) => value > estimate);
  const count = (index: number): number => (index === -1 ? sorted.length : index);
  const bias = normalQuantile((count(below) + count(notAbove)) / (2 * sorted.length));
  // No replicate on one side of the estimate: the correction has no finite value, the plain percentiles stand.
  if (!Number.isFinite(bias)) return percentileInterval(sorted, level);
  const acceleration = accelerationOf(jackknife);
  const moved = (share: number): number => {
    const z = bias + normalQuantile(share);
    const shrunk = 1 - acceleration * z;
    // So far out the correction has turned around: nothing lies beyond the last replicate.
    return shrunk <= 0 ? Number(z > 0) : normalCdf(bias + z / shrunk);
  };
  return [quantileOf(sorted, moved((1 - level) / 2)), quantileOf(sorted, moved((1 + level) / 2))];
}

/** Skewness of the jackknife values over six; 0 where they do not vary. */
function accelerationOf(jackknife: Float64Array): number {
  const center = jackknife.reduce((sum, value) => sum + value, 0) / jackknife.length;
  let cubes = 0;
  let squares = 0;
  for (const value of jackknife) {
    cubes += (center - value) ** 3;
    squares += (center - value) ** 2;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/**
 * The statistics without each of up to `groups` groups of rows (row i is in group i mod groups). With as many
 * groups as rows it is the jackknife proper; fewer estimate the same acceleration at a price that big data can pay.
 */
export function jackknife(
  rows: number,
  evaluate: (counts: Int32Array) => readonly number[],
  groups = 400,
): Float64Array[] {
  const used = Math.min(rows, groups);
  const counts = new Int32Array(rows);
  const results: Float64Array[] = [];
  for (let group = 0; group < used; group++) {
    counts.fill(1);
    for (let row = group; row < rows; row += used) counts[row] = 0;
    evaluate(counts).forEach((value, index) => {
      results[index] ??= new Float64Array(used);
      results[index][group] = value;
    });
  }
  return results;
}
