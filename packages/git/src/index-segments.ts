// The index, format 2: for each day what lists show of its runs (`runs/`, see summary-segment.ts), the blob ids that
// opening one needs (`blobs/`) and its operations (`ops/`), and the data commit it was derived from. Apart, so that a
// list of all runs parses no blob id, and opening one run reads no list. It may lag or be deleted at any time: it is
// rebuilt from the data. An older format is read as no index at all.
import type { RunSummary } from '@pawl/core';
import type { CatFile } from './cat-file.ts';
import { treeOf } from './commits.ts';
import { StoreError } from './errors.ts';
import { unreadableIndex } from './index-failure.ts';
import type { OperationRow, RunRow } from './records.ts';
import { packedRows, readSegment, segmentOf, unpackedRows } from './summary-segment.ts';
import { readTree } from './trees.ts';

export { isUnreadableIndex } from './index-failure.ts';

export interface StoreIndex {
  /** Undefined for an index that cannot be read: it is then rebuilt. */
  readonly dataCommit: string | undefined;
  /** Days that have runs; a text that changes when they do. */
  readonly runDays: ReadonlyMap<string, string>;
  readonly operationDays: ReadonlyMap<string, string>;
  /** Sorted by id. @throws StoreError STORE_INDEX_UNREADABLE */
  runs(day: string): Promise<readonly RunRow[]>;
  /** Sorted by id. @throws StoreError STORE_INDEX_UNREADABLE */
  operations(day: string): Promise<readonly OperationRow[]>;
  /** Runs as lists show them, without their blob ids: cheaper where an index can. Sorted by id. */
  summaries?(day: string): Promise<readonly RunSummary[]>;
}

/** An index in Git: days can be read in part. */
export interface GitIndex extends StoreIndex {
  /** What lists show, sorted by id. @throws StoreError STORE_INDEX_UNREADABLE */
  summaries(day: string): Promise<readonly RunSummary[]>;
  /** Where each run's record and results lie, in the order of `summaries`. @throws StoreError STORE_INDEX_UNREADABLE */
  blobs(day: string): Promise<readonly RunBlobs[]>;
  readonly blobDays: ReadonlyMap<string, string>;
}

export interface RunBlobs {
  readonly run: string;
  readonly results: Readonly<Record<string, string>>;
}

/** Parsed segments by blob id: a day that did not change is never read again. */
export type SegmentCache = Map<string, readonly unknown[]>;

export type SegmentKind = 'runs' | 'blobs' | 'ops';

/** Index and recent runs are written together and have one format number. */
export const indexFormat = 2;

export const segmentPath = (kind: SegmentKind, day: string): string =>
  `${kind}/${day}${kind === 'ops' ? '.ndjson' : ''}`;

/** The two segments of a day's runs. @param rows sorted by id */
export const runSegments = (rows: readonly RunRow[]): { readonly runs: Buffer; readonly blobs: Buffer } => ({
  runs: segmentOf(rows.map(({ summary }) => summary)),
  blobs: packedRows(rows.map(({ run, results }) => ({ run, results }))),
});

export const operationSegment = (rows: readonly OperationRow[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export const metaText = (dataCommit: string): string => `${JSON.stringify({ format: indexFormat, dataCommit })}\n`;

/** @throws StoreError when a newer Pawl wrote it in a way this one cannot read */
export async function openIndex(catFile: CatFile, commit: string, cache: SegmentCache): Promise<GitIndex> {
  const content = async (oid: string): Promise<Buffer | undefined> => (await catFile.read(oid))?.content;
  const object = await catFile.read(commit);
  const root = object?.type === 'commit' && object.content !== undefined ? treeOf(object.content) : undefined;
  const entries = root === undefined ? [] : await readTree(catFile, root);
  const oidOf = (name: string): string | undefined => entries.find((entry) => entry.name === name)?.oid;
  const metaOid = oidOf('meta.json');
  const { dataCommit } = metaOf(metaOid === undefined ? undefined : await content(metaOid)) ?? {};
  const days = async (kind: SegmentKind): Promise<ReadonlyMap<string, string>> => {
    const tree = oidOf(kind);
    if (tree === undefined || dataCommit === undefined) return new Map();
    return new Map((await readTree(catFile, tree)).map(({ name, oid }) => [name.slice(0, 10), oid]));
  };
  const [runDays, blobDays, operationDays] = await Promise.all([days('runs'), days('blobs'), days('ops')]);
  const inUse = new Set([...runDays.values(), ...blobDays.values(), ...operationDays.values()]);
  for (const oid of cache.keys()) if (!inUse.has(oid)) cache.delete(oid);

  const segment = async <T>(oid: string | undefined, parse: (text: Buffer) => readonly T[]): Promise<readonly T[]> => {
    if (oid === undefined) return [];
    const known = cache.get(oid);
    if (known !== undefined) return known as readonly T[];
    const text = await content(oid);
    const rows = text === undefined ? undefined : attempt(() => parse(text));
    if (rows === undefined) throw unreadableIndex(`Segment ${oid}`);
    cache.set(oid, rows);
    return rows;
  };
  const summaries = (day: string): Promise<readonly RunSummary[]> => segment(runDays.get(day), readSegment);
  const blobs = (day: string): Promise<readonly RunBlobs[]> =>
    segment(blobDays.get(day), (text) => everyOne(unpackedRows(text), isRunBlobs));
  return {
    dataCommit,
    runDays,
    blobDays,
    operationDays,
    summaries,
    blobs,
    runs: async (day) => {
      const [shown, places] = await Promise.all([summaries(day), blobs(day)]);
      return shown.map((summary, row) => {
        const place = places[row];
        if (place === undefined || places.length !== shown.length) throw unreadableIndex(`Day ${day}`);
        return { summary, run: place.run, results: place.results };
      });
    },
    operations: (day) =>
      segment(operationDays.get(day), (text) => everyOne(linesOf(text.toString('utf8')), isOperationRow)),
  };
}

export interface IndexMeta {
  readonly dataCommit: string;
  /** Of recent runs: the index commit they belong to. */
  readonly index?: string;
}

/** @returns undefined when it is missing, broken or of an older format. @throws StoreError when it is of a newer one */
export function metaOf(content: Buffer | undefined): IndexMeta | undefined {
  const meta = content === undefined ? undefined : attempt(() => JSON.parse(content.toString('utf8')) as unknown);
  if (typeof meta !== 'object' || meta === null) return undefined;
  const { format, dataCommit, index } = meta as Readonly<Record<string, unknown>>;
  if (typeof format === 'number' && format > indexFormat) {
    throw new StoreError(
      'STORE_TOO_NEW',
      `The store's index has format ${format}; this Pawl reads format ${indexFormat}.`,
      { hint: 'Upgrade Pawl.' },
    );
  }
  if (format !== indexFormat || typeof dataCommit !== 'string') return undefined;
  return { dataCommit, ...(typeof index === 'string' && { index }) };
}

export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const linesOf = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

export function everyOne<T>(rows: readonly unknown[], is: (row: unknown) => row is T): readonly T[] {
  if (rows.every((row) => is(row))) return rows;
  throw new Error('A row lacks a field.');
}

const fieldsOf = (row: unknown): Readonly<Record<string, unknown>> =>
  typeof row === 'object' && row !== null ? { ...row } : {};

function isRunBlobs(row: unknown): row is RunBlobs {
  const { run, results } = fieldsOf(row);
  return typeof run === 'string' && typeof results === 'object' && results !== null;
}

function isOperationRow(row: unknown): row is OperationRow {
  const { id, about, blob } = fieldsOf(row);
  return typeof id === 'string' && typeof about === 'string' && typeof blob === 'string';
}
