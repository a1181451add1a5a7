// One column, two samples → distances, p-value, interval, histogram.
import {
  bucketCounts,
  chiSquareTest,
  jensenShannon,
  jensenShannonInterval,
  ksPValue,
  sturgesEdges,
  twoSampleDistances,
} from '../statistics/index.ts';
import type { DistanceInterval } from '../statistics/index.ts';

export interface Comparison {
  readonly kind: 'numeric' | 'categorical';
  /** Values that were compared: neither missing nor infinite. */
  readonly reference: number;
  readonly current: number;
  /** Jensen–Shannon distance as Evidently computes it. */
  readonly jensenShannon: number;
  /** The same without chance's share, and its 95 % interval: what the verdict looks at. */
  readonly shift: DistanceInterval;
  readonly test: {
    readonly name: 'Kolmogorov–Smirnov' | 'chi-square';
    readonly statistic: number;
    readonly pValue: number;
  };
  /** W₁ over the reference's standard deviation; numbers only. */
  readonly wasserstein?: number;
  readonly histogram: Histogram;
  /** Numbers only: quartiles of both sides. */
  readonly spread?: Spread;
  /** Current values that the reference does not know: new categories, numbers outside its range. */
  readonly unknown?: Unknown;
}

export interface Unknown {
  readonly share: number;
  /** New categories, the most frequent first. */
  readonly examples: readonly string[];
  /** The shift of what is left without them: where it is gone, they were all there was to the change. */
  readonly shiftWithout: DistanceInterval;
}

export interface Histogram {
  /** Names of categories, or edges: one more than there are shares. */
  readonly buckets: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export interface Spread {
  readonly reference: readonly [number, number, number];
  readonly current: readonly [number, number, number];
  readonly constant: boolean;
}

/** Different values up to which numbers are compared value by value instead of in buckets (Evidently's rule). */
const fewValues = 20;

const level = 0.95;
const replicates = 400;

/** @param reference ascending, finite; both sides hold at least one value */
export function compareNumbers(
  reference: Float64Array,
  current: Float64Array,
  options: { readonly integers: boolean; readonly seed: number },
): Comparison {
  const { ks, wasserstein } = twoSampleDistances(reference, current);
  const [n, m] = [reference.length, current.length];
  const buckets =
    distinctUpTo(reference, fewValues + 1).length > fewValues
      ? inBuckets(reference, current, options.integers)
      : byValue(reference, current);
  const { names, before, after } = buckets;
  const plan = { replicates, level, seed: options.seed };
  const known = withinRange(reference, current);
  return {
    kind: 'numeric',
    reference: n,
    current: m,
    jensenShannon: jensenShannon(before, after),
    shift: jensenShannonInterval(before, after, plan),
    test: { name: 'Kolmogorov–Smirnov', statistic: ks, pValue: ksPValue(ks, n, m) },
    wasserstein: wasserstein / Math.max(standardDeviation(reference), 0.001),
    histogram: histogramOf(names, before, after),
    spread: {
      reference: quartiles(reference),
      current: quartiles(current),
      constant: current[0] === current[m - 1] && reference[0] !== reference[n - 1],
    },
    ...(known.length > 0 &&
      known.length < m && {
        unknown: {
          share: 1 - known.length / m,
          examples: [],
          shiftWithout: jensenShannonInterval(before, recount(known, buckets), plan),
        },
      }),
  };
}

/** @param counts category → how often each side has it */
export function compareCategories(counts: ReadonlyMap<string, readonly [number, number]>, seed: number): Comparison {
  const ordered = [...counts].toSorted(([a, [x]], [b, [y]]) => y - x || (a < b ? -1 : 1));
  const before = Float64Array.from(ordered, ([, [count]]) => count);
  const after = Float64Array.from(ordered, ([, [, count]]) => count);
  const { statistic, pValue } = chiSquareTest(before, after);
  const current = sum(after);
  const novel = ordered.filter(([, [known]]) => known === 0).toSorted(([, [, x]], [, [, y]]) => y - x);
  const plan = { replicates, level, seed };
  const known = after.map((count, index) => ((before[index] ?? 0) > 0 ? count : 0));
  return {
    kind: 'categorical',
    reference: sum(before),
    current,
    jensenShannon: jensenShannon(before, after),
    shift: jensenShannonInterval(before, after, plan),
    test: { name: 'chi-square', statistic, pValue },
    histogram: topCategories(
      ordered.map(([name]) => name),
      before,
      after,
    ),
    ...(novel.length > 0 &&
      sum(known) > 0 && {
        unknown: {
          share: 1 - sum(known) / current,
          examples: novel.slice(0, 3).map(([name]) => name),
          shiftWithout: jensenShannonInterval(before, known, plan),
        },
      }),
  };
}

interface Buckets {
  readonly names: readonly string[];
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Of buckets … */
  readonly edges?: Float64Array;
  /** … or the values themselves. */
  readonly values?: readonly number[];
}

/** Another sample in the same buckets: the values within the reference's range. */
function recount(sorted: Float64Array, { edges, values }: Buckets): Float64Array {
  if (edges !== undefined) return bucketCounts(sorted, edges);
  const counts = new Map<number, number>();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Float64Array.from(values ?? [], (value) => counts.get(value) ?? 0);
}

function inBuckets(reference: Float64Array, current: Float64Array, integers: boolean): Buckets {
  const range = { min: Math.min(first(reference), first(current)), max: Math.max(last(reference), last(current)) };
  const edges = sturgesEdges(range, reference.length + current.length, integers);
  return {
    names: Array.from(edges, (edge) => edgeName(edge)),
    edges,
    before: bucketCounts(reference, edges),
    after: bucketCounts(current, edges),
  };
}

function byValue(reference: Float64Array, current: Float64Array): Buckets {
  const counts = new Map<number, [number, number]>();
  for (const [side, values] of [reference, current].entries()) {
    for (const value of values) {
      const pair = counts.get(value) ?? [0, 0];
      pair[side as 0 | 1] += 1;
      counts.set(value, pair);
    }
  }
  const ordered = [...counts].toSorted(([a], [b]) => a - b);
  return {
    names: ordered.map(([value]) => edgeName(value)),
    values: ordered.map(([value]) => value),
    before: Float64Array.from(ordered, ([, [count]]) => count),
    after: Float64Array.from(ordered, ([, [, count]]) => count),
  };
}

const edgeName = (value: number): string => String(Number(value.toPrecision(4)));

function distinctUpTo(sorted: Float64Array, limit: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length === limit) break;
  }
  return distinct;
}

const histogramOf = (buckets: readonly string[], before: Float64Array, after: Float64Array): Histogram => ({
  buckets,
  reference: sharesOf(before),
  current: sharesOf(after),
});

const shownCategories = 12;

/** The most frequent of the reference and of today; the rest together. */
function topCategories(names: readonly string[], before: Float64Array, after: Float64Array): Histogram {
  if (names.length <= shownCategories) return histogramOf(names, before, after);
  const weight = (index: number): number =>
    Math.max((before[index] ?? 0) / sum(before), (after[index] ?? 0) / sum(after));
  const top = new Set([...names.keys()].toSorted((a, b) => weight(b) - weight(a)).slice(0, shownCategories - 1));
  const indexes = [...names.keys()].filter((index) => top.has(index));
  const withRest = (counts: Float64Array): Float64Array => {
    const shown = indexes.map((index) => counts[index] ?? 0);
    return Float64Array.of(...shown, sum(counts) - sum(shown));
  };
  return histogramOf([...indexes.map((index) => names[index] ?? ''), 'all others'], withRest(before), withRest(after));
}

function sharesOf(counts: Float64Array): number[] {
  const all = sum(counts);
  return Array.from(counts, (count) => count / all);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Of the population, in two passes. */
function standardDeviation(values: Float64Array): number {
  const mean = sum(values) / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

const first = (sorted: Float64Array): number => sorted[0] ?? Number.NaN;
const last = (sorted: Float64Array): number => sorted[sorted.length - 1] ?? Number.NaN;

function quartiles(sorted: Float64Array): [number, number, number] {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return [at(0.25), at(0.5), at(0.75)];
}

/** A slice, since both are sorted. */
function withinRange(reference: Float64Array, current: Float64Array): Float64Array {
  const [below = 0, inside = 0] = bucketCounts(current, Float64Array.of(-Infinity, first(reference), last(reference)));
  return current.subarray(below, below + inside);
}
