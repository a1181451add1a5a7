// Expectations about one number of a column: its mean, its smallest value, how many different ones it has.
import { columnFamily, isNumeric } from '../dataset/column-family.ts';
import type { Expectation } from '../formats/expectation-types.ts';
import { quoteIdentifier, type Column } from '../ports/data-engine.ts';

/** The aggregate's SQL, why the column has none, or undefined when the expectation is of another kind. */
export function aggregateOf(
  expectation: Expectation,
  column: Column,
): { readonly sql: string } | { readonly reason: string } | undefined {
  const name = quoteIdentifier(column.name);
  const family = columnFamily(column.type);
  switch (expectation.type) {
    case 'expect_column_min_to_be_between':
    case 'expect_column_max_to_be_between': {
      const bounds = [expectation.arguments.min_value, expectation.arguments.max_value].filter(
        (bound) => bound !== undefined,
      );
      const comparable = bounds.every((bound) =>
        typeof bound === 'number' ? isNumeric(family) : family === 'text' || family === 'temporal',
      );
      if (!comparable)
        return {
          reason: `"${column.name}" is ${column.type}, which cannot be compared with ${bounds.map((bound) => JSON.stringify(bound)).join(' and ')}`,
        };
      const extreme = `${expectation.type === 'expect_column_min_to_be_between' ? 'min' : 'max'}(${name})`;
      return { sql: family === 'temporal' ? `CAST(${extreme} AS VARCHAR)` : extreme };
    }
    case 'expect_column_unique_value_count_to_be_between':
      return { sql: `count(DISTINCT ${name})` };
    case 'expect_column_mean_to_be_between':
    case 'expect_column_sum_to_be_between':
    case 'expect_column_stdev_to_be_between': {
      if (!isNumeric(family)) return { reason: `"${column.name}" is ${column.type}, not a number` };
      const aggregate = { mean: 'avg', sum: 'sum', stdev: 'stddev_samp' }[
        expectation.type.split('_')[2] as 'mean' | 'sum' | 'stdev'
      ];
      return { sql: `CAST(${aggregate}(${name}) AS DOUBLE)` };
    }
    default:
      return undefined;
  }
}
