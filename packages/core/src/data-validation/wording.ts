// Expectations and their results in plain words: what a reviewer who knows no Great Expectations reads.
import { listed, percent, shortNumber, thousands } from '../dataset/plain-words.ts';
import type { Expectation } from '../formats/expectation-types.ts';
import type { ExpectationResult } from './decide.ts';

/** "`delay` is not missing in at least 99 % of rows". */
export function expectationInWords({ type, arguments: given }: Expectation): string {
  const subject = 'column' in given ? given.column : 'the table';
  const mostly =
    'mostly' in given && given.mostly !== undefined && given.mostly < 1
      ? ` in at least ${percent(given.mostly)} of rows`
      : '';
  return `${subject} ${said(type, given)}${mostly}`;
}

function said(type: Expectation['type'], given: Expectation['arguments']): string {
  const range = rangeInWords(given);
  switch (type) {
    case 'expect_table_row_count_to_be_between':
      return `has ${range} rows`;
    case 'expect_table_row_count_to_equal':
      return `has exactly ${thousands((given as { value: number }).value)} rows`;
    case 'expect_table_column_count_to_equal':
      return `has exactly ${(given as { value: number }).value} columns`;
    case 'expect_table_columns_to_match_set':
      return `has the columns ${listed((given as { column_set: readonly string[] }).column_set)}`;
    case 'expect_column_to_exist':
      return 'exists';
    case 'expect_column_values_to_be_of_type':
      return `is of type ${(given as { type_: string }).type_}`;
    case 'expect_column_values_to_not_be_null':
      return 'is not missing';
    case 'expect_column_values_to_be_null':
      return 'is missing';
    case 'expect_column_values_to_be_unique':
      return 'is unique';
    case 'expect_column_values_to_be_between':
      return `is ${range}`;
    case 'expect_column_values_to_be_in_set':
      return `is one of ${setInWords(given)}`;
    case 'expect_column_values_to_not_be_in_set':
      return `is none of ${setInWords(given)}`;
    case 'expect_column_values_to_match_regex':
      return `matches ${(given as { regex: string }).regex}`;
    case 'expect_column_values_to_not_match_regex':
      return `does not match ${(given as { regex: string }).regex}`;
    case 'expect_column_value_lengths_to_be_between':
      return `has ${range} characters`;
    case 'expect_column_unique_value_count_to_be_between':
      return `has ${range} different values`;
    case 'expect_column_min_to_be_between':
    case 'expect_column_max_to_be_between':
    case 'expect_column_mean_to_be_between':
    case 'expect_column_sum_to_be_between':
    case 'expect_column_stdev_to_be_between':
      return `has a ${aggregateNames[type.split('_')[2] ?? ''] ?? 'value'} ${range.startsWith('at ') ? 'of ' : ''}${range}`;
  }
}

const aggregateNames: Readonly<Record<string, string>> = {
  min: 'smallest value',
  max: 'largest value',
  mean: 'mean',
  sum: 'sum',
  stdev: 'standard deviation',
};

function rangeInWords(given: Expectation['arguments']): string {
  const { min_value: low, max_value: high } = given as { min_value?: number | string; max_value?: number | string };
  if (low !== undefined && high !== undefined) return `between ${boundInWords(low)} and ${boundInWords(high)}`;
  return low === undefined ? `at most ${boundInWords(high)}` : `at least ${boundInWords(low)}`;
}

const boundInWords = (bound: number | string | undefined): string =>
  typeof bound === 'number' ? shortNumber(bound) : String(bound);

function setInWords(given: Expectation['arguments']): string {
  const { value_set } = given as { value_set: readonly unknown[] };
  return value_set.length === 0 ? 'nothing' : listed(value_set.map(String));
}

/** One sentence for a headline or an annotation. */
export function failureInWords({ expectation, found, rows, impossible }: ExpectationResult): string {
  const wanted = expectationInWords(expectation);
  if (impossible === true) return `"${wanted}" cannot be judged: ${found}`;
  if (rows !== undefined) return `"${wanted}" is broken by ${found}`;
  return `"${wanted}" does not hold: ${found}`;
}
