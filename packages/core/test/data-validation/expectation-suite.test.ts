import { expect, test } from 'vitest';
import { readExpectationSuite } from '../../src/formats/expectation-suite.ts';

const read = (text: string, file = 'flights.expect.yml') => readExpectationSuite({ text, file });

const own = `name: flights
data: data/flights.parquet
expectations:
  - type: expect_column_values_to_not_be_null
    column: delay
    mostly: 0.99
    severity: warning
    notes: The feed drops some.
  - type: expect_column_values_to_be_between
    column: distance
    min_value: 0
`;

test('reads a suite with the place of each expectation', () => {
  expect(read(own)).toEqual({
    value: {
      name: 'flights',
      data: 'data/flights.parquet',
      dataPlace: { file: 'flights.expect.yml', line: 2, column: 7 },
      expectations: [
        {
          type: 'expect_column_values_to_not_be_null',
          arguments: { column: 'delay', mostly: 0.99 },
          severity: 'warning',
          notes: 'The feed drops some.',
          line: 4,
          lineColumn: 5,
        },
        {
          type: 'expect_column_values_to_be_between',
          arguments: { column: 'distance', min_value: 0 },
          severity: 'critical',
          line: 9,
          lineColumn: 5,
        },
      ],
    },
    problems: [],
  });
});

test('a Great Expectations suite gives the same inner representation', () => {
  const gx = JSON.stringify(
    {
      name: 'flights',
      id: '0',
      meta: { great_expectations_version: '1.25.0' },
      notes: null,
      expectations: [
        {
          type: 'expect_column_values_to_not_be_null',
          kwargs: { column: 'delay', mostly: 0.99, row_condition: null },
          meta: {},
          severity: 'warning',
          notes: 'The feed drops some.',
          rendered_content: [],
        },
        {
          expectation_type: 'expect_column_values_to_be_between',
          kwargs: { column: 'distance', min_value: 0, max_value: null },
        },
      ],
    },
    null,
    2,
  );
  const withoutPlaces = (text: string) =>
    read(text).value?.expectations.map(({ line: _line, lineColumn: _column, ...rest }) => rest);

  expect(read(gx, 'suite.json').problems).toEqual([]);
  expect(withoutPlaces(gx)).toEqual(withoutPlaces(own));
});

test('an unknown type is named with its line and the one that was meant', () => {
  expect(
    read('name: a\nexpectations:\n  - type: expect_column_values_to_not_be_nul\n    column: x\n').problems,
  ).toEqual([
    {
      code: 'SUITE_UNKNOWN_TYPE',
      severity: 'error',
      message: 'There is no expectation "expect_column_values_to_not_be_nul" here.',
      hint: 'Did you mean "expect_column_values_to_not_be_null"?',
      file: 'flights.expect.yml',
      line: 3,
      column: 11,
    },
  ]);
});

test('an unknown key is measured against the keys of its own type', () => {
  const [problem] = read(
    'name: a\nexpectations:\n  - type: expect_column_to_exist\n    column: x\n  - type: expect_column_values_to_be_unique\n    colum: x\n',
  ).problems.filter(({ code }) => code === 'SUITE_UNKNOWN_KEY');

  expect(problem).toMatchObject({ line: 6, hint: 'Did you mean "column"?' });
});

test('every mistake of a file is told in one run', () => {
  const codes = read(
    'name: a\nexpectations:\n  - type: nope\n  - type: expect_column_to_exist\n  - type: expect_column_values_to_be_unique\n    column: x\n    mostly: 2\n',
  ).problems.map(({ code }) => code);

  expect(codes).toEqual(['SUITE_UNKNOWN_TYPE', 'SUITE_MISSING_KEY', 'SUITE_INVALID']);
});

test('what would change a Great Expectations verdict is refused, not ignored', () => {
  const suite = (kwargs: object) =>
    JSON.stringify({
      name: 's',
      expectations: [{ type: 'expect_column_values_to_be_unique', kwargs: { column: 'a', ...kwargs } }],
    });

  expect(read(suite({ row_condition: 'col("x") > 1', condition_parser: 'great_expectations' })).problems).toHaveLength(
    1,
  );
  expect(read(suite({ some_new_argument: 1 })).problems).toMatchObject([{ code: 'SUITE_UNKNOWN_KEY' }]);
  expect(read(suite({ mostly: { $PARAMETER: 'share' } })).problems).toMatchObject([{ code: 'SUITE_INVALID' }]);
});

test('a range without ends and a suite without expectations are mistakes', () => {
  expect(
    read('name: a\nexpectations:\n  - type: expect_column_mean_to_be_between\n    column: x\n').problems,
  ).toMatchObject([{ code: 'SUITE_NO_BOUND', line: 3 }]);
  expect(read('name: a\nexpectations: []\n').problems).toMatchObject([{ code: 'SUITE_EMPTY', line: 2 }]);
});
