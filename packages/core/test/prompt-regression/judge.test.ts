// What the gate claims: its chance to err, by exact enumeration and by seeded simulation.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { judgeComparison } from '@pawl/core/prompt-regression';

const verdictOf = (worse: number, better: number, n: number, margin: number) => {
  const differences = Array.from({ length: n }, (_, index) => (index < worse ? -1 : index < worse + better ? 1 : 0));
  return judgeComparison([{ differences }], { margin }).verdict;
};

const logFactorials = [0];
for (let k = 1; k <= 400; k++) logFactorials.push((logFactorials[k - 1] ?? 0) + Math.log(k));

/** Probability of a verdict when each case gets worse or better with these chances: the sum over all outcomes. */
function chanceOf(verdict: string, n: number, chances: { worse: number; better: number }, margin: number): number {
  const logPower = (p: number, k: number) => (k === 0 ? 0 : k * Math.log(p));
  let sum = 0;
  for (let worse = 0; worse <= n; worse++) {
    for (let better = 0; worse + better <= n; better++) {
      const same = n - worse - better;
      const log =
        (logFactorials[n] ?? 0) -
        (logFactorials[worse] ?? 0) -
        (logFactorials[better] ?? 0) -
        (logFactorials[same] ?? 0) +
        logPower(chances.worse, worse) +
        logPower(chances.better, better) +
        logPower(1 - chances.worse - chances.better, same);
      if (log > -18 && verdictOf(worse, better, n, margin) === verdict) sum += Math.exp(log);
    }
  }
  return sum;
}

test.each([30, 60, 100, 200])('without a change at most one in twenty comparisons of %i cases fails', (n) => {
  for (const differing of [0.02, 0.05, 0.1, 0.2, 0.4])
    expect(chanceOf('fail', n, { worse: differing / 2, better: differing / 2 }, 0.03)).toBeLessThanOrEqual(0.05);
});

test.each([30, 60, 100, 200])(
  'with a loss of just the margin about one in twenty comparisons of %i cases passes',
  (n) => {
    for (const differing of [0.03, 0.05, 0.1, 0.2, 0.4])
      expect(
        chanceOf('pass', n, { worse: (differing + 0.03) / 2, better: (differing - 0.03) / 2 }, 0.03),
      ).toBeLessThanOrEqual(0.07);
  },
);

/** The field's mix of cases (most stable, some flaky, some hard), with a real loss spread over it. */
function simulate(runs: number, n: number, loss: number, seed: number) {
  const random = xoroshiro128plus(seed);
  const counts = { pass: 0, fail: 0, inconclusive: 0 };
  for (let run = 0; run < runs; run++) {
    const differences = Array.from({ length: n }, () => {
      const kind = uniformFloat64(random);
      const right = kind < 0.7 ? 0.97 : kind < 0.9 ? 0.6 : 0.1;
      // Hard cases have little to lose; the others carry their part, so that the mean loss is `loss`.
      const after = kind < 0.9 ? right - loss / 0.9 : right;
      return Number(uniformFloat64(random) < after) - Number(uniformFloat64(random) < right);
    });
    counts[judgeComparison([{ differences }], { margin: 0.05 }).verdict] += 1;
  }
  return { pass: counts.pass / runs, fail: counts.fail / runs, inconclusive: counts.inconclusive / runs };
}

test('simulated prompts that did not change fail at most 5 % of the time', () => {
  const runs = 4000;
  const error = 2.6 * Math.sqrt((0.05 * 0.95) / runs);

  expect(simulate(runs, 200, 0, 1).fail).toBeLessThanOrEqual(0.05 + error);
  expect(simulate(runs, 60, 0, 2).fail).toBeLessThanOrEqual(0.05 + error);
});

test('a simulated loss of ten points is caught in 400 cases and hardly ever passes in 200', () => {
  expect(simulate(1000, 400, 0.1, 3).fail).toBeGreaterThanOrEqual(0.99);
  const small = simulate(1000, 200, 0.1, 4);
  expect(small.fail).toBeGreaterThanOrEqual(0.9);
  expect(small.pass).toBeLessThanOrEqual(0.01);
});

test('three losses and no gain are too few to fail, whatever the interval says', () => {
  expect(verdictOf(3, 0, 100, 0.01)).toBe('inconclusive');
  expect(verdictOf(5, 0, 100, 0.01)).toBe('fail');
});

test('looks share the 5 %, and the first that settles holds', () => {
  const look = (worse: number, n = 100) => ({
    differences: Array.from({ length: n }, (_, index) => (index < worse ? -1 : 0)),
  });

  expect(judgeComparison([look(4)], { margin: 0.01 }).verdict).toBe('fail');
  expect(judgeComparison([look(4)], { margin: 0.01, plannedLooks: 5 }).verdict).toBe('inconclusive');
  expect(judgeComparison([look(4), look(9), look(0)], { margin: 0.01, plannedLooks: 5 })).toMatchObject({
    verdict: 'fail',
    look: 2,
  });
  expect(() => judgeComparison([look(1), look(1)], { margin: 0.01 })).toThrow('2 of 1 looks');
});

test('an interval that does not settle says how many cases would', () => {
  const differences = Array.from({ length: 50 }, (_, index) => (index < 2 ? -1 : 0));
  const { casesNeeded } = judgeComparison([{ differences }], { margin: 0.03 });

  expect(casesNeeded).toBeGreaterThan(100);
  expect(verdictOf(0.04 * (casesNeeded ?? 0), 0, casesNeeded ?? 0, 0.03)).toBe('fail');
});
