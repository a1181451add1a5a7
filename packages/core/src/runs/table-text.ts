// A flat table as JSON, JSON lines or CSV.
import type { ParamValue } from '../formats/run.ts';
import { escapeCsv } from '../report/escape.ts';
import type { FlatTable } from './flat-table.ts';

/** An array of objects, each with every column. */
export const tableJson = (table: FlatTable): string => `${JSON.stringify(objectsOf(table), null, 2)}\n`;

/** One object a line. */
export const tableNdjson = (table: FlatTable): string =>
  objectsOf(table)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');

/** With a header. Texts that a spreadsheet would take for a formula are marked as text; numbers stay numbers. */
export const tableCsv = ({ columns, rows }: FlatTable): string =>
  [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');

const csvCell = (value: ParamValue): string => {
  if (value === null) return '';
  return typeof value === 'string' ? escapeCsv(value) : String(value);
};

const objectsOf = ({ columns, rows }: FlatTable): readonly Readonly<Record<string, ParamValue>>[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
