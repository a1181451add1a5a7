// Expectations that the columns' names and types answer, without reading a row.
import { columnFamily, type ColumnFamily } from '../dataset/column-family.ts';
import { listed } from '../dataset/plain-words.ts';
import type { Expectation } from '../formats/expectation-types.ts';
import type { Column } from '../ports/data-engine.ts';

/** Undefined when the expectation needs rows. */
export function judgeSchema(
  expectation: Expectation,
  columns: readonly Column[],
): { readonly success: boolean; readonly found: string } | undefined {
  const names = columns.map(({ name }) => name);
  switch (expectation.type) {
    case 'expect_table_column_count_to_equal':
      return { success: columns.length === expectation.arguments.value, found: `${columns.length} columns` };
    case 'expect_table_columns_to_match_set': {
      const { column_set: wanted, exact_match: exact = true } = expectation.arguments;
      const missing = wanted.filter((name) => !names.includes(name));
      const extra = exact ? names.filter((name) => !wanted.includes(name)) : [];
      const found = [
        ...(missing.length > 0 ? [`missing: ${listed(missing)}`] : []),
        ...(extra.length > 0 ? [`not expected: ${listed(extra)}`] : []),
      ].join('; ');
      return { success: found === '', found: found === '' ? 'the columns expected' : found };
    }
    case 'expect_column_to_exist': {
      const success = names.includes(expectation.arguments.column);
      return { success, found: success ? 'it is there' : `no column "${expectation.arguments.column}"` };
    }
    case 'expect_column_values_to_be_of_type': {
      const column = columns.find(({ name }) => name === expectation.arguments.column);
      if (column === undefined) return { success: false, found: `no column "${expectation.arguments.column}"` };
      return { success: isOfType(column.type, expectation.arguments.type_), found: column.type };
    }
    default:
      return undefined;
  }
}

/** NumPy's, pandas', Python's and SQL's names of a family of types. */
const familyNames: Readonly<Record<string, ColumnFamily>> = {
  int: 'integer',
  integer: 'integer',
  float: 'float',
  number: 'float',
  str: 'text',
  string: 'text',
  object: 'text',
  text: 'text',
  bool: 'boolean',
  bool_: 'boolean',
  datetime: 'temporal',
  'datetime64[ns]': 'temporal',
  timestamp: 'temporal',
};
const exactNames: Readonly<Record<string, string>> = {
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
};

function isOfType(type: string, wanted: string): boolean {
  if (type.toUpperCase() === wanted.toUpperCase()) return true;
  const name = wanted.toLowerCase();
  const exact = Object.hasOwn(exactNames, name) ? exactNames[name] : undefined;
  if (exact !== undefined) return type === exact;
  return Object.hasOwn(familyNames, name) && columnFamily(type) === familyNames[name];
}
