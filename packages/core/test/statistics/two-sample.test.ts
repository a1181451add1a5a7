import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  bucketCounts,
  chiSquareTail,
  chiSquareTest,
  jensenShannon,
  jensenShannonInterval,
  ksPValue,
  sturgesEdges,
  twoSampleDistances,
} from '@pawl/core/statistics';

interface Sample {
  readonly kind: 'uniform' | 'shifted' | 'skewed' | 'integers' | 'few';
  readonly seed: number;
  readonly n: number;
}
interface Pair {
  readonly reference: Sample;
  readonly current: Sample;
  readonly integers: boolean;
  readonly ks: number;
  readonly ksPValue: number;
  readonly wasserstein: number;
  readonly wassersteinNormed: number;
  readonly edges: readonly number[] | null;
  readonly referenceCounts: readonly number[];
  readonly currentCounts: readonly number[];
  readonly jensenShannon: number;
}
interface Values {
  readonly pairs: readonly Pair[];
  readonly chiSquare: readonly { reference: number[]; current: number[]; statistic: number; pValue: number }[];
  readonly chiSquareTails: readonly { x: number; df: number; sf: number }[];
}

const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/drift/values.json', import.meta.url), 'utf8'),
) as Values;

/** The generator of the oracle's script. */
function uniforms(seed: number, n: number): Float64Array {
  let state = BigInt(seed);
  return Float64Array.from({ length: n }, () => {
    state = (state * 1664525n + 1013904223n) % 4294967296n;
    return (Number(state) + 0.5) / 4294967296;
  });
}

const shapes: Record<Sample['kind'], (u: number) => number> = {
  uniform: (u) => u,
  shifted: (u) => u * 1.2 + 0.1,
  skewed: (u) => -Math.log(u) * 3,
  integers: (u) => Math.floor(u * 60),
  few: (u) => Math.floor(u * u * 6),
};
const sampleOf = ({ kind, seed, n }: Sample): Float64Array => uniforms(seed, n).map(shapes[kind]).sort();

test.for(oracle.pairs.map((pair, index) => [index, pair] as const))(
  'sample pair %i has the distances SciPy gives',
  ([, pair]) => {
    const [reference, current] = [sampleOf(pair.reference), sampleOf(pair.current)];
    const { ks, wasserstein } = twoSampleDistances(reference, current);

    expect(ks).toBeCloseTo(pair.ks, 12);
    expect(wasserstein).toBeCloseTo(pair.wasserstein, 12);
    expect(ksPValue(ks, reference.length, current.length)).toBeCloseTo(pair.ksPValue, 9);
    if (pair.edges !== null) {
      const range = {
        min: Math.min(reference[0] ?? 0, current[0] ?? 0),
        max: Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0),
      };
      const edges = sturgesEdges(range, reference.length + current.length, pair.integers);
      expect([...edges]).toHaveLength(pair.edges.length);
      edges.forEach((edge, index) => expect(edge).toBeCloseTo(pair.edges?.[index] ?? Number.NaN, 12));
      expect([...bucketCounts(reference, edges)]).toEqual(pair.referenceCounts);
      expect([...bucketCounts(current, edges)]).toEqual(pair.currentCounts);
    }
    expect(jensenShannon(pair.referenceCounts, pair.currentCounts)).toBeCloseTo(pair.jensenShannon, 12);
  },
);

test('the chi-square test of homogeneity and its tail are those of SciPy', () => {
  for (const { reference, current, statistic, pValue } of oracle.chiSquare) {
    const found = chiSquareTest(reference, current);
    expect(found.statistic).toBeCloseTo(statistic, 9);
    expect(Math.abs(found.pValue / pValue - 1)).toBeLessThan(1e-9);
  }
  for (const { x, df, sf } of oracle.chiSquareTails) {
    expect(Math.abs(chiSquareTail(x, df) / sf - 1)).toBeLessThan(1e-9);
  }
});

test('a kind that only one side has is evidence, not infinity', () => {
  const found = chiSquareTest([100, 100, 0], [100, 100, 1]);

  expect(found.statistic).toBeLessThan(2);
  expect(found.pValue).toBeGreaterThan(0.3);
});

test('the interval of the distance covers nothing where nothing changed, at every size', () => {
  const shares = Float64Array.from({ length: 20 }, (_, kind) => 1 + (kind % 5));
  for (const scale of [5, 50, 5000]) {
    const counts = shares.map((share) => share * scale);
    const interval = jensenShannonInterval(counts, counts, { replicates: 400, seed: 7, level: 0.95 });
    expect(interval.low).toBe(0);
    expect(interval.high).toBeLessThan(0.6 / Math.sqrt(scale));
  }
});

test('the interval of the distance narrows around the true distance', () => {
  const reference = Float64Array.of(5000, 3000, 2000);
  const current = Float64Array.of(3000, 3000, 4000);
  const interval = jensenShannonInterval(reference, current, { replicates: 400, seed: 7, level: 0.95 });

  expect(interval.low).toBeLessThan(jensenShannon(reference, current));
  expect(interval.high).toBeGreaterThan(jensenShannon(reference, current));
  expect(interval.high - interval.low).toBeLessThan(0.03);
});
