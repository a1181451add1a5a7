import {
  bcaInterval,
  binomialCdf,
  bootstrapMeans,
  idealEstimate,
  percentileInterval,
  resampledMeans,
} from '@pawl/core/statistics';
import { expect, test } from 'vitest';

/** The same numbers in every run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

const sampled = (rows: number, draw: (chance: () => number) => number): Float64Array => {
  const chance = chances(rows);
  return Float64Array.from({ length: rows }, () => draw(chance));
};

test('the resampled mean of zeros and ones is binomial', () => {
  const [n, ones] = [2000, 300];
  const means = resampledMeans(Float64Array.from({ length: n }, (_, row) => (row < ones ? 1 : 0)));
  for (const count of [250, 280, 300, 320, 350]) {
    // Half a step further: the inversion knows no steps.
    expect(means?.cdf((count + 0.5) / n)).toBeCloseTo(binomialCdf(count, n, ones / n), 4);
  }
});

test.each([
  ['skewed', (chance: () => number) => -Math.log(chance())],
  ['flat', (chance: () => number) => chance()],
  ['three-valued', (chance: () => number) => (chance() < 0.1 ? -1 : chance() < 0.3 ? 1 : 0)],
] as const)('intervals of %s rows are those that many resamples come near to', (_, draw) => {
  const values = sampled(400, draw);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const replicates = bootstrapMeans(values, 40_000, 7).sort();
  const without = values.map((value) => (mean * n - value) / (n - 1));
  const bca = idealEstimate(values, 'bca');
  const percentile = idealEstimate(values, 'percentile');
  // A quantile of 40,000 replicates has an error of about a hundredth of a standard error at these shares.
  const close = 0.04 * (bca?.standardError ?? 0);
  const drawn = [bcaInterval(replicates, mean, without, 0.9), percentileInterval(replicates, 0.9)];
  for (const [index, estimate] of [bca, percentile].entries()) {
    for (const side of [0, 1] as const)
      expect(Math.abs((estimate?.decision[side] ?? Number.NaN) - (drawn[index]?.[side] ?? 0))).toBeLessThan(
        close + 0.5 / n,
      );
  }
});

test('few rows, equal rows and rows with visible steps are left to resampling', () => {
  expect(resampledMeans(sampled(49, (chance) => chance()))).toBeUndefined();
  expect(resampledMeans(new Float64Array(100).fill(3))).toBeUndefined();
  expect(resampledMeans(Float64Array.from({ length: 100 }, (_, row) => (row < 2 ? 1 : 0)))).toBeUndefined();
});
