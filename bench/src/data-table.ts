// A table of 20 columns in Parquet, made by DuckDB from a seed: numbers, whole numbers, names, patterns, times.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

const doubles = Array.from({ length: 8 }, (_, index) => `random() * ${100 * (index + 1)} AS x${index}`);
const integers = Array.from({ length: 6 }, (_, index) => `(random() * ${1000 * (index + 1)})::BIGINT AS n${index}`);
const others = [
  'range AS id',
  `'user' || (range % 50000) || '@example.org' AS email`,
  `list_value('ATL', 'JFK', 'ORD', 'SFO')[1 + floor(random() * 4)::INT] AS airport`,
  `CASE WHEN random() < 0.02 THEN NULL ELSE 'note ' || (range % 1000) END AS note`,
  'random() < 0.3 AS late',
  `TIMESTAMP '2001-01-01' + INTERVAL (range % 86400) SECOND AS seen`,
];

export interface DuckDb {
  readonly connection: DuckDBConnection;
  [Symbol.dispose](): void;
}

/** DuckDB as it is, with the settings of our engine: the peer of the benchmarks. */
export async function openDuckDb(): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '4GB' });
  const connection = await instance.connect();
  return {
    connection,
    [Symbol.dispose]: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

export async function parquetFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
  return {
    /** @param factor what the numeric columns are multiplied by */
    write: async (name: string, rows: number, factor = 1): Promise<string> => {
      const file = join(folder, name);
      using duckDb = await openDuckDb();
      await duckDb.connection.run(`SELECT setseed(${factor === 1 ? 0.1 : 0.2})`);
      const numbers = doubles.map((column) => column.replace(' AS', ` * ${factor} AS`));
      await duckDb.connection.run(
        `COPY (SELECT ${[...numbers, ...integers, ...others].join(', ')} FROM range(${rows})) TO '${file}' (FORMAT parquet)`,
      );
      return file;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Processor milliseconds, of all threads, of the cheapest of a few runs: on a shared machine they are what can be compared. */
export async function processorTime(runs: number, work: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
