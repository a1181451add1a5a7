// The promise of the whole gate, held by simulation: reworded prompts rarely fail and mostly pass, real losses are caught.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { rehearse } from '@pawl/core/prompt-regression';

/** The field's mix: 70 % of cases nearly always right, 20 % wavering, 10 % hard; hard ones have little to lose. */
function simulate(runs: number, loss: number, seed: number) {
  const random = xoroshiro128plus(seed);
  const policy = { margin: 0.05, repeats: 1, maxRepeats: 5, minCases: 30 };
  const counts = { pass: 0, fail: 0, inconclusive: 0, error: 0 };
  let rounds = 0;
  for (let run = 0; run < runs; run++) {
    const chances = Array.from({ length: 200 }, () => {
      const kind = uniformFloat64(random);
      return kind < 0.7 ? 0.97 : kind < 0.9 ? 0.6 : 0.1;
    });
    const sides = { before: chances.map((): number[] => []), after: chances.map((): number[] => []) };
    const rehearsal = rehearse((asked) => {
      for (const [index, right] of chances.entries()) {
        const after = right > 0.1 ? right - loss / 0.9 : right;
        while ((sides.before[index]?.length ?? asked) < asked) {
          sides.before[index]?.push(Number(uniformFloat64(random) < right));
          sides.after[index]?.push(Number(uniformFloat64(random) < after));
        }
      }
      return sides;
    }, policy);
    counts[rehearsal.verdict] += 1;
    rounds += rehearsal.rounds;
  }
  const share = (count: number) => count / runs;
  return { pass: share(counts.pass), fail: share(counts.fail), rounds: rounds / runs };
}

test('of 200 cases with up to five repeats, prompts that did not change fail at most 5 % and pass at least 90 %', () => {
  const runs = 1000;
  const error = 2 * Math.sqrt((0.05 * 0.95) / runs);
  const { fail, pass, rounds } = simulate(runs, 0, 1);

  expect(fail).toBeLessThanOrEqual(0.05 + error);
  expect(pass).toBeGreaterThanOrEqual(0.92);
  expect(rounds).toBeLessThan(2.4);
});

test('a loss of ten points is caught at least 95 times in 100, mostly with the first repeat', () => {
  const { fail, pass, rounds } = simulate(250, 0.1, 2);

  expect(fail).toBeGreaterThanOrEqual(0.97);
  expect(pass).toBeLessThanOrEqual(0.01);
  expect(rounds).toBeLessThan(1.5);
});

test('a loss of just the margin rarely passes', () => {
  const { pass } = simulate(250, 0.05, 3);

  expect(pass).toBeLessThanOrEqual(0.05 + 2.6 * Math.sqrt((0.05 * 0.95) / 250));
});
