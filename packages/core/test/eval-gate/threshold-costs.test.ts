import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { decisionCosts, thresholdCosts, type DecisionCosts } from '@pawl/core/eval-gate';

const costs: DecisionCosts = { truePositive: 0, falsePositive: 1, falseNegative: 9, trueNegative: 0 };
const plan = { threshold: 0.5, resamples: 400, seed: 7 };

/** Rows whose probabilities mean what they say. */
function calibrated(rows: number, seed: number) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const chance = Float64Array.from({ length: rows }, uniform);
  return { chance, positives: Uint8Array.from(chance, (p) => (uniform() < p ? 1 : 0)) };
}

const costOf = (chance: Float64Array, positives: Uint8Array, threshold: number): number =>
  chance.reduce((sum, p, row) => {
    const called = p >= threshold;
    if (positives[row] === 1) return sum + (called ? costs.truePositive : costs.falseNegative);
    return sum + (called ? costs.falsePositive : costs.trueNegative);
  }, 0) / chance.length;

test('no threshold costs less than the best one, and each point costs what its decisions cost', () => {
  for (const rows of [1, 2, 17, 300]) {
    const { chance, positives } = calibrated(rows, rows);
    // Ties: what cannot be told apart is called the same.
    const rounded = chance.map((p) => Math.round(p * 20) / 20);
    const found = thresholdCosts(rounded, positives, costs, plan)!;
    for (const { threshold, cost } of found.points) expect(cost).toBeCloseTo(costOf(rounded, positives, threshold), 12);
    const everywhere = [...rounded, 0, 0.123, 1].map((threshold) => costOf(rounded, positives, threshold));
    expect(found.best.cost).toBeCloseTo(Math.min(...everywhere), 12);
    expect(found.current.cost).toBeCloseTo(costOf(rounded, positives, 0.5), 12);
  }
});

test('probabilities that mean what they say cost least where the costs say, within the interval', () => {
  const { chance, positives } = calibrated(20_000, 1);
  const found = thresholdCosts(chance, positives, costs, plan)!;

  expect(found.calibrated).toBeCloseTo(0.1, 12);
  expect(found.interval[0]).toBeLessThan(0.1);
  expect(found.interval[1]).toBeGreaterThan(0.1);
  expect(found.interval[1] - found.interval[0]).toBeLessThan(0.08);
  expect(found.best.threshold).toBeGreaterThanOrEqual(found.interval[0]);
  expect(found.best.threshold).toBeLessThanOrEqual(found.interval[1]);
  expect(found.saving.interval[0]).toBeGreaterThan(0);
  expect(found.saving.value).toBeGreaterThan(found.saving.interval[0]);
  expect(found.points).toHaveLength(201);
  expect(thresholdCosts(chance, positives, costs, plan)).toEqual(found);
});

test('where nothing is worth calling positive the best threshold calls nothing', () => {
  const found = thresholdCosts(Float64Array.of(0.2, 0.6, 0.9), Uint8Array.of(0, 0, 0), costs, plan)!;

  expect(found.best).toEqual({ threshold: 1, cost: 0 });
  expect(found.saving.value).toBeCloseTo(2 / 3, 12);
  expect(thresholdCosts(new Float64Array(), new Uint8Array(), costs, plan)).toBeUndefined();
});

test('costs come from a matrix by class, and a matrix with a hole gives none', () => {
  const matrix = { no: { yes: 1 }, yes: { no: 9, yes: -2 } };

  expect(decisionCosts(matrix, ['no', 'yes'], 1)).toEqual({
    truePositive: -2,
    falsePositive: 1,
    falseNegative: 9,
    trueNegative: 0,
  });
  expect(decisionCosts({ no: { yes: 1 } }, ['no', 'yes'], 1)).toBeUndefined();
  expect(decisionCosts({ '0': { '1': 1 }, '1.0': { '0': 9 } }, ['0', '1'], 1)).toMatchObject({ falseNegative: 9 });
});
