// What DuckDB answers, as the plain values of the port.
import type { DuckDBValue } from '@duckdb/node-api';
import type { SqlValue } from '@pawl/core';

/** Only for what DuckDB takes as no parameter: file names in DDL and settings. */
export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export function plainRow(names: readonly string[], row: readonly DuckDBValue[]): Readonly<Record<string, SqlValue>> {
  return Object.fromEntries(names.map((name, index) => [name, plainValue(row[index] ?? null)]));
}

/** Integers become numbers where a double holds them; dates, decimals beyond doubles and nested values become text. */
export function plainValue(value: DuckDBValue): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  const text = String(value);
  if (isDecimal(value)) {
    const number = value.toDouble();
    return Math.abs(number) < 1e15 && value.width <= 15 ? number : text;
  }
  return text;
}

const isDecimal = (value: object): value is { width: number; toDouble(): number } =>
  'toDouble' in value && 'scale' in value && 'width' in value;
