// Rows that weigh, belong together or were drawn apart: errors against definitions and simulation.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import {
  confusionTable,
  orderFromHigh,
  pairedMeanEstimate,
  sampledBootstrap,
  sampledJackknife,
  sampledMeanEstimate,
  samplingOf,
  tableInfluence,
  tableMetric,
  weightedMean,
  type Sampling,
  type TableAverage,
  type TableMetric,
} from '@pawl/core/statistics';

function draws(seed: number) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Clusters whose rows share a part. */
function clustered(clusters: number, each: number, seed: number): { values: Float64Array; sampling: Sampling } {
  const { normal } = draws(seed);
  const shared = Array.from({ length: clusters }, normal);
  const rows = clusters * each;
  const of = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / each));
  return { values: Float64Array.from(of, (cluster) => shared[cluster]! + normal()), sampling: { rows, clusters: of } };
}

test('without weights, clusters and strata it is the paired mean', () => {
  const { values } = clustered(10, 4, 1);
  const plain = pairedMeanEstimate(values, new Float64Array(values.length))!;
  const sampled = sampledMeanEstimate(values, { rows: values.length })!;

  expect(sampled.standardError).toBeCloseTo(plain.standardError, 14);
  expect(sampled.shown[0]).toBeCloseTo(plain.shown[0], 13);
});

test.each([
  ['one so large that its cube is no number', [...Array<number>(99).fill(0), 1e110]],
  ['so small that their squares are none', Array.from({ length: 50 }, (_, row) => 1e-112 * (row % 7))],
])('differences have an interval, though they are %s', (_, given) => {
  const values = Float64Array.from(given);
  for (const { within, pLower, pHigher } of [
    pairedMeanEstimate(values, new Float64Array(values.length))!,
    sampledMeanEstimate(values, { rows: values.length })!,
  ])
    expect([...within(0.9), pLower, pHigher].every(Number.isFinite)).toBe(true);
});

test('rows that are each their own cluster, and weights that are all alike, change nothing', () => {
  const { values } = clustered(10, 4, 2);
  const rows = values.length;
  const plain = sampledMeanEstimate(values, { rows })!;
  const alone = sampledMeanEstimate(values, { rows, clusters: Int32Array.from({ length: rows }, (_, row) => row) })!;
  const alike = sampledMeanEstimate(values, { rows, weights: new Float64Array(rows).fill(3) })!;

  for (const other of [alone, alike]) {
    expect(other.difference).toBeCloseTo(plain.difference, 14);
    expect(other.standardError).toBeCloseTo(plain.standardError, 14);
  }
});

test('a row of weight 0 is as if it were not there, be its value infinite', () => {
  const { values, sampling } = clustered(10, 4, 3);
  const kept = Int32Array.from({ length: 30 }, (_, row) => row);
  const weights = Float64Array.from(values, (_, row) => (row < 30 ? 1 : 0));
  const broken = values.map((value, row) => (row < 30 ? value : Infinity));
  const without = sampledMeanEstimate(values.slice(0, 30), samplingOf(sampling, kept))!;
  const weighed = sampledMeanEstimate(broken, { ...sampling, weights })!;

  expect(weighed.difference).toBeCloseTo(without.difference, 14);
  expect(weighed.shown[1]).toBeCloseTo(without.shown[1], 13);
});

test('95 % intervals by cluster cover the mean in 95 % of 600 worlds; rows taken for independent cover far fewer', () => {
  let covered = 0;
  let naive = 0;
  const worlds = 600;
  for (let world = 0; world < worlds; world++) {
    const { values, sampling } = clustered(25, 8, 1000 + world);
    const holds = (estimate: { shown: readonly [number, number] } | null): number =>
      estimate!.shown[0] <= 0 && estimate!.shown[1] >= 0 ? 1 : 0;
    covered += holds(sampledMeanEstimate(values, sampling));
    naive += holds(sampledMeanEstimate(values, { rows: values.length }));
  }
  // Four standard errors of a share of 600.
  expect(Math.abs(covered / worlds - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / worlds));
  expect(naive / worlds).toBeLessThan(0.75);
});

test('the bootstrap of clusters and of strata spreads as the formula says', () => {
  const { values, sampling } = clustered(60, 5, 7);
  const { uniform } = draws(8);
  const weights = Float64Array.from(values, () => 0.5 + uniform());
  const strata = sampling.clusters!.map((cluster) => cluster % 3);
  const apart = values.map((value, row) => value + 10 * strata[row]!);
  const of = { ...sampling, weights, strata };
  const mean = (row: Float64Array) => [weightedMean(apart, row)];
  const [replicates] = sampledBootstrap(of, { replicates: 3000, seed: 11 }, mean);
  const center = replicates!.reduce((sum, value) => sum + value, 0) / 3000;
  const spread = Math.sqrt(replicates!.reduce((sum, value) => sum + (value - center) ** 2, 0) / 2999);
  const { standardError } = sampledMeanEstimate(apart, of)!;

  // 3,000 draws know a standard deviation to 1.3 %; the formula has n / (n − 1) of each stratum's 20 clusters.
  expect(spread / standardError).toBeGreaterThan(0.92);
  expect(spread / standardError).toBeLessThan(1.04);
  // Without strata the spread between them would come in.
  expect(sampledMeanEstimate(apart, { ...sampling, weights })!.standardError).toBeGreaterThan(3 * standardError);
});

test('the jackknife leaves out whole clusters', () => {
  const { values, sampling } = clustered(12, 3, 9);
  const [without] = sampledJackknife(sampling, (weights) => [weights.reduce((sum, weight) => sum + weight, 0)]);

  expect(values.length).toBe(36);
  expect([...without!]).toEqual(Array.from({ length: 12 }, () => 33));
});

test('the order of many numbers by their bits is the order of their values', () => {
  const { normal } = draws(5);
  const values = Float64Array.from(
    { length: 6000 },
    (_, row) => Math.round(normal() * 50) / 10 + (row % 7 === 0 ? 0 : 0.05),
  );
  values.set([0, -0, Infinity, -Infinity, 5e-324, -5e-324, 1e300, -1e300]);
  const expected = Array.from(values.keys()).toSorted((a, b) =>
    values[a] === values[b] ? a - b : values[b]! > values[a]! ? 1 : -1,
  );

  expect([...orderFromHigh(values)]).toEqual(expected);
});

const metrics: TableMetric[] = ['accuracy', 'balanced-accuracy', 'precision', 'recall', 'f1', 'mcc'];
const averages: TableAverage[] = [{ positive: 1 }, 'macro', 'micro', 'weighted'];

test.each(metrics)('the influence of a row on %s is its derivative by the weight of the row', (name) => {
  const { uniform } = draws(6);
  const k = 3;
  const labels = Int32Array.from({ length: 90 }, () => Math.floor(uniform() * k));
  const predicted = labels.map((label) => (uniform() < 0.6 ? label : Math.floor(uniform() * k)));
  const weights = Float64Array.from(labels, () => 0.2 + uniform());
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  for (const average of averages) {
    const at = (row: number, step: number): number => {
      const moved = weights.slice();
      moved[row]! += step;
      return tableMetric(name, confusionTable(labels, predicted, k, moved), average)!;
    };
    const table = confusionTable(labels, predicted, k, weights);
    const influence = tableInfluence(name, table, average)!;
    for (let row = 0; row < 30; row++) {
      const derivative = (at(row, 1e-5) - at(row, -1e-5)) / 2e-5;
      const found = influence[labels[row]! * k + predicted[row]!]! - tableMetric(name, table, average)!;
      expect(found).toBeCloseTo(all * derivative, 5);
    }
  }
});
