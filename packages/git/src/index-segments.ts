// The index: one NDJSON segment of rows a day for runs (`seg/`) and for operations (`ops/`), and the data commit it
// was derived from. It may lag or be deleted at any time: it is rebuilt from the data.
import type { CatFile } from './cat-file.ts';
import { treeOf } from './commits.ts';
import { StoreError } from './errors.ts';
import type { OperationRow, RunRow } from './records.ts';
import { readTree } from './trees.ts';

export interface StoreIndex {
  /** Undefined for an index that cannot be read: it is then rebuilt. */
  readonly dataCommit: string | undefined;
  /** Day → blob id of its segment. */
  readonly runDays: ReadonlyMap<string, string>;
  readonly operationDays: ReadonlyMap<string, string>;
  /** Sorted by id. */
  runs(day: string): Promise<readonly RunRow[]>;
  operations(day: string): Promise<readonly OperationRow[]>;
}

/** Parsed segments by blob id: a day that did not change is never read again. */
export type SegmentCache = Map<string, readonly unknown[]>;

export const segmentPath = (kind: 'seg' | 'ops', day: string): string => `${kind}/${day}.ndjson`;

/** @throws StoreError when a newer Pawl wrote it in a way this one cannot read */
export async function openIndex(catFile: CatFile, commit: string, cache: SegmentCache): Promise<StoreIndex> {
  const object = await catFile.read(commit);
  const root = object?.type === 'commit' && object.content !== undefined ? treeOf(object.content) : undefined;
  const entries = root === undefined ? [] : await readTree(catFile, root);
  const oidOf = (name: string): string | undefined => entries.find((entry) => entry.name === name)?.oid;
  const meta = await readMeta(catFile, oidOf('meta.json'));
  const days = async (kind: 'seg' | 'ops'): Promise<ReadonlyMap<string, string>> => {
    const tree = oidOf(kind);
    if (tree === undefined) return new Map();
    return new Map((await readTree(catFile, tree)).map(({ name, oid }) => [name.replace('.ndjson', ''), oid]));
  };
  const [runDays, operationDays] = await Promise.all([days('seg'), days('ops')]);
  const inUse = new Set([...runDays.values(), ...operationDays.values()]);
  for (const oid of cache.keys()) if (!inUse.has(oid)) cache.delete(oid);
  const segment = async (oid: string | undefined): Promise<readonly unknown[]> => {
    if (oid === undefined) return [];
    const known = cache.get(oid);
    if (known !== undefined) return known;
    const content = (await catFile.read(oid))?.content;
    const rows = content === undefined ? [] : parseLines(content.toString('utf8'));
    cache.set(oid, rows);
    return rows;
  };
  return {
    dataCommit: meta,
    runDays,
    operationDays,
    runs: async (day) => (await segment(runDays.get(day))).filter(isRunRow),
    operations: async (day) => (await segment(operationDays.get(day))).filter(isOperationRow),
  };
}

async function readMeta(catFile: CatFile, oid: string | undefined): Promise<string | undefined> {
  const content = oid === undefined ? undefined : (await catFile.read(oid))?.content;
  if (content === undefined) return undefined;
  const [meta] = parseLines(content.toString('utf8'));
  if (typeof meta !== 'object' || meta === null) return undefined;
  const { format, dataCommit } = meta as { readonly format?: unknown; readonly dataCommit?: unknown };
  if (typeof format === 'number' && format > 1) {
    throw new StoreError('STORE_TOO_NEW', `The store's index has format ${format}; this Pawl reads format 1.`, {
      hint: 'Upgrade Pawl.',
    });
  }
  return typeof dataCommit === 'string' ? dataCommit : undefined;
}

export const metaText = (dataCommit: string): string => `${JSON.stringify({ format: 1, dataCommit })}\n`;

export const segmentText = (rows: readonly (RunRow | OperationRow)[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A line that cannot be parsed is left out: `verify` says so, and a rebuilt index has it again. */
function parseLines(text: string): readonly unknown[] {
  const rows: unknown[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      rows.push(JSON.parse(line));
    } catch {
      continue;
    }
  }
  return rows;
}

const isRunRow = (row: unknown): row is RunRow => {
  const { summary, run } = (row ?? {}) as { readonly summary?: { readonly id?: unknown }; readonly run?: unknown };
  return typeof summary?.id === 'string' && typeof run === 'string';
};

const isOperationRow = (row: unknown): row is OperationRow => {
  const { id, about, blob } = (row ?? {}) as {
    readonly id?: unknown;
    readonly about?: unknown;
    readonly blob?: unknown;
  };
  return typeof id === 'string' && typeof about === 'string' && typeof blob === 'string';
};
