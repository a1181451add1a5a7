// SQL that is true of the rows that are neither missing nor as expected. Semantics as Great Expectations on pandas.
import type { Binder } from '../dataset/binder.ts';
import { columnFamily, isNumeric, type ColumnFamily } from '../dataset/column-family.ts';
import type { ArgumentsOf, Expectation } from '../formats/expectation-types.ts';
import { quoteIdentifier, type Column, type SqlValue } from '../ports/data-engine.ts';

export type Predicate = { readonly sql: string } | { readonly reason: string };

/** @throws Error for a type that is not judged row by row: that is a bug in the plan */
export function unexpectedRows(expectation: Expectation, column: Column, { bind }: Binder): Predicate {
  const name = quoteIdentifier(column.name);
  const family = columnFamily(column.type);
  switch (expectation.type) {
    case 'expect_column_values_to_be_between':
      return outside(expectation.arguments, column, bind);
    case 'expect_column_values_to_be_in_set':
    case 'expect_column_values_to_not_be_in_set': {
      const members = expectation.arguments.value_set.flatMap((value) => memberOf(value, column, bind));
      const inside = members.length === 0 ? 'FALSE' : `${name} IN (${members.join(', ')})`;
      const wanted = expectation.type === 'expect_column_values_to_be_in_set';
      return { sql: `${name} IS NOT NULL AND ${wanted ? `NOT (${inside})` : inside}` };
    }
    case 'expect_column_values_to_match_regex':
    case 'expect_column_values_to_not_match_regex': {
      const matches = `regexp_matches(${family === 'text' ? name : `CAST(${name} AS VARCHAR)`}, ${bind(expectation.arguments.regex)})`;
      return { sql: expectation.type === 'expect_column_values_to_match_regex' ? `NOT ${matches}` : matches };
    }
    case 'expect_column_value_lengths_to_be_between':
      if (family !== 'text') return { reason: `"${column.name}" is ${column.type}, which has no length` };
      return outside(expectation.arguments, { name: column.name, type: 'BIGINT' }, bind, `length(${name})`);
    default:
      throw new Error(`${expectation.type} is not judged row by row.`);
  }
}

type Range = ArgumentsOf<'expect_column_values_to_be_between'>;

function outside(
  range: Range,
  column: Column,
  bind: Binder['bind'],
  subject = quoteIdentifier(column.name),
): Predicate {
  const family = columnFamily(column.type);
  const ends: string[] = [];
  for (const [end, operator] of [
    ['min_value', range.strict_min === true ? '<=' : '<'],
    ['max_value', range.strict_max === true ? '>=' : '>'],
  ] as const) {
    const value = range[end];
    if (value === undefined) continue;
    const bound = boundOf(value, family, column.type, bind);
    if (bound === undefined) {
      return {
        reason: `"${column.name}" is ${column.type}, which cannot be compared with ${end} ${JSON.stringify(value)}`,
      };
    }
    ends.push(`${subject} ${operator} ${bound}`);
  }
  return { sql: `(${ends.join(' OR ')})` };
}

/** Undefined when values of such a column and such a bound have no order between them. */
function boundOf(value: string | number, family: ColumnFamily, type: string, bind: Binder['bind']): string | undefined {
  if (typeof value === 'number') return isNumeric(family) ? numberOf(value, family, bind) : undefined;
  if (family === 'text') return bind(value);
  return family === 'temporal' ? `TRY_CAST(${bind(value)} AS ${type})` : undefined;
}

/** Whole numbers are compared as integers: a column of them is then never converted. */
const numberOf = (value: number, family: ColumnFamily, bind: Binder['bind']): string =>
  family === 'integer' && Number.isSafeInteger(value)
    ? `CAST(${bind(value)} AS BIGINT)`
    : `CAST(${bind(value)} AS DOUBLE)`;

/** A member that no value of the column can equal is left out: the text "1" is not the number 1. */
function memberOf(value: SqlValue, column: Column, bind: Binder['bind']): string[] {
  const family = columnFamily(column.type);
  if (typeof value === 'number') return isNumeric(family) ? [numberOf(value, family, bind)] : [];
  if (typeof value === 'boolean') return family === 'boolean' ? [`CAST(${bind(value)} AS BOOLEAN)`] : [];
  if (typeof value !== 'string') return [];
  if (family === 'text') return [bind(value)];
  return family === 'temporal' ? [`TRY_CAST(${bind(value)} AS ${column.type})`] : [];
}
