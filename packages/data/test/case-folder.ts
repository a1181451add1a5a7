// A case is a folder: input files, `case.json` with inputs, `baseline/` with files as they were, and what is expected.
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { History, Workspace } from '@pawl/core';
import { fakeContext } from '@pawl/core/testing';

export interface CaseFile {
  readonly inputs: Readonly<Record<string, string>>;
  /** CSV files that become Parquet before the run. */
  readonly parquet?: readonly string[];
  /** File → bytes that are left of it. */
  readonly truncate?: Readonly<Record<string, number>>;
  /** What Git knows: `present` (the files of `baseline/`), `unreadable`, `shallow` (cut off below HEAD), or nothing. */
  readonly history?: KnownHistory;
}

type KnownHistory = 'present' | 'unreadable' | 'shallow';

const root = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'cases');

export const casesOf = async (slug: string): Promise<string[]> =>
  (await readdir(join(root, slug), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();

export const expectedFile = (slug: string, name: string): string => join(root, slug, name, 'expected.json');

const baselineCommit = 'ba5e11e'.padEnd(40, '0');
const headCommit = 'c0ffee'.padEnd(40, '0');

/** The case in a folder of its own, so that nothing is written beside the fixtures. */
export async function openCase(slug: string, name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-case-'));
  await cp(join(root, slug, name), folder, { recursive: true });
  const settings = JSON.parse(await readFile(join(folder, 'case.json'), 'utf8')) as CaseFile;
  for (const file of settings.parquet ?? []) await toParquet(join(folder, file));
  for (const [file, bytes] of Object.entries(settings.truncate ?? {})) await truncate(join(folder, file), bytes);
  const { history } = settings;
  return {
    settings,
    workspace: folderWorkspace(folder),
    context: fakeContext(),
    ...(history !== undefined && { history: folderHistory(join(folder, 'baseline'), history) }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function toParquet(csv: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const target = csv.replace(/\.csv$/, '.parquet');
  await connection.run(`COPY (SELECT * FROM read_csv('${csv}', header = true)) TO '${target}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  await rm(csv);
}

function folderWorkspace(folder: string): Workspace {
  const read = (path: string) => readFile(join(folder, path)).catch(() => undefined);
  return {
    read,
    readText: async (path) => (await read(path))?.toString('utf8'),
    list: async (pattern) => globSync(pattern, { cwd: folder }).toSorted(),
    fingerprint: async (path) => {
      const bytes = await read(path);
      if (bytes === undefined) return undefined;
      return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes: bytes.length };
    },
    resolve: async (path) => join(folder, path),
    write: (path, data) => writeFile(join(folder, path), data),
  };
}

const revisions: Readonly<Record<string, string>> = { 'origin/main': baselineCommit, 'v1.0.0': baselineCommit };

function folderHistory(folder: string, state: KnownHistory): History {
  const fileAt = async (path: string): Promise<string | undefined> => {
    if (state === 'unreadable') throw new Error('fatal: unable to read tree (object missing).');
    const file = join(folder, path);
    return (await stat(file).catch(() => undefined)) === undefined ? undefined : file;
  };
  return {
    resolve: async (revision) =>
      revision === 'HEAD' ? headCommit : state === 'shallow' ? undefined : revisions[revision],
    mergeBase: async () => baselineCommit,
    read: async (_commit, path) => {
      const file = await fileAt(path);
      return file === undefined ? undefined : readFile(file);
    },
    list: async () => [],
    materialize: async (_commit, path) => fileAt(path),
    commitTime: async () => 1_767_000_000_000,
    head: async () => ({
      commit: headCommit,
      branch: 'change',
      dirty: false,
      ...(state === 'shallow' && { shallow: true }),
    }),
  };
}
