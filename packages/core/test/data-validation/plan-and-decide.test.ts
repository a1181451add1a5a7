import { expect, test } from 'vitest';
import { decideVerdict, judgeExpectations } from '../../src/data-validation/decide.ts';
import { planSample, planValidation } from '../../src/data-validation/plan.ts';
import type { Expectation } from '../../src/formats/expectation-types.ts';

const columns = [
  { name: 'id', type: 'BIGINT' },
  { name: 'de"lay', type: 'DOUBLE' },
  { name: 'origin', type: 'VARCHAR' },
  { name: 'day', type: 'DATE' },
];
const critical = { severity: 'critical' } as const;
const notNull = (column: string, mostly?: number): Expectation => ({
  type: 'expect_column_values_to_not_be_null',
  arguments: { column, ...(mostly !== undefined && { mostly }) },
  ...critical,
});
const between = (column: string, ends: object): Expectation =>
  ({ type: 'expect_column_values_to_be_between', arguments: { column, ...ends }, ...critical }) as Expectation;

test('a suite becomes one statement, with names quoted and values bound', () => {
  const plan = planValidation(
    [
      notNull('de"lay'),
      between('de"lay', { min_value: 0 }),
      { type: 'expect_column_values_to_match_regex', arguments: { column: 'origin', regex: "'; DROP" }, ...critical },
      { type: 'expect_table_row_count_to_be_between', arguments: { min_value: 1 }, ...critical },
    ],
    'now',
    columns,
  );

  expect(plan.groups).toEqual([]);
  expect(plan.scan.sql.match(/SELECT/g)).toHaveLength(2);
  expect(plan.scan.sql).toContain(`nullif("de""lay", CAST('NaN' AS DOUBLE)) AS "de""lay"`);
  expect(plan.scan.sql).not.toContain('DROP');
  expect(plan.scan.values).toEqual([0, "'; DROP"]);
});

test('a measure that several expectations share is taken once', () => {
  const plan = planValidation(
    [notNull('id'), between('id', { min_value: 1 }), between('id', { min_value: 2 })],
    'now',
    columns,
  );

  expect(plan.scan.sql.match(/count\("id"\)/g)).toHaveLength(1);
});

test('a set holds only members that the column can equal', () => {
  const inSet = (column: string): Expectation => ({
    type: 'expect_column_values_to_be_in_set',
    arguments: { column, value_set: ['1', 1, true, null] },
    ...critical,
  });

  expect(planValidation([inSet('id')], 'now', columns).scan.values).toEqual([1]);
  expect(planValidation([inSet('origin')], 'now', columns).scan.values).toEqual(['1']);
});

test('what cannot hold of a column is told, never a crash', () => {
  const checks = planValidation(
    [notNull('orign'), between('origin', { max_value: 3 }), between('day', { min_value: '2001-01-01' })],
    'now',
    columns,
  ).expectations.map(({ check }) => check);

  expect(checks).toMatchObject([
    { how: 'impossible', reason: 'there is no column "orign"; did you mean "origin"?' },
    { how: 'impossible', reason: '"origin" is VARCHAR, which cannot be compared with max_value 3' },
    { how: 'rows' },
  ]);
});

test('samples carry the row of the file and are limited', () => {
  const plan = planValidation([between('id', { min_value: 5, strict_min: true })], 'now', columns);
  const [planned] = plan.expectations;

  expect(planned && planSample(planned, 'now', columns, 5)).toEqual({
    sql: 'SELECT row, CAST("id" AS VARCHAR) AS value FROM (SELECT row_number() OVER () AS row, "id" FROM "now") WHERE ("id" <= CAST($1 AS BIGINT)) LIMIT 5',
    values: [5],
  });
});

const judgeOne = (expectation: Expectation, scan: Record<string, number | string | null>) =>
  judgeExpectations(planValidation([expectation], 'now', columns), { scan, duplicates: [] })[0];

test('mostly is compared with the share of values, missing ones left out, without rounding', () => {
  const wanted = between('id', { min_value: 1, mostly: 0.9 });

  expect(judgeOne(wanted, { total: 110, m0: 10, m1: 10 })).toMatchObject({
    success: true,
    found: '10 of 100 values (10 %)',
  });
  expect(judgeOne(wanted, { total: 110, m0: 11, m1: 10 })).toMatchObject({ success: false });
  expect(judgeOne(notNull('id', 0.9), { total: 100, m0: 10 })).toMatchObject({ success: true });
});

test('a column without a value holds any expectation of its values, and none of its mean', () => {
  expect(judgeOne(between('id', { min_value: 1 }), { total: 5, m0: 0, m1: 5 })).toMatchObject({ success: true });
  const mean: Expectation = {
    type: 'expect_column_mean_to_be_between',
    arguments: { column: 'id', min_value: 0 },
    ...critical,
  };
  expect(judgeOne(mean, { total: 5, m0: null })).toMatchObject({ success: false, found: 'no value to judge' });
});

test('the ends of a range belong to it unless they are strict', () => {
  const mean = (ends: object): Expectation =>
    ({ type: 'expect_column_mean_to_be_between', arguments: { column: 'id', ...ends }, ...critical }) as Expectation;

  expect(judgeOne(mean({ min_value: 3, max_value: 3 }), { total: 1, m0: 3 })?.success).toBe(true);
  expect(judgeOne(mean({ min_value: 3, strict_min: true }), { total: 1, m0: 3 })?.success).toBe(false);
  const latest = (max_value: string): Expectation => ({
    type: 'expect_column_max_to_be_between',
    arguments: { column: 'day', max_value },
    ...critical,
  });
  expect(judgeOne(latest('2001-01-02'), { total: 1, m0: '2001-01-02 00:00:00' })?.success).toBe(true);
  expect(judgeOne(latest('2001-01-02T10:00:00Z'), { total: 1, m0: '2001-01-02 10:00:01' })?.success).toBe(false);
});

test('warnings fail only when asked to, and zero rows are never a pass', () => {
  const result = { expectation: { ...notNull('id'), severity: 'warning' as const }, success: false, found: '' };

  expect(decideVerdict([result], 10, 'critical')).toBe('pass');
  expect(decideVerdict([result], 10, 'warning')).toBe('fail');
  expect(decideVerdict([{ ...result, success: true }], 0, 'critical')).toBe('error');
  expect(decideVerdict([], 10, 'critical')).toBe('error');
});
