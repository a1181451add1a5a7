import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { beforeEach, expect, test } from 'vitest';
import { normalQuantile } from '@pawl/core/statistics';
import { compareCategories, compareNumbers } from '../../src/drift-report/compare-column.ts';
import { judgeDrift, type MeasuredColumn } from '../../src/drift-report/decide.ts';
import { defaultDriftPolicy } from '../../src/formats/drift-policy.ts';
import { missingShare } from '../../src/drift-report/bad-data.ts';

// Each test has the same chance whatever ran before it.
let random = xoroshiro128plus(2026);
beforeEach(() => {
  random = xoroshiro128plus(2026);
});
const normals = (n: number, mean = 0, scale = 1): Float64Array =>
  Float64Array.from({ length: n }, () => mean + scale * normalQuantile(((random.next() >>> 0) + 0.5) / 2 ** 32)).sort();

/** A sample without chance: the quantiles themselves. */
const ideal = (n: number, mean = 0): Float64Array =>
  Float64Array.from({ length: n }, (_, index) => mean + normalQuantile((index + 0.5) / n));

const column = (reference: Float64Array, current: Float64Array, name = 'x'): MeasuredColumn => ({
  plan: { name, compare: 'numeric', integers: false, threshold: 0.1 },
  missing: { reference: 0, current: 0, jumped: false },
  comparison: compareNumbers(reference, current, { integers: false, seed: 1 }),
});

const verdictOf = (reference: Float64Array, current: Float64Array) =>
  judgeDrift([column(reference, current)], defaultDriftPolicy).columns[0];

test('equal populations raise no alarm: none in 15 reports of ten columns', () => {
  const reports = Array.from({ length: 15 }, () =>
    judgeDrift(
      Array.from({ length: 10 }, (_, index) => column(normals(400), normals(300), `c${index}`)),
      defaultDriftPolicy,
    ),
  );

  expect(reports.filter(({ verdict }) => verdict === 'fail')).toHaveLength(0);
});

test('a shift that matters is found in at least 19 of 20 reports', () => {
  const found = Array.from({ length: 20 }, () => verdictOf(normals(1000), normals(1000, 0.8)));

  expect(
    found.filter((judged) => judged?.verdict === 'fail' && judged.cause === 'drift').length,
  ).toBeGreaterThanOrEqual(19);
});

test('a shift that is certain but too small to matter is stable, however many rows show it', () => {
  const judged = verdictOf(normals(40_000), normals(40_000, 0.1));

  expect(judged?.comparison?.test.pValue).toBeLessThan(1e-9);
  expect(judged?.verdict).toBe('pass');
});

test('thin evidence is inconclusive and says how many rows would settle it', () => {
  expect(verdictOf(ideal(1000), ideal(60))).toMatchObject({
    verdict: 'inconclusive',
    reason: 'needs 40 more current rows',
  });
  const thin = verdictOf(ideal(5000), ideal(120, 0.3));
  expect(thin?.verdict).toBe('inconclusive');
  expect(thin?.reason).toMatch(/needs about [\d,]+ more current rows/);
});

test('the number of rows it asks for does settle it', () => {
  const reference = normals(20_000);
  const thin = verdictOf(reference, normals(110));
  const wanted = Number(/[\d,]+/.exec(thin?.reason ?? '')?.[0].replaceAll(',', ''));

  expect(thin?.verdict).toBe('inconclusive');
  expect(verdictOf(reference, normals(110 + wanted))?.verdict).toBe('pass');
});

test('sixty columns share one budget of false alarms', () => {
  const columns = Array.from({ length: 60 }, (_, index) => column(normals(200), normals(200), `c${index}`));
  const { columns: judged } = judgeDrift(columns, defaultDriftPolicy);
  const surprising = judged.filter(({ comparison }) => (comparison?.test.pValue ?? 1) <= 0.05).length;

  expect(surprising).toBeGreaterThan(0);
  expect(judged.filter(({ adjusted }) => (adjusted ?? 1) <= 0.05)).toHaveLength(0);
});

test('a change of unit and strange values are bad data, a moved distribution is drift', () => {
  const reference = normals(2000, 10, 3);
  const polluted = Float64Array.from([...normals(1600, 10, 3), ...new Float64Array(400).fill(-999)]).sort();

  expect(verdictOf(reference, normals(2000, 10_000, 3000))).toMatchObject({
    cause: 'bad data',
    reason: 'it looks like a change of unit (× 1000)',
  });
  expect(verdictOf(reference, polluted)).toMatchObject({
    cause: 'bad data',
    reason: expect.stringMatching(/^20(\.\d+)? % of values are outside the reference's range/) as string,
  });
  expect(verdictOf(reference, new Float64Array(2000).fill(10))).toMatchObject({
    cause: 'bad data',
    reason: 'it is one single value now',
  });
  expect(verdictOf(reference, normals(2000, 14, 3))).toMatchObject({ cause: 'drift' });
});

test('a new category is named', () => {
  const comparison = compareCategories(
    new Map([
      ['a', [500, 200]],
      ['b', [500, 200]],
      ['c', [0, 600]],
    ]),
    1,
  );
  const measured: MeasuredColumn = {
    plan: { name: 'kind', compare: 'categorical', integers: false, threshold: 0.1 },
    comparison,
  };

  expect(judgeDrift([measured], defaultDriftPolicy).columns[0]?.reason).toContain('60 % of values are new (c)');
});

test('a rise of missing values beyond the limit and beyond chance fails first', () => {
  const profile = (rows: number, present: number) => ({ rows, present });

  expect(missingShare(profile(1000, 990), profile(1000, 700), 0.05).jumped).toBe(true);
  expect(missingShare(profile(1000, 990), profile(1000, 960), 0.05).jumped).toBe(false);
  expect(missingShare(profile(20, 20), profile(20, 18), 0.05).jumped).toBe(false);
});

test('columns that are gone are an error, and nothing to compare is no pass', () => {
  const gone: MeasuredColumn = { plan: { name: 'x', compare: 'missing', from: 'current' } };
  const skipped: MeasuredColumn = { plan: { name: 'y', compare: 'skip', reason: 'times move by nature' } };

  expect(judgeDrift([gone, column(normals(500), normals(500))], defaultDriftPolicy).verdict).toBe('error');
  expect(judgeDrift([skipped], defaultDriftPolicy).verdict).toBe('error');
});
