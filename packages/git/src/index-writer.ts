// Writes the index that belongs to a data commit, and the newest runs beside it: the old one plus what was added, or
// all of it anew when the old one is missing, unreadable or does not belong to the old data. Only days that got
// something are written anew.
import { ulidDay } from '@pawl/core';
import type { Compactor } from './compaction.ts';
import { importCommit, type CommitFile, type CommitHead } from './commits.ts';
import { rowsOfData, type DataRows } from './data-rows.ts';
import { isUnreadableIndex } from './index-failure.ts';
import { metaText, openIndex, operationSegment, runSegments, segmentPath, type GitIndex } from './index-segments.ts';
import { trackingPrefix } from './layout.ts';
import { recentFiles } from './recent-runs.ts';
import type { OperationRow, RunRow, StoredRecord } from './records.ts';
import type { TreeEditor } from './trees.ts';

interface IndexRequest {
  readonly old: { readonly data: string | undefined; readonly index: string | undefined };
  readonly data: string;
  /** The tree of `data`. */
  readonly tree: TreeEditor;
  readonly added: readonly StoredRecord[];
}

export interface WrittenIndex {
  /** The index commit; the old one when it is right already. */
  readonly index: string;
  /** The commit of the newest runs that belongs to it; undefined when the index is the old one. */
  readonly recent: string | undefined;
}

export async function writeIndex(compactor: Compactor, request: IndexRequest): Promise<WrittenIndex> {
  const { catFile } = compactor.repository;
  const { old, data } = request;
  const opened = old.index === undefined ? undefined : await openIndex(catFile, old.index, new Map());
  if (old.index !== undefined && opened?.dataCommit === data) return { index: old.index, recent: undefined };
  const usable = opened?.dataCommit === old.data ? opened : undefined;
  try {
    return await extend(compactor, request, usable);
  } catch (error) {
    if (usable === undefined || !isUnreadableIndex(error)) throw error;
    return extend(compactor, request, undefined);
  }
}

async function extend(
  compactor: Compactor,
  { old, data, tree, added }: IndexRequest,
  from: GitIndex | undefined,
): Promise<WrittenIndex> {
  const { repository } = compactor;
  const fresh: Pick<DataRows, 'runs' | 'operations'> =
    from === undefined && old.data !== undefined
      ? await rowsOfData(repository, tree, idsOf(added))
      : { runs: [], operations: [] };
  const runs = byDay([...fresh.runs, ...added.flatMap((one) => (one.kind === 'run' ? [one.row] : []))], idOfRun);
  const operations = byDay(
    [...fresh.operations, ...added.flatMap((one) => (one.kind === 'operation' ? [one.row] : []))],
    idOfOperation,
  );
  const rows = {
    runDays: new Set([...(from?.runDays.keys() ?? []), ...runs.keys()]),
    operationDays: new Set([...(from?.operationDays.keys() ?? []), ...operations.keys()]),
    runs: async (day: string) => merged((await from?.runs(day)) ?? [], runs.get(day) ?? [], idOfRun),
    operations: async (day: string) =>
      merged((await from?.operations(day)) ?? [], operations.get(day) ?? [], idOfOperation),
  };
  const files: CommitFile[] = [{ path: 'meta.json', content: Buffer.from(metaText(data)) }];
  if (from !== undefined) files.push(...unchanged(from, new Set(runs.keys()), new Set(operations.keys())));
  for (const day of runs.keys()) {
    const segments = runSegments(await rows.runs(day));
    files.push({ path: segmentPath('runs', day), content: segments.runs });
    files.push({ path: segmentPath('blobs', day), content: segments.blobs });
  }
  for (const day of operations.keys()) {
    const content = Buffer.from(operationSegment(await rows.operations(day)));
    files.push({ path: segmentPath('ops', day), content });
  }
  const { identity } = repository.target;
  const head = (what: string): CommitHead => ({
    identity,
    time: compactor.now(),
    message: `pawl: ${what}\n\nPawl-Schema: 1\nPawl-Op: reindex\n`,
  });
  const index = await importCommit(repository.git, `${trackingPrefix}index`, head('index'), files);
  const newest = await recentFiles({ index, data }, rows);
  return { index, recent: await importCommit(repository.git, `${trackingPrefix}recent`, head('newest runs'), newest) };
}

function unchanged(index: GitIndex, runs: ReadonlySet<string>, operations: ReadonlySet<string>): readonly CommitFile[] {
  const kinds = [
    ['runs', index.runDays, runs],
    ['blobs', index.blobDays, runs],
    ['ops', index.operationDays, operations],
  ] as const;
  return kinds.flatMap(([kind, days, changed]) =>
    [...days].filter(([day]) => !changed.has(day)).map(([day, oid]) => ({ path: segmentPath(kind, day), oid })),
  );
}

function idsOf(records: readonly StoredRecord[]): (id: string) => boolean {
  const ids = new Set(records.map((record) => (record.kind === 'run' ? record.row.summary.id : record.row.id)));
  return (id) => ids.has(id);
}

const idOfRun = (row: RunRow): string => row.summary.id;
const idOfOperation = (row: OperationRow): string => row.id;

const byDay = <T>(rows: readonly T[], idOf: (row: T) => string): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(rows, (row) => ulidDay(idOf(row)));

/** Sorted by id; of two rows of one run the later one counts. */
function merged<T>(known: readonly T[], news: readonly T[], idOf: (row: T) => string): readonly T[] {
  if (news.length === 0) return known;
  const rows = new Map([...known, ...news].map((row) => [idOf(row), row]));
  return [...rows.values()].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}
