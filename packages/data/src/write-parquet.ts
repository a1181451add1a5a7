// Rows to a Parquet file. A DuckDB of its own: the one that reads is shut in, and may not write.
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import type { DuckDBAppender } from '@duckdb/node-api';
import { DataError, quoteIdentifier, type ParquetWriter, type WrittenColumn } from '@pawl/core';
import { loadDuckDb } from './binding.ts';
import { quoteLiteral } from './sql-values.ts';

const sqlTypes: Readonly<Record<WrittenColumn['type'], string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'VARCHAR',
};

/** @param bindings path of `duckdb.node`; without it the installed package is used */
export function parquetWriter(bindings: string | undefined): ParquetWriter['writeParquet'] {
  return async (file, columns, rows) => {
    if (columns.length === 0) throw noColumns(file);
    const { DuckDBInstance } = await loadDuckDb(bindings);
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    // Renamed when it is whole: a reader never sees half of it.
    const partial = `${file}.${randomUUID()}.partial`;
    try {
      // Tables fold case, files do not: columns go by number until they are written.
      const definitions = columns.map(({ type }, index) => `c${index} ${sqlTypes[type]}`);
      await connection.run(`CREATE TABLE flat (${definitions.join(', ')})`);
      const appender = await connection.createAppender('flat');
      for (const row of rows) {
        for (let index = 0; index < columns.length; index++) append(appender, row[index] ?? null);
        appender.endRow();
      }
      appender.closeSync();
      const selected = columns.map(
        ({ name, type }, index) =>
          `${type === 'time' ? `CAST(c${index} AS TIMESTAMPTZ)` : `c${index}`} AS ${quoteIdentifier(name)}`,
      );
      await connection.run(
        `COPY (SELECT ${selected.join(', ')} FROM flat) TO ${quoteLiteral(partial)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      await rename(partial, file);
    } catch (cause) {
      throw unwritable(file, cause);
    } finally {
      connection.closeSync();
      instance.closeSync();
      await rm(partial, { force: true });
    }
  };
}

function append(appender: DuckDBAppender, value: string | number | boolean | null): void {
  if (value === null) appender.appendNull();
  else if (typeof value === 'number') appender.appendDouble(value);
  else if (typeof value === 'boolean') appender.appendBoolean(value);
  else appender.appendVarchar(value);
}

const noColumns = (file: string): DataError =>
  new DataError('DATA_EMPTY', 'There is no column to write.', { file, hint: 'Choose rows that hold something.' });

const unwritable = (file: string, cause: unknown): DataError =>
  new DataError('DATA_UNWRITABLE', `Parquet cannot be written: ${reason(cause)}`, {
    file,
    hint: 'Check that the folder exists, can be written to and has room.',
  });

const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
