// How far a group's shares can be trusted where rows weigh or come in clusters: as many rows as rows drawn one by one
// that would know as much. Score intervals are then taken of these, as surveys do (Korn & Graubard 1998, Survey
// Methodology 24:193–201): they keep their level for small groups and shares near 0 and 1, where a sandwich ± z does not.
import { studentQuantile } from '../statistics/distributions.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { sampledMeanEstimate, samplingOf, type Sampling } from '../statistics/sampling.ts';
import type { Rate } from './fairness.ts';

/** What a mean over a group's rows is of: a model's positive answers, candidate − baseline, candidate + baseline − 1. */
export type Quantity = 'candidate' | 'baseline' | 'change' | 'sum';

export interface Trust {
  /** Rows drawn one by one that would have the same standard error. */
  readonly rows: number;
  /** Degrees of freedom of that standard error: units, by how unequally they weigh, less one. */
  readonly freedom: number;
  /** Clusters, ascending, and the sum over each one's rows of weight · (value − mean). */
  readonly clusters: Int32Array;
  readonly sums: Float64Array;
}

/** The rows of one group. */
export interface GroupDesign {
  /** Rows of each kind that weigh anything. */
  readonly rows: Float64Array;
  /** Clusters with rows that weigh; rows where there are no clusters. */
  units(rate: Rate): number;
  trust(rate: Rate, quantity: Quantity): Trust;
}

export const countsFor = (rate: Rate, kind: number): boolean =>
  rate === 'selection rate' || (rate === 'true positive rate') === kind >= 4;

const worth: Readonly<Record<Quantity, (kind: number) => number>> = {
  candidate: (kind) => (kind >> 1) & 1,
  baseline: (kind) => kind & 1,
  change: (kind) => ((kind >> 1) & 1) - (kind & 1),
  sum: (kind) => ((kind >> 1) & 1) + (kind & 1) - 1,
};

/**
 * @param kinds of every row of the dataset
 * @param members rows of the group
 */
export function designOf(kinds: Uint8Array, members: Int32Array, sampling: Sampling): GroupDesign {
  const weightOf = (row: number): number => sampling.weights?.[row] ?? 1;
  const weighing = members.filter((row) => weightOf(row) > 0);
  const { clusters } = sampling;
  if (clusters !== undefined) weighing.sort((a, b) => clusters[a]! - clusters[b]!);
  const rows = new Float64Array(8);
  for (const row of weighing) rows[kinds[row]!]! += 1;
  const domain = once((rate: Rate): Domain => {
    const counted = weighing.filter((row) => countsFor(rate, kinds[row]!));
    return { rows: counted, sampling: samplingOf(sampling, counted), ...unitsOf(counted, sampling) };
  });
  const trust = once((key: `${Rate}|${Quantity}`) => {
    const [rate, quantity] = key.split('|') as [Rate, Quantity];
    const own = domain(rate);
    return trustOf(
      own,
      Float64Array.from(own.rows, (row) => worth[quantity](kinds[row]!)),
    );
  });
  return { rows, units: (rate) => domain(rate).starts.length, trust: (rate, quantity) => trust(`${rate}|${quantity}`) };
}

/** How two groups' means go together: rows of one cluster in both. 0 without clusters. */
export function correlationOf(a: Trust, b: Trust): number {
  const known = correlations.get(a)?.get(b);
  if (known !== undefined) return known;
  const found = measuredCorrelation(a, b);
  correlations.set(a, (correlations.get(a) ?? new Map<Trust, number>()).set(b, found));
  return found;
}

/** Asked for again at every level of an interval. */
const correlations = new WeakMap<Trust, Map<Trust, number>>();

const surest = 1 - 1e-12;

function measuredCorrelation(a: Trust, b: Trust): number {
  let [together, ofA, ofB, shared] = [0, 0, 0, 0];
  for (const sum of a.sums) ofA += sum * sum;
  for (const sum of b.sums) ofB += sum * sum;
  for (let i = 0, j = 0; i < a.clusters.length && j < b.clusters.length;) {
    const apart = a.clusters[i]! - b.clusters[j]!;
    if (apart === 0) {
      together += a.sums[i]! * b.sums[j]!;
      shared += 1;
    }
    if (apart <= 0) i += 1;
    if (apart >= 0) j += 1;
  }
  if (ofA === 0 || ofB === 0) return 0;
  const correlation = together / Math.sqrt(ofA * ofB);
  if (correlation <= 0 || shared < 4) return Math.min(0, correlation);
  // What narrows an interval is taken at its own lower 95 % bound (Fisher's z): few clusters cannot say how alike they are.
  return Math.max(
    0,
    Math.tanh(Math.atanh(Math.min(correlation, surest)) - normalQuantile(0.95) / Math.sqrt(shared - 3)),
  );
}

/** Rows to take a score interval of at α: fewer where the standard error itself is a guess (Student's t for z). */
export const trustedRows = ({ rows, freedom }: Trust, alpha: number): number =>
  alpha >= 0.5 ? rows : rows * (normalQuantile(1 - alpha) / studentQuantile(1 - alpha, freedom)) ** 2;

interface Domain {
  readonly rows: Int32Array;
  readonly sampling: Sampling;
  /** Where each cluster's rows begin; each row's own place where there are none. */
  readonly starts: Int32Array;
  readonly clusters: Int32Array;
}

function unitsOf(rows: Int32Array, { clusters }: Sampling): Pick<Domain, 'starts' | 'clusters'> {
  if (clusters === undefined) return { starts: rows.map((_, index) => index), clusters: new Int32Array() };
  const starts = Int32Array.from(rows.keys()).filter(
    (index) => index === 0 || clusters[rows[index]!] !== clusters[rows[index - 1]!],
  );
  return { starts, clusters: starts.map((index) => clusters[rows[index]!]!) };
}

function trustOf({ rows, sampling, starts, clusters }: Domain, values: Float64Array): Trust {
  const sums = new Float64Array(starts.length);
  const kept = { clusters, sums: clusters.length === 0 ? new Float64Array() : sums };
  const estimate = sampledMeanEstimate(values, sampling);
  if (estimate === null) return { rows: 1, freedom: 1, ...kept };
  let [squares, all, unitSquares] = [0, 0, 0];
  starts.forEach((start, unit) => {
    let weights = 0;
    for (let index = start; index < (starts[unit + 1] ?? rows.length); index++) {
      const weight = sampling.weights?.[index] ?? 1;
      const off = values[index]! - estimate.difference;
      sums[unit]! += weight * off;
      squares += weight * off * off;
      weights += weight;
    }
    all += weights;
    unitSquares += weights * weights;
  });
  // Kish's effective number of units: a few that weigh much count as few.
  const units = (all * all) / unitSquares;
  const variance = squares / all;
  // Rows that all say the same tell nothing of how clusters differ; then each is taken for one row.
  const effective = variance > 0 ? variance / estimate.standardError ** 2 : units;
  return { rows: Math.max(1, Math.min(rows.length, effective)), freedom: Math.max(1, units - 1), ...kept };
}

function once<K, V>(make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.set(key, found);
    return found;
  };
}
