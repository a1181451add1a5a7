// Values of SciPy: fixtures/oracles/clopper-pearson/make.py.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binomialCdf, clopperPearson } from '@pawl/core/statistics';

interface Row {
  readonly events: number;
  readonly n: number;
  readonly alpha: number;
  readonly low: number;
  readonly high: number;
}
const rows = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/clopper-pearson/values.json', import.meta.url), 'utf8'),
) as readonly Row[];

test('the bounds are those of SciPy', () => {
  for (const { events, n, alpha, low, high } of rows) {
    const bounds = clopperPearson(events, n, alpha);
    expect(bounds.low).toBeCloseTo(low, 9);
    expect(bounds.high).toBeCloseTo(high, 9);
  }
  expect(rows.length).toBeGreaterThan(80);
});

test('at the upper bound so few events have just the probability alpha', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 500 }), fc.double({ min: 0, max: 0.9, noNaN: true }), (n, share) => {
      const events = Math.floor(share * n);
      expect(binomialCdf(events, n, clopperPearson(events, n, 0.05).high)).toBeCloseTo(0.05, 8);
    }),
  );
});

test('no event in 59 cases leaves five in a hundred, none in none leaves everything', () => {
  expect(clopperPearson(0, 59, 0.05).high).toBeLessThan(0.05);
  expect(clopperPearson(0, 0, 0.05)).toEqual({ low: 0, high: 1 });
});
