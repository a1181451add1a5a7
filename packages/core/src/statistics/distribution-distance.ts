// Distances between two distributions given as counts, and how sure they are.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { drawMultinomial } from './multinomial.ts';

/**
 * Jensen–Shannon's distance: the root of the divergence in nats, 0 (equal) … 0.8326 (nothing in common).
 * `scipy.spatial.distance.jensenshannon`, which is Evidently's `jensenshannon`.
 * @param reference counts or shares of each kind; at least one is positive on each side
 */
export function jensenShannon(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  return Math.sqrt(divergence(reference, current));
}

function divergence(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [n, m] = [total(reference), total(current)];
  let sum = 0;
  for (let kind = 0; kind < reference.length; kind++) {
    const p = (reference[kind] ?? 0) / n;
    const q = (current[kind] ?? 0) / m;
    const middle = (p + q) / 2;
    if (p > 0) sum += p * Math.log(p / middle);
    if (q > 0) sum += q * Math.log(q / middle);
  }
  return Math.max(0, sum / 2);
}

export interface DistanceInterval {
  /** The distance with chance's own share taken off: two samples of one population have about 0. */
  readonly size: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalPlan {
  readonly replicates: number;
  readonly seed: number;
  /** 0.95 for 95 %, two-sided. */
  readonly level: number;
}

/**
 * Basic bootstrap interval (Davison & Hinkley 1997, section 5.2) of the Jensen–Shannon distance. Counts are
 * drawn again from each side's own shares; the divergence's upward bias, (kinds − 1)(1/n + 1/m)/8 for equal
 * populations, is what the replicates' mean exceeds the estimate by, and it is taken off.
 */
export function jensenShannonInterval(
  reference: Float64Array,
  current: Float64Array,
  plan: IntervalPlan,
): DistanceInterval {
  const random = xoroshiro128plus(plan.seed);
  const observed = divergence(reference, current);
  const [n, m] = [total(reference), total(current)];
  const replicates = Float64Array.from({ length: plan.replicates }, () =>
    divergence(drawMultinomial(random, n, reference), drawMultinomial(random, m, current)),
  ).sort();
  const mean = total(replicates) / plan.replicates;
  const tail = (1 - plan.level) / 2;
  const [lower, upper] = [quantile(replicates, tail), quantile(replicates, 1 - tail)];
  const root = (value: number): number => Math.sqrt(Math.max(0, value));
  return { size: root(2 * observed - mean), low: root(2 * observed - upper), high: root(2 * observed - lower) };
}

/**
 * Bucket edges by Sturges' rule over both samples, as `numpy.histogram_bin_edges(…, "sturges")` has them.
 * @param integers numpy 2 makes buckets of whole numbers at least 1 wide
 * @returns one more edge than there are buckets, ascending
 */
export function sturgesEdges(
  range: { readonly min: number; readonly max: number },
  count: number,
  integers: boolean,
): Float64Array {
  let { min, max } = range;
  let width = (max - min) / (Math.log2(count) + 1);
  if (min === max) [min, max] = [min - 0.5, max + 0.5];
  if (integers && width < 1) width = 1;
  const buckets = width > 0 ? Math.ceil((max - min) / width) : 1;
  const step = (max - min) / buckets;
  const edges = Float64Array.from({ length: buckets + 1 }, (_, index) => index * step + min);
  edges[buckets] = max;
  return edges;
}

/** How many of a sorted sample fall in each bucket: `[a, b)`, the last one `[a, b]`. */
export function bucketCounts(sorted: Float64Array, edges: Float64Array): Float64Array {
  const starts = Array.from(edges, (edge, index) =>
    index === edges.length - 1 ? firstAbove(sorted, edge) : firstFrom(sorted, edge),
  );
  return Float64Array.from({ length: edges.length - 1 }, (_, index) => (starts[index + 1] ?? 0) - (starts[index] ?? 0));
}

const firstFrom = (sorted: Float64Array, edge: number): number => search(sorted, (value) => value >= edge);
const firstAbove = (sorted: Float64Array, edge: number): number => search(sorted, (value) => value > edge);

function search(sorted: Float64Array, reached: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return sum;
}

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(share * (sorted.length - 1))))] ?? 0;
