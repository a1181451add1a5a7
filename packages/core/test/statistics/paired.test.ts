// Values of SciPy and statsmodels: fixtures/oracles/paired/make.py.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  benjaminiHochberg,
  binomialCdf,
  boundedInterval,
  casesToSettle,
  detectableDifference,
  exactMcNemar,
  holm,
  logGamma,
  midPMcNemar,
  pairedMean,
  regularizedBeta,
  scoreInterval,
  studentCdf,
  studentQuantile,
  tInterval,
} from '@pawl/core/statistics';

const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/paired/values.json', import.meta.url), 'utf8'),
);
const near = (actual: number, expected: number, relative = 1e-11): void => {
  expect(Math.abs(actual - expected), `${actual} is ${expected}`).toBeLessThanOrEqual(
    relative * Math.max(1e-3, Math.abs(expected)),
  );
};

test('the special functions and distributions equal those of SciPy', () => {
  for (const [x, value] of oracle.logGamma) near(logGamma(x), value);
  for (const [x, a, b, value] of oracle.regularizedBeta) near(regularizedBeta(x, a, b), value);
  for (const [t, df, value] of oracle.studentCdf) near(studentCdf(t, df), value);
  for (const [p, df, value] of oracle.studentQuantile) near(studentQuantile(p, df), value);
  for (const [k, n, p, value] of oracle.binomialCdf) near(binomialCdf(k, n, p), value);
});

test('McNemar tests equal those of statsmodels, exact and mid-p', () => {
  for (const { worse, better, exact, exactWorse, midP, midPWorse } of oracle.mcnemar) {
    near(exactMcNemar(worse, better).p, exact);
    near(exactMcNemar(worse, better).pWorse, exactWorse);
    near(midPMcNemar(worse, better).p, midP);
    near(midPMcNemar(worse, better).pWorse, midPWorse);
  }
});

test('the score interval is where the restricted likelihood says it is', () => {
  expect(oracle.score.length).toBeGreaterThan(10);
  for (const { worse, better, n, alpha, interval } of oracle.score) {
    const { difference, low, high } = scoreInterval(worse, better, n, alpha);
    near(difference, interval[0]);
    near(low, interval[1], 1e-10);
    near(high, interval[2], 1e-10);
  }
});

test('the score interval keeps a width when no case differs, and never leaves −1 … 1', () => {
  const none = scoreInterval(0, 0, 60, 0.05);
  near(none.high, 1.6448536269514722 ** 2 / (60 + 1.6448536269514722 ** 2));
  near(none.low, -none.high);
  expect(scoreInterval(5, 0, 5, 0.05).low).toBeGreaterThanOrEqual(-1);
  expect(scoreInterval(0, 5, 5, 0.05).high).toBeLessThanOrEqual(1);
});

test('the mean paired difference has the error and interval of a t test, and a larger error in clusters', () => {
  const { differences, clusters, difference, standardError, clusteredError, interval90, interval95 } = oracle.paired;
  const mean = pairedMean(differences);
  near(mean.difference, difference);
  near(mean.standardError, standardError);
  near(pairedMean(differences, clusters).standardError, clusteredError);
  expect(pairedMean(differences, clusters).degreesOfFreedom).toBe(6);
  near(tInterval(mean, 0.05).low, interval90[0]);
  near(tInterval(mean, 0.025).high, interval95[1]);
  near(boundedInterval(differences, 0.05).low, interval90[0]);
});

test('scores that mostly agree take the interval of whole cases, which is wider', () => {
  const differences = Array.from({ length: 40 }, (_, index) => (index === 0 ? -1 / 3 : 0));
  const interval = boundedInterval(differences, 0.05);

  expect(interval).toEqual(scoreInterval(1 / 3, 0, 40, 0.05));
  expect(interval.low).toBeLessThan(tInterval(pairedMean(differences), 0.05).low);
});

test('an interval reaches no further than its differences, however large a user’s own scores are', () => {
  const steps = Array.from({ length: 40 }, (_, index) => 4 + (index % 2) / 2);
  const { low, high } = boundedInterval(steps, 0.05);
  expect(low).toBeGreaterThan(4);
  expect(high).toBeGreaterThan(4.25);
  expect(high).toBeLessThanOrEqual(4.5);
  const sources = steps.map(() => 'one');
  expect(boundedInterval(steps, 0.05, sources)).toMatchObject({ low: -4.5, high: 4.5 });
});

test('one case alone has no interval', () => {
  expect(tInterval(pairedMean([0.4]), 0.05)).toEqual({ difference: 0.4, low: -Infinity, high: Infinity });
});

test('Holm and Benjamini–Hochberg adjust as statsmodels does', () => {
  const { p, holm: holmed, benjaminiHochberg: bh } = oracle.multiplicity;
  for (const [index, value] of holm(p).entries()) near(value, holmed[index]);
  for (const [index, value] of benjaminiHochberg(p).entries()) near(value, bh[index]);
  expect(holm([])).toEqual([]);
});

test('the detectable difference solves its own equation', () => {
  for (const [n, differing, alpha, value] of oracle.detectable) {
    const found = detectableDifference(n, differing, { alpha, power: 0.8 });
    if (value === null) expect(found).toBeUndefined();
    else near(found ?? Number.NaN, value, 1e-9);
  }
});

test('the cases said to settle a comparison do settle it', () => {
  const passing = casesToSettle({ difference: 0, variance: 0 }, 0.03);
  expect(scoreInterval(0, 0, passing, 0.05).low).toBeGreaterThan(-0.03);
  expect(scoreInterval(0, 0, passing - 1, 0.05).low).toBeLessThanOrEqual(-0.03);

  const n = casesToSettle({ difference: -0.05, variance: 0.1475 }, 0.03);
  expect(n).toBeGreaterThan(300);
  expect(scoreInterval(n * 0.1, n * 0.05, n, 0.05).high).toBeLessThan(0);
  expect(casesToSettle({ difference: 0, variance: 0.1 }, 0)).toBe(Infinity);
});
