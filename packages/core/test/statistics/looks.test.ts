// Intervals at any level against SciPy's, and what is read from them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  chanceBelow,
  estimateOf,
  idealEstimate,
  negated,
  pairedMeanEstimate,
  pairedProportionEstimate,
  percentileInterval,
  replicateEstimate,
  smallestSeen,
  studentQuantile,
} from '@pawl/core/statistics';

interface Oracle {
  means: {
    differences: number[];
    intervals: [number, number, number][];
    threshold: number;
    p: number;
    student: [number, number, number][];
    detectable: [number, number][];
  }[];
  skewed: Oracle['means'];
  proportions: { better: number; worse: number; n: number; intervals: [number, number, number][] }[];
  quantiles: [number, number, number][];
}
const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/looks/values.json', import.meta.url), 'utf8'),
) as Oracle;

const near = (value: number, expected: number, tolerance = 1e-9): void =>
  expect(Math.abs(value - expected) / Math.max(1e-6, Math.abs(expected))).toBeLessThan(tolerance);

test("Student's quantiles equal SciPy's, far out and for few degrees of freedom", () => {
  for (const [p, df, t] of oracle.quantiles) near(studentQuantile(p, df), t);
});

test("paired means have Student's interval of every look, or Hall's where it reaches further", () => {
  for (const { differences, intervals, threshold, p } of [...oracle.means, ...oracle.skewed]) {
    const estimate = pairedMeanEstimate(Float64Array.from(differences), new Float64Array(differences.length))!;
    for (const [alpha, low, high] of intervals) {
      near(estimate.within(1 - 2 * alpha)[0], low);
      near(estimate.within(1 - 2 * alpha)[1], high);
      near(negated(estimate).within(1 - 2 * alpha)[0], -high);
    }
    near(chanceBelow(estimate, threshold), p, 1e-6);
    expect(estimate.within(0.9)).toEqual(estimate.decision);
  }
});

test('a long tail moves the bound on its side out, and the other one not in', () => {
  const [right, left] = oracle.skewed as [Oracle['means'][number], Oracle['means'][number]];
  for (const [{ differences, student }, side] of [
    [right, 0],
    [left, 1],
  ] as const) {
    const estimate = pairedMeanEstimate(Float64Array.from(differences), new Float64Array(differences.length))!;
    const turned = side === 0 ? estimate : negated(estimate);
    for (const [alpha, low, high] of student) {
      const [least, most] = turned.within(1 - 2 * alpha);
      const [from, to] = side === 0 ? [low, high] : [-high, -low];
      near(least, from);
      expect(most).toBeGreaterThan(to + 0.02 * (to - from));
    }
  }
});

test('p-values of skewed means say what their intervals say', () => {
  for (const { differences } of oracle.skewed) {
    const estimate = pairedMeanEstimate(Float64Array.from(differences), new Float64Array(differences.length))!;
    for (const shift of [0.5, 1.5, 2.5]) {
      const by = shift * estimate.standardError;
      const moved = Float64Array.from(differences, (value) => value - estimate.difference - by);
      const { pLower, within, standardError } = pairedMeanEstimate(moved, new Float64Array(moved.length))!;
      expect(within(1 - 2 * pLower)[1] / standardError).toBeCloseTo(0, 8);
    }
  }
});

test("paired proportions have Tango's interval of every look", () => {
  for (const { better, worse, n, intervals } of oracle.proportions) {
    const estimate = pairedProportionEstimate(better, worse, n)!;
    for (const [alpha, low, high] of intervals) {
      // The oracle's search for the restricted maximum is good to seven digits.
      expect(estimate.within(1 - 2 * alpha)[0]).toBeCloseTo(low, 6);
      expect(estimate.within(1 - 2 * alpha)[1]).toBeCloseTo(high, 6);
    }
    // McNemar's test is the score test at no difference.
    near(chanceBelow(estimate, 0), Math.min(0.5, estimate.pLower), 1e-3);
  }
});

test("the smallest effect that is seen is the noncentral t's, within a hundredth from a hundred rows on", () => {
  for (const { differences, detectable } of oracle.means.filter((one) => one.differences.length >= 100)) {
    const estimate = pairedMeanEstimate(Float64Array.from(differences), new Float64Array(differences.length))!;
    for (const [alpha, effect] of detectable) near(smallestSeen(estimate, alpha).loss, effect, 0.01);
  }
});

test('replicates have no interval beyond the last of them, which then decides nothing', () => {
  const replicates = Float64Array.from({ length: 999 }, (_, index) => (index - 499) / 1000);
  const estimate = replicateEstimate(0, replicates)!;

  expect(estimate.within(0.95)).toEqual(percentileInterval(replicates, 0.95));
  expect(estimate.within(1 - 2 / 1000)).not.toContain(Infinity);
  expect(estimate.within(1 - 1.9 / 1000)).toEqual([-Infinity, Infinity]);
});

test('every level of an ideal bootstrap is its own, wider one by one', () => {
  const differences = Float64Array.from({ length: 300 }, (_, row) => Math.sin(row * 12.9898) ** 3);
  for (const kind of ['bca', 'percentile'] as const) {
    const estimate = idealEstimate(differences, kind)!;
    const levels = [0.9, 0.95, 0.985, 0.993, 0.9997];
    const widths = levels.map((level) => estimate.within(level)[1] - estimate.within(level)[0]);

    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(estimate.within(0.95)).toEqual(estimate.shown);
    near(widths[4]! / widths[0]!, estimateOf(0, 1).within(0.9997)[1] / estimateOf(0, 1).within(0.9)[1], 0.05);
  }
});
