// Hand-computed values, and seeded simulations of what the tests promise.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import {
  addLogs,
  logAboveLimit,
  logBelowLimit,
  logFailureRace,
  logMean,
  raceRatios,
  requestsToPromote,
} from '@pawl/core/statistics';

test('without a failure, 376 requests show that a rate is below 1 % at 5 %', () => {
  expect(requestsToPromote(0.01, 0.05)).toBe(376);
  expect(Math.exp(logBelowLimit({ requests: 376, bad: 0 }, 0.01))).toBeGreaterThanOrEqual(20);
  expect(Math.exp(logBelowLimit({ requests: 375, bad: 0 }, 0.01))).toBeLessThan(20);
});

test('two requests, one bad, against a limit of one half give the mixture computed by hand', () => {
  // Factors f · (1 − f/2)/(1/2) for f = 0, .1, .25, .5, .75: 0, .19, .4375, .75, .9375; their mean is .463.
  expect(Math.exp(logBelowLimit({ requests: 2, bad: 1 }, 0.5))).toBeCloseTo(0.463, 12);
});

test('no requests are no evidence', () => {
  expect(logBelowLimit({ requests: 0, bad: 0 }, 0.01)).toBe(0);
  expect(logMean(logFailureRace({ canary: 0, stable: 0 }, 0.1, 1))).toBe(0);
  expect(logMean(logAboveLimit({ requests: 0, bad: 0 }, 0.01))).toBe(0);
});

test('one canary failure at a tenth of the traffic multiplies by the ratios computed by hand', () => {
  // q/π = r · (w + 1 − w)/(w·r + 1 − w) with w = .1: 1.5/1.05, 2/1.1, 3/1.2, 5/1.4, 10/1.9.
  const factors = logFailureRace({ canary: 1, stable: 0 }, 0.1, 1).map(Math.exp);

  [1.5 / 1.05, 2 / 1.1, 2.5, 5 / 1.4, 10 / 1.9].forEach((factor, index) => {
    expect(factors[index]).toBeCloseTo(factor, 12);
  });
});

test('a larger share is the conservative one, for failures of either side', () => {
  for (const bad of [
    { canary: 1, stable: 0 },
    { canary: 0, stable: 1 },
  ]) {
    const small = logFailureRace(bad, 0.1, 1.1);
    const large = logFailureRace(bad, 0.2, 1.1);
    raceRatios.forEach((_, index) => expect(large[index]).toBeLessThan(small[index] ?? Number.NaN));
  }
});

test('with all the traffic or none there is no race', () => {
  expect(logFailureRace({ canary: 9, stable: 3 }, 1, 1)).toEqual([0, 0, 0, 0, 0]);
  expect(logFailureRace({ canary: 9, stable: 3 }, 0, 1)).toEqual([0, 0, 0, 0, 0]);
});

test('the rate above a limit is tested by the likelihood ratio computed by hand', () => {
  // Limit .1, ratio 2: one bad of two multiplies by 2 · .8/.9.
  expect(Math.exp(logAboveLimit({ requests: 2, bad: 1 }, 0.1)[1] ?? 0)).toBeCloseTo((2 * 0.8) / 0.9, 12);
});

test('counts that cannot be are a bug', () => {
  expect(() => logBelowLimit({ requests: 1, bad: 2 }, 0.1)).toThrow(RangeError);
  expect(() => logBelowLimit({ requests: Number.NaN, bad: 0 }, 0.1)).toThrow(RangeError);
});

/** Looks once a minute for 30 minutes at 20 requests a second, a tenth of them for the canary. @returns share of rollouts that end in rollback at α = 1 % */
function shareRolledBack(rates: { canary: number; stable: number }, runs: number): number {
  const generator = xoroshiro128plus(20_261_121);
  const binomial = (n: number, p: number): number => {
    let bad = 0;
    // Skips from one bad event to the next: geometric gaps are much quicker than n coins.
    for (let at = 0; ; bad++) {
      at += 1 + Math.floor(Math.log(1 - uniformFloat64(generator)) / Math.log(1 - p));
      if (at > n) return bad;
    }
  };
  let rolledBack = 0;
  for (let run = 0; run < runs; run++) {
    let logs: readonly number[] = [];
    for (let minute = 0; minute < 30; minute++) {
      const bad = { canary: binomial(120, rates.canary), stable: binomial(1080, rates.stable) };
      logs = addLogs(logs, logFailureRace(bad, 0.1, 1));
      if (logMean(logs) >= Math.log(100)) {
        rolledBack += 1;
        break;
      }
    }
  }
  return rolledBack / runs;
}

test('a version that is no worse is rolled back in at most 1 % of rollouts, however often one looks', () => {
  expect(shareRolledBack({ canary: 0.01, stable: 0.01 }, 2000)).toBeLessThanOrEqual(0.01);
  expect(shareRolledBack({ canary: 0.001, stable: 0.001 }, 2000)).toBeLessThanOrEqual(0.01);
});

test('a version that fails twice as often is found nearly always, and from a baseline without failures too', () => {
  expect(shareRolledBack({ canary: 0.02, stable: 0.01 }, 500)).toBeGreaterThan(0.9);
  expect(shareRolledBack({ canary: 0.01, stable: 1e-9 }, 500)).toBeGreaterThan(0.99);
});

test('a rate exactly at the limit is promoted in about 5 % of steps or fewer, looking after every request', () => {
  const generator = xoroshiro128plus(7);
  let promoted = 0;
  const runs = 400;
  for (let run = 0; run < runs; run++) {
    let bad = 0;
    for (let requests = 1; requests <= 1500; requests++) {
      if (uniformFloat64(generator) < 0.05) bad += 1;
      if (requests % 5 === 0 && logBelowLimit({ requests, bad }, 0.05) >= Math.log(20)) {
        promoted += 1;
        break;
      }
    }
  }

  // Three standard errors above the promise: 0.05 + 3 · √(0.05 · 0.95 / 400).
  expect(promoted / runs).toBeLessThan(0.083);
});
