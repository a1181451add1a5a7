// Values of statsmodels: fixtures/oracles/fairness/make.py.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newcombeInterval, ratioInterval, wilsonInterval } from '@pawl/core/statistics';

type Interval = [number, number];
interface OfPair {
  pair: [number, number, number, number];
  alpha: number;
  interval: Interval;
}
const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/fairness/values.json', import.meta.url), 'utf8'),
) as {
  wilson: { events: number; of: number; alpha: number; interval: Interval }[];
  difference: OfPair[];
  ratio: OfPair[];
};
const near = (actual: readonly number[], expected: Interval): void => {
  for (const index of [0, 1])
    expect(actual[index]! / (expected[index] || 1)).toBeCloseTo(expected[index] === 0 ? 0 : 1, 12);
};

test("Wilson's, Newcombe's and the logarithm's intervals equal those of statsmodels", () => {
  for (const { events, of, alpha, interval } of oracle.wilson) near(wilsonInterval({ events, of }, alpha), interval);
  for (const {
    pair: [x, m, y, n],
    alpha,
    interval,
  } of oracle.difference)
    near(newcombeInterval({ events: x, of: m }, { events: y, of: n }, alpha), interval);
  for (const {
    pair: [x, m, y, n],
    alpha,
    interval,
  } of oracle.ratio)
    near(ratioInterval({ events: x, of: m }, { events: y, of: n }, alpha), interval);
  expect(oracle.difference.length + oracle.ratio.length).toBe(36);
});
