// A data engine for small CSV files and the few statements the gate writes. Not a fake of DuckDB: the real one
// meets the same use case in the action's tests.
import { readFileSync } from 'node:fs';
import { DataError, type DataEngine } from '@pawl/core';

type Rows = Record<string, string | null>[];

const values = /^SELECT DISTINCT CAST\("(.+)" AS VARCHAR\) FROM "(.+)" LIMIT (\d+)$/;
const statement = /^SELECT CAST\("(.+)" AS (VARCHAR|DOUBLE)\) FROM "(.+)" ORDER BY "(.+)"$/;

export function rowsEngine(): DataEngine {
  const views = new Map<string, Rows>();
  const select = (sql: string): (string | null)[] => {
    const [, column, , view, id] = statement.exec(sql) ?? [];
    const rows = views.get(view ?? '');
    if (rows === undefined) throw new Error(`not a statement of the gate: ${sql}`);
    const order = (a: string | null, b: string | null): number => ((a ?? '') < (b ?? '') ? -1 : a === b ? 0 : 1);
    return rows.toSorted((a, b) => order(a[id!]!, b[id!]!)).map((row) => row[column!] ?? null);
  };
  return {
    attach: async (view, file) => {
      const text = readFileSync(file, 'utf8');
      if (text.includes('\0')) {
        throw new DataError('DATA_UNREADABLE', `${file} is no CSV file.`, { file, hint: 'Write it again.' });
      }
      const [header, ...lines] = text.trimEnd().split('\n');
      const names = header!.split(',');
      views.set(
        view,
        lines.map((line) =>
          Object.fromEntries(line.split(',').map((cell, index) => [names[index]!, cell === '' ? null : cell])),
        ),
      );
      const rows = views.get(view)!;
      return names.map((name) => ({ name, type: typeOf(rows.map((row) => row[name] ?? null)) }));
    },
    query: () => Promise.reject(new Error('the gate reads columns')),
    numbers: async (sql) => Float64Array.from(select(sql), (text) => (text === null ? Number.NaN : Number(text))),
    texts: async (sql) => {
      const [, column, view, limit] = values.exec(sql) ?? [];
      if (column === undefined) return select(sql);
      return [...new Set(views.get(view ?? '')?.map((row) => row[column] ?? null))].slice(0, Number(limit));
    },
    close: async () => {},
  };
}

/** As a CSV reader guesses. */
function typeOf(cells: (string | null)[]): string {
  const given = cells.filter((cell) => cell !== null);
  if (given.length === 0 || given.some((cell) => !Number.isFinite(Number(cell)))) return 'VARCHAR';
  return given.every((cell) => /^-?\d+$/.test(cell)) ? 'BIGINT' : 'DOUBLE';
}
