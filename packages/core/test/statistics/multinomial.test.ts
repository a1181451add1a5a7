import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { drawBinomial, drawMultinomial } from '@pawl/core/statistics';

test.each([
  [5, 0.3],
  [40, 0.9],
  [200, 0.2],
  [1_000_000, 0.004],
  [1_000_000, 0.62],
])('binomial draws of n = %d, p = %f have the mean, spread and skewness they must', (n, p) => {
  const random = xoroshiro128plus(n);
  const draws = Float64Array.from({ length: 40_000 }, () => drawBinomial(random, n, p));
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const moment = (power: number): number =>
    draws.reduce((sum, value) => sum + (value - mean) ** power, 0) / draws.length;
  const variance = n * p * (1 - p);

  expect(Math.abs(mean - n * p)).toBeLessThan(4.5 * Math.sqrt(variance / draws.length));
  expect(Math.abs(moment(2) / variance - 1)).toBeLessThan(0.04);
  expect(Math.abs(moment(3) / variance ** 1.5 - (1 - 2 * p) / Math.sqrt(variance))).toBeLessThan(0.06);
});

test('every count of a small binomial comes as often as its probability says', () => {
  const [n, p] = [60, 0.4];
  const random = xoroshiro128plus(7);
  const seen = new Float64Array(n + 1);
  const draws = 200_000;
  for (let draw = 0; draw < draws; draw++) seen[drawBinomial(random, n, p)]! += 1;
  let chance = (1 - p) ** n;
  let squares = 0;
  for (let k = 0; k <= n; k++) {
    if (chance * draws > 20) squares += (seen[k]! - chance * draws) ** 2 / (chance * draws);
    chance *= ((n - k) / (k + 1)) * (p / (1 - p));
  }

  // About 30 counts are likely enough to be looked at; 62 is the 99.9 % quantile of χ² with 32 degrees.
  expect(squares).toBeLessThan(62);
});

test('a multinomial draw adds up, and an impossible kind never comes', () => {
  const random = xoroshiro128plus(3);

  for (let draw = 0; draw < 200; draw++) {
    const counts = drawMultinomial(random, 997, Float64Array.of(5, 0, 1, 100, 0.001));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(997);
    expect(counts[1]).toBe(0);
  }
});
