import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { logQuantileRatio } from '@pawl/core/statistics';

const plan = { share: 0.5, replicates: 400, seed: 1 };

function noise(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () => ((random.next() >>> 0) + 0.5) / 2 ** 32;
}

/** Calls of two models in turns on a machine that is slow for a while now and then. */
function calls(seed: number, count: number, factor: number): { a: Float64Array; b: Float64Array } {
  const draw = noise(seed);
  const [a, b] = [new Float64Array(count), new Float64Array(count)];
  let slow = 1;
  for (let call = 0; call < count; call++) {
    if (call % 8 === 0) slow = 1 + (draw() < 0.3 ? 2 * draw() : 0);
    a[call] = factor * slow * (1 - 0.1 * Math.log(draw()));
    b[call] = slow * (1 - 0.1 * Math.log(draw()));
  }
  return { a, b };
}

test('the ratio is that of the quantiles, as NumPy interpolates them', () => {
  const a = Float64Array.from({ length: 40 }, (_, index) => 2 * (index + 1));
  const b = Float64Array.from({ length: 40 }, (_, index) => index + 1);

  expect(Math.exp(logQuantileRatio(a, b, plan)!.difference)).toBeCloseTo(2, 12);
  // numpy.quantile(range(1, 41), 0.95)
  expect(Math.exp(logQuantileRatio(b, undefined, { ...plan, share: 0.95 })!.difference)).toBeCloseTo(38.05, 12);
});

test('a time in turns that is always twice as long is twice as long, for sure', () => {
  const { b } = calls(3, 200, 1);
  const estimate = logQuantileRatio(
    b.map((time) => 2 * time),
    b,
    plan,
  )!;

  for (const bound of estimate.within(0.95)) expect(bound).toBeCloseTo(Math.log(2), 12);
});

test('the interval of an unchanged model holds 1 about as often as it says, though slow times come in rows', () => {
  const rounds = 120;
  const held = { median: 0, tail: 0 };
  for (let seed = 1; seed <= rounds; seed++) {
    const { a, b } = calls(seed, 240, 1);
    for (const share of [0.5, 0.95]) {
      const [low, high] = logQuantileRatio(a, b, { share, replicates: 200, seed })!.within(0.9);
      if (low <= 0 && 0 <= high) held[share === 0.5 ? 'median' : 'tail']++;
    }
  }

  // Two-sided 90 %; a percentile bootstrap of 20 blocks is a little short of it or, at a quantile of few calls, wide.
  expect(held.median / rounds).toBeGreaterThan(0.84);
  expect(held.tail / rounds).toBeGreaterThan(0.84);
});

test('a change of 25 % is seen through the noise', () => {
  let seen = 0;
  for (let seed = 1; seed <= 50; seed++) {
    const { a, b } = calls(seed, 240, 1.25);
    if (logQuantileRatio(a, b, { ...plan, seed })!.within(0.9)[0] > Math.log(1.1)) seen++;
  }

  expect(seen).toBeGreaterThan(40);
});

test('too few calls, and times that are none, have no ratio', () => {
  const few = new Float64Array(19).fill(1);
  const none = new Float64Array(40);

  expect(logQuantileRatio(few, few, plan)).toBeNull();
  expect(logQuantileRatio(none, none, plan)).toBeNull();
  expect(logQuantileRatio(new Float64Array(40).fill(1), new Float64Array(41).fill(1), plan)).toBeNull();
});
