// Records as they lie in Git, read with distrust: anyone who can push to the inbox may have written them.
import { Operation, Run, summaryOf, type RunSummary } from '@pawl/core';
import type { CatFile, GitObject } from './cat-file.ts';
import { treeOf } from './commits.ts';
import { sha256 } from './digests.ts';
import { maxObjectBytes, maxRunsPerBundle, recordPathOf } from './layout.ts';
import { isTree, parseTree } from './trees.ts';

/** One run in lists: its summary, and the blob ids of its record and results. A line of an index segment. */
export interface RunRow {
  readonly summary: RunSummary;
  readonly run: string;
  readonly results: Readonly<Record<string, string>>;
}

export interface OperationRow {
  readonly id: string;
  readonly about: string;
  readonly kind: string;
  readonly blob: string;
}

export type StoredRecord =
  | { readonly kind: 'run'; readonly row: RunRow; readonly files: ReadonlyMap<string, string> }
  | { readonly kind: 'operation'; readonly row: OperationRow; readonly files: ReadonlyMap<string, string> };

/** `newer`: written by a newer Pawl, valid as far as we can know; it stays where it is. */
export type ReadResult<T> =
  | { readonly state: 'valid'; readonly value: T }
  | { readonly state: 'invalid' | 'newer'; readonly reason: string };

const invalid = (reason: string): { readonly state: 'invalid'; readonly reason: string } => ({
  state: 'invalid',
  reason,
});

export const readRun = (content: Uint8Array | undefined): ReadResult<Run> => readRecord(content, 'pawl.run', Run);
export const readOperation = (content: Uint8Array | undefined): ReadResult<Operation> =>
  readRecord(content, 'pawl.op', Operation);

interface RecordFormat<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] };
      };
}

function readRecord<T>(content: Uint8Array | undefined, schema: string, format: RecordFormat<T>): ReadResult<T> {
  if (content === undefined) return invalid('is missing, or larger than 1 MB');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch (error) {
    return invalid(error instanceof SyntaxError ? 'is no JSON' : 'is not UTF-8');
  }
  const said: unknown = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  const [, name, version] = /^(pawl\.[a-z]+)\/(\d{1,9})$/.exec(String(said)) ?? [];
  if (name === schema && Number(version) > 1) {
    return { state: 'newer', reason: `has schema ${name}/${version}, written by a newer Pawl: upgrade to read it` };
  }
  const parsed = format.safeParse(value);
  if (parsed.success) return { state: 'valid', value: parsed.data };
  const [issue] = parsed.error.issues;
  return invalid(
    `is no ${schema}/1 record: ${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'invalid'}`,
  );
}

export const runRow = (run: Run, blob: string, results: Readonly<Record<string, string>>): RunRow => ({
  summary: summaryOf(run),
  run: blob,
  results,
});

export const operationRow = ({ id, about, kind }: Operation, blob: string): OperationRow => ({ id, about, kind, blob });

/**
 * Reads a bundle's commit: every path on the allow-list, plain files only, sizes, records, ids.
 * @param checkResults also read every result and compare its digest: what the compactor does before it folds
 */
export async function readBundle(
  catFile: CatFile,
  commit: string,
  checkResults: boolean,
): Promise<ReadResult<readonly StoredRecord[]>> {
  const head = await catFile.read(commit, maxObjectBytes);
  if (head?.type !== 'commit' || head.content === undefined)
    return invalid(`is a ${head?.type ?? 'missing object'}, no commit`);
  const files = new Map<string, string>();
  const reason = await listFiles(catFile, treeOf(head.content) ?? '', '', files);
  if (reason !== undefined) return invalid(reason);
  return readFiles(catFile, files, checkResults);
}

async function listFiles(
  catFile: CatFile,
  tree: string,
  folder: string,
  files: Map<string, string>,
): Promise<string | undefined> {
  const object = await catFile.read(tree, maxObjectBytes);
  if (object?.type !== 'tree' || object.content === undefined) return `has no readable tree at ${folder || 'its root'}`;
  for (const entry of parseTree(object.content, tree.length / 2)) {
    const path = folder + entry.name;
    if (isTree(entry)) {
      if (folder.split('/').length > 3) return `has a folder that does not belong: ${JSON.stringify(path)}`;
      const reason = await listFiles(catFile, entry.oid, `${path}/`, files);
      if (reason !== undefined) return reason;
    } else if (entry.mode !== '100644' || recordPathOf(path) === undefined) {
      return `has a file that does not belong: ${JSON.stringify(path)}`;
    } else {
      files.set(path, entry.oid);
    }
    if (files.size > maxRunsPerBundle * 20) return 'has too many files';
  }
  return undefined;
}

async function readFiles(
  catFile: CatFile,
  files: ReadonlyMap<string, string>,
  checkResults: boolean,
): Promise<ReadResult<readonly StoredRecord[]>> {
  const paths = [...files].map(([path, oid]) => ({ path, oid, record: recordPathOf(path) }));
  const results = Map.groupBy(
    paths.filter(({ record }) => record?.kind === 'result'),
    ({ record }) => record?.id,
  );
  const records: StoredRecord[] = [];
  for (const { path, oid, record } of paths) {
    if (record === undefined || record.kind === 'result') continue;
    const content = (await catFile.read(oid, maxObjectBytes))?.content;
    if (record.kind === 'operation') {
      const read = readOperation(content);
      if (read.state !== 'valid') return { ...read, reason: `${path} ${read.reason}` };
      if (read.value.id !== record.id) return invalid(`${path} holds another id`);
      records.push({ kind: 'operation', row: operationRow(read.value, oid), files: new Map([[path, oid]]) });
      continue;
    }
    const read = readRun(content);
    if (read.state !== 'valid') return { ...read, reason: `${path} ${read.reason}` };
    if (read.value.id !== record.id) return invalid(`${path} holds another id`);
    const own = results.get(record.id) ?? [];
    results.delete(record.id);
    for (const result of own) {
      const reason = checkResults ? await resultProblem(catFile, read.value, result) : undefined;
      if (reason !== undefined) return invalid(reason);
    }
    const blobs = Object.fromEntries(own.map((result) => [result.path.split('/').at(-1) ?? '', result.oid]));
    const ownFiles = [[path, oid] as const, ...own.map((result) => [result.path, result.oid] as const)];
    records.push({ kind: 'run', row: runRow(read.value, oid, blobs), files: new Map(ownFiles) });
  }
  const [orphan] = results.values();
  return orphan === undefined
    ? { state: 'valid', value: records }
    : invalid(`${orphan[0]?.path} belongs to no run in the bundle`);
}

async function resultProblem(
  catFile: CatFile,
  run: Run,
  result: { readonly path: string; readonly oid: string },
): Promise<string | undefined> {
  const object: GitObject | undefined = await catFile.read(result.oid, maxObjectBytes);
  if (object?.content === undefined) return `${result.path} is missing, or larger than 1 MB`;
  const expected = run.results[result.path.split('/').at(-1) ?? ''];
  return expected === sha256(object.content) ? undefined : `${result.path} is not what the run's digest says`;
}
