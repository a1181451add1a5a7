// The index where it lags behind the data, or is gone: only days whose trees changed since are looked at, and a day
// only when it is asked for, so that the first page of a list stays cheap.
import type { Problem, RunSummary } from '@pawl/core';
import { unreadable } from '../data-rows.ts';
import { StoreError } from '../errors.ts';
import type { StoreIndex } from '../index-segments.ts';
import { maxObjectBytes, recordPathOf } from '../layout.ts';
import { operationRow, readOperation, readRun, runRow, type OperationRow, type RunRow } from '../records.ts';
import { isTree, readTree, type TreeEntry } from '../trees.ts';
import { treeOf } from '../commits.ts';
import type { RestObjects } from './objects.ts';

export interface DataIndexRequest {
  readonly objects: RestObjects;
  /** The commit of the data ref. */
  readonly data: string;
  readonly index: StoreIndex | undefined;
  readonly problems: Problem[];
}

/** Records that REST reads one by one before it says that this is no way to read them. */
const mostRecords = 500;

type Top = 'runs' | 'ops' | 'results';
type Folders = Readonly<Record<Top, ReadonlyMap<string, string>>>;

/** @throws StoreError when the data ref points to no commit */
export async function indexOverData({ objects, data, index, problems }: DataIndexRequest): Promise<StoreIndex> {
  const { catFile } = objects;
  const now = await foldersOf(objects, data);
  if (now === undefined)
    throw new StoreError('STORE_DATA_UNREADABLE', "The store's data ref points to no commit.", {
      hint: 'Restore the ref from a clone or a backup; inbox refs are safe.',
    });
  const before = index?.dataCommit === undefined ? undefined : await foldersOf(objects, index.dataCommit);
  const changed = (top: Top, day: string): boolean => now[top].get(day) !== before?.[top].get(day);
  let left = mostRecords;

  /** Records of a day that are not in the index. */
  const missing = async (top: 'runs' | 'ops', day: string, known: ReadonlySet<string>) => {
    const tree = now[top].get(day);
    if (tree === undefined || !changed(top, day)) return [];
    const found = (await readTree(catFile, tree)).flatMap(({ name, oid }) => {
      const path = `${top}/${day}/${name}`;
      const record = recordPathOf(path);
      return record === undefined || known.has(record.id) ? [] : [{ path, oid, id: record.id }];
    });
    left -= found.length;
    if (left < 0)
      throw new StoreError('STORE_INDEX_MISSING', 'The index of the store is gone, or far behind its data.', {
        hint: 'Over REST each run would be a request: rebuild the index by `pawl store compact` in a job with a checkout.',
      });
    return found;
  };

  const runsOf = async (day: string): Promise<readonly RunRow[]> => {
    const known = (await index?.runs(day)) ?? [];
    const found = await missing('runs', day, new Set(known.map(({ summary }) => summary.id)));
    if (found.length === 0) return known;
    const results = await resultsOf(objects, now.results.get(day));
    const rows = await Promise.all(
      found.map(async ({ path, oid, id }) => {
        const read = readRun((await catFile.read(oid, maxObjectBytes))?.content);
        if (read.state === 'valid') return runRow(read.value, oid, await results(id));
        problems.push(unreadable(path, read.reason));
        return undefined;
      }),
    );
    return [...known, ...rows.filter((row) => row !== undefined)].sort((a, b) =>
      a.summary.id < b.summary.id ? -1 : 1,
    );
  };

  const operationsOf = async (day: string): Promise<readonly OperationRow[]> => {
    const known = (await index?.operations(day)) ?? [];
    const rows = [...known];
    for (const { path, oid } of await missing('ops', day, new Set(known.map(({ id }) => id)))) {
      const read = readOperation((await catFile.read(oid, maxObjectBytes))?.content);
      if (read.state === 'valid') rows.push(operationRow(read.value, oid));
      else problems.push(unreadable(path, read.reason));
    }
    return rows;
  };

  const runs = onceEach(runsOf);
  const summaries = async (day: string): Promise<readonly RunSummary[]> =>
    index?.summaries === undefined || changed('runs', day)
      ? (await runs(day)).map(({ summary }) => summary)
      : index.summaries(day);
  return {
    dataCommit: data,
    runDays: new Map([...now.runs, ...(index?.runDays ?? [])]),
    operationDays: new Map([...now.ops, ...(index?.operationDays ?? [])]),
    runs,
    summaries,
    operations: onceEach(operationsOf),
  };
}

/** Undefined when there is no such commit (any more). */
async function foldersOf({ catFile, learn }: RestObjects, commit: string): Promise<Folders | undefined> {
  learn(commit, 'commit');
  const object = await catFile.read(commit);
  const root = object?.content === undefined ? undefined : treeOf(object.content);
  if (root === undefined) return undefined;
  const tops = await readTree(catFile, root);
  const days = async (top: Top): Promise<ReadonlyMap<string, string>> => {
    const entry = tops.find(({ name }) => name === top);
    const listed: readonly TreeEntry[] =
      entry === undefined || !isTree(entry) ? [] : await readTree(catFile, entry.oid);
    return new Map(listed.filter(isTree).map(({ name, oid }) => [name, oid]));
  };
  const [runs, ops, results] = await Promise.all([days('runs'), days('ops'), days('results')]);
  return { runs, ops, results };
}

/** One request for all results of a day. */
async function resultsOf(
  { catFile, learn }: RestObjects,
  day: string | undefined,
): Promise<(id: string) => Promise<Readonly<Record<string, string>>>> {
  if (day === undefined) return async () => ({});
  learn(day, 'tree', true);
  const folders = new Map((await readTree(catFile, day)).map(({ name, oid }) => [name, oid]));
  return async (id) => {
    const folder = folders.get(id);
    return folder === undefined
      ? {}
      : Object.fromEntries((await readTree(catFile, folder)).map(({ name, oid }) => [name, oid]));
  };
}

function onceEach<T>(read: (day: string) => Promise<T>): (day: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (day) => {
    const known = answers.get(day) ?? read(day);
    answers.set(day, known);
    // A lost connection is not remembered.
    known.catch(() => answers.delete(day));
    return known;
  };
}
