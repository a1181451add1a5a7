// DuckDB in memory, shut in: it reads the attached files and nothing else, and loads no extension.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance, DuckDBMaterializedResult } from '@duckdb/node-api';
import {
  DataError,
  quoteIdentifier,
  type Column,
  type DataEngine,
  type ParquetWriter,
  type SqlValue,
} from '@pawl/core';
import { attachStatements, type AttachedFile } from './attach-file.ts';
import { loadDuckDb } from './binding.ts';
import { readNumbers, readTexts } from './read-columns.ts';
import { reasonOf } from './reason.ts';
import { plainRow, quoteLiteral } from './sql-values.ts';
import { parquetWriter } from './write-parquet.ts';

export interface DataEngineOptions {
  /** Path of `duckdb.node`; without it the installed package is used. */
  readonly bindings?: string;
  /** Default: as many as the machine has, at most 8. */
  readonly threads?: number;
  /** As DuckDB writes it; default `4GB`. What does not fit is spilled to a temporary folder. */
  readonly memoryLimit?: string;
}

interface Session {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  /** Locked sessions open no further file; the next `attach` starts a new one. */
  locked: boolean;
}

/**
 * Opens nothing yet: the native binding is loaded and DuckDB started at the first use.
 * CSV and JSON are read once, whole, when attached, so that a broken row is found there; Parquet stays a view.
 * Calls are served one after another.
 */
export function openDataEngine(options: DataEngineOptions = {}): DataEngine & ParquetWriter {
  const attached = new Map<string, AttachedFile>();
  let session: Session | undefined;
  /** Made by DuckDB, and only when memory does not suffice. */
  const spillFolder = join(tmpdir(), `pawl-data-${randomUUID()}`);
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = queue.then(() => {
      if (closed) throw new Error('The data engine is closed.');
      return work();
    });
    queue = next.catch(() => {});
    return next;
  };

  const start = async (): Promise<Session> => {
    const { DuckDBInstance } = await loadDuckDb(options.bindings);
    const instance = await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      threads: String(options.threads ?? Math.min(8, availableParallelism())),
      memory_limit: options.memoryLimit ?? '4GB',
      temp_directory: spillFolder,
    });
    const connection = await instance.connect();
    const started = { instance, connection, locked: false };
    for (const [view, file] of attached) await create(started, view, file);
    return started;
  };

  const stop = (): void => {
    session?.connection.closeSync();
    session?.instance.closeSync();
    session = undefined;
  };

  /** From the first query on, DuckDB can open only the attached files. */
  const lockedSession = async (): Promise<Session> => {
    session ??= await start();
    if (!session.locked) {
      const files = [...attached.values()].map((file) => quoteLiteral(file.path)).join(', ');
      const { connection } = session;
      await connection.run(`SET allowed_paths = [${files}]`);
      await connection.run('SET enable_external_access = false');
      await connection.run('SET lock_configuration = true');
      session.locked = true;
    }
    return session;
  };

  const ask = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    const { connection } = await lockedSession();
    try {
      return await work(connection);
    } catch (cause) {
      throw queryError(cause, [...attached.values()]);
    }
  };

  return {
    attach: (view, path, shown) =>
      inTurn(async () => {
        if (session?.locked === true) stop();
        session ??= await start();
        const file = await attachStatements(path, shown);
        const columns = await create(session, view, file);
        attached.set(view, file);
        return columns;
      }),
    query: (sql, values = []) =>
      inTurn(() => ask(async (connection) => rowsOf(await connection.run(sql, [...values])))),
    numbers: (sql) => inTurn(() => ask(async (connection) => readNumbers(await connection.stream(sql)))),
    texts: (sql) => inTurn(() => ask(async (connection) => readTexts(await connection.stream(sql)))),
    writeParquet: (file, columns, rows) => inTurn(() => parquetWriter(options.bindings)(file, columns, rows)),
    close: async () => {
      await queue;
      closed = true;
      stop();
      await rm(spillFolder, { recursive: true, force: true });
    },
  };
}

async function create({ connection }: Session, view: string, file: AttachedFile): Promise<readonly Column[]> {
  const name = quoteIdentifier(view);
  await connection.run(`DROP VIEW IF EXISTS ${name}`).catch(() => connection.run(`DROP TABLE ${name}`));
  try {
    await connection.run(file.create(name));
  } catch (cause) {
    throw await file.explain(cause, (sql) => connection.run(sql));
  }
  const columns = await connection.run(`SELECT * FROM ${name} LIMIT 0`);
  return columns.columnNames().map((column, index) => ({
    name: column,
    type: String(columns.columnType(index)),
    ...((file.header?.filter((each) => each === column).length ?? 0) > 1 && { repeated: true as const }),
  }));
}

async function rowsOf(result: DuckDBMaterializedResult): Promise<readonly Readonly<Record<string, SqlValue>>[]> {
  const names = result.columnNames();
  return (await result.getRows()).map((row) => plainRow(names, row));
}

/** Names the file when the reason does, or when there is only one it can be. */
function queryError(cause: unknown, files: readonly AttachedFile[]): DataError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const file = files.length === 1 ? files[0] : files.find(({ path }) => text.includes(path));
  return new DataError('DATA_QUERY_FAILED', reasonOf(cause, file), {
    ...(file !== undefined && { file: file.path }),
    hint: 'If the file was cut off or changed while it was read, write it again; else check the columns named.',
  });
}
