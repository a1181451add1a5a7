// The newest runs, in a ref of their own (`recent`) beside the index: the first page of a list needs a few kilobytes
// and one fetch, whatever the store holds. Moved by the same push as the index and named after it; it counts only while
// it belongs to the index and data that the remote shows.
import type { CatFile } from './cat-file.ts';
import { treeOf } from './commits.ts';
import { attempt, everyOne, indexFormat, metaOf, type StoreIndex } from './index-segments.ts';
import { packRows, unpackRows } from './packed-rows.ts';
import type { RunRow } from './records.ts';
import { readTree } from './trees.ts';

export interface RecentRuns {
  /** The index and the data they were taken from. */
  readonly index: string;
  readonly data: string;
  /** Newest first. */
  readonly runs: readonly RunRow[];
  /** Ids of runs that a tombstone hides, of any age. */
  readonly tombstones: ReadonlySet<string>;
  /** The index has no further run. */
  readonly complete: boolean;
}

/** Several pages of a list, in about 50 KB. */
const mostRuns = 200;

export interface TextFile {
  readonly path: string;
  readonly content: Buffer;
}

/** @param days the index's rows of a day, as they will be; newest are asked first, and no more than needed */
export async function recentFiles(
  of: { readonly index: string; readonly data: string },
  days: Pick<StoreIndex, 'runs' | 'operations'> & {
    readonly runDays: Iterable<string>;
    readonly operationDays: Iterable<string>;
  },
): Promise<readonly TextFile[]> {
  const rows: RunRow[] = [];
  const newest = [...days.runDays].toSorted().toReversed();
  let read = 0;
  for (const day of newest) {
    if (rows.length > mostRuns) break;
    rows.push(...(await days.runs(day)).toReversed());
    read += 1;
  }
  const tombstones = new Set<string>();
  for (const day of days.operationDays)
    for (const { kind, about } of await days.operations(day)) if (kind === 'tombstone') tombstones.add(about);
  const complete = read === newest.length && rows.length <= mostRuns;
  const meta = { format: indexFormat, dataCommit: of.data, index: of.index, complete };
  return [
    { path: 'meta.json', content: Buffer.from(`${JSON.stringify(meta)}\n`) },
    { path: 'runs.json', content: Buffer.from(packRows(rows.slice(0, mostRuns))) },
    { path: 'tombstones.json', content: Buffer.from(packRows([...tombstones])) },
  ];
}

/** @returns undefined when it is missing, broken or of another format: then the index itself is read */
export async function readRecent(catFile: CatFile, commit: string): Promise<RecentRuns | undefined> {
  const object = await catFile.read(commit);
  const root = object?.type === 'commit' && object.content !== undefined ? treeOf(object.content) : undefined;
  if (root === undefined) return undefined;
  const entries = new Map((await readTree(catFile, root)).map(({ name, oid }) => [name, oid]));
  const contentOf = async (name: string): Promise<Buffer> =>
    (await catFile.read(entries.get(name) ?? ''))?.content ?? Buffer.alloc(0);
  const [head, runs, tombstones] = await Promise.all(['meta.json', 'runs.json', 'tombstones.json'].map(contentOf));
  const meta = metaOf(head);
  const rows = attempt(() => everyOne(unpackRows(String(runs)), isRunRow));
  const hidden = attempt(() => everyOne(unpackRows(String(tombstones)), (id) => typeof id === 'string'));
  if (meta?.index === undefined || rows === undefined || hidden === undefined) return undefined;
  const { complete } = JSON.parse(String(head)) as { readonly complete?: unknown };
  return {
    index: meta.index,
    data: meta.dataCommit,
    runs: rows,
    tombstones: new Set(hidden),
    complete: complete === true,
  };
}

function isRunRow(row: unknown): row is RunRow {
  const { summary, run, results } = (row ?? {}) as Readonly<Record<string, unknown>>;
  const { id } = (summary ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' && typeof run === 'string' && typeof results === 'object';
}
