// What the store holds, as one reader sees it: the index, then what is newer than the index, then the local spool.
// A refresh that finds nothing new costs one `ls-remote`.
import type { Problem } from '@pawl/core';
import { openData, rowsOfData, unreadable } from './data-rows.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { openIndex, type SegmentCache, type StoreIndex } from './index-segments.ts';
import { spoolPrefix, trackingPrefix, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readBundle, type OperationRow, type ReadResult, type RunRow, type StoredRecord } from './records.ts';

export interface StoreView {
  readonly index: StoreIndex | undefined;
  /** Newer than the index, by id. */
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly operations: ReadonlyMap<string, OperationRow>;
  readonly problems: readonly Problem[];
}

export interface Viewer {
  /** @throws StoreError when the target cannot be reached: yesterday's view must not decide today's gate */
  refresh(): Promise<StoreView>;
  /** The last view, when there was one. */
  readonly current: StoreView | undefined;
}

export function openViewer(repository: PrivateRepository, refs: StoreRefs): Viewer {
  const segments: SegmentCache = new Map();
  const bundles = new Map<string, ReadResult<readonly StoredRecord[]>>();
  let index: { readonly commit: string; readonly opened: StoreIndex } | undefined;
  let unindexed: { readonly key: string; readonly rows: Awaited<ReturnType<typeof rowsOfData>> } | undefined;
  let current: StoreView | undefined;

  const loadIndex = async (commit: string | undefined): Promise<StoreIndex | undefined> => {
    if (commit === undefined) index = undefined;
    else if (index?.commit !== commit)
      index = { commit, opened: await openIndex(repository.catFile, commit, segments) };
    return index?.opened;
  };

  const loadUnindexed = async (
    data: string | undefined,
    opened: StoreIndex | undefined,
  ): Promise<Awaited<ReturnType<typeof rowsOfData>> | undefined> => {
    if (data === undefined || data === opened?.dataCommit) return undefined;
    const key = `${data} ${index?.commit}`;
    if (unindexed?.key !== key) {
      await repository.fetch([data], { what: 'trees' });
      const known = await indexedIds(opened);
      unindexed = { key, rows: await rowsOfData(repository, await openData(repository, data), (id) => known.has(id)) };
    }
    return unindexed.rows;
  };

  const loadBundles = async (inbox: readonly (readonly [string, string])[]): Promise<void> => {
    const inUse = new Set(inbox.map(([, oid]) => oid));
    for (const oid of bundles.keys()) if (!inUse.has(oid)) bundles.delete(oid);
    await Promise.all(
      [...inUse].map(async (oid) => {
        if (!bundles.has(oid)) bundles.set(oid, await readBundle(repository.catFile, oid, false));
      }),
    );
  };

  const look = async (): Promise<StoreView> => {
    const [remote, spool] = await Promise.all([
      repository.listRemote([refs.inbox, refs.data, refs.index]),
      listSpool(repository),
    ]);
    const inbox = [...remote].filter(([ref]) => ref.startsWith(refs.inbox)).toSorted(byName);
    const indexCommit = remote.get(refs.index);
    const newIndex = indexCommit !== undefined && indexCommit !== index?.commit;
    const unread = inbox.map(([, oid]) => oid).filter((oid) => !bundles.has(oid));
    await repository.fetch([...(newIndex ? [indexCommit] : []), ...unread]);
    if (newIndex) await rememberIndex(repository, indexCommit);
    const opened = await loadIndex(indexCommit);
    const ahead = await loadUnindexed(remote.get(refs.data), opened);
    const waiting = [...inbox, ...spool];
    await loadBundles(waiting);
    return layered(
      opened,
      ahead,
      waiting.map(([ref, oid]) => ({ ref, bundle: bundles.get(oid) })),
    );
  };

  return {
    refresh: async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          current = await look();
          return current;
        } catch (error) {
          // Between listing and fetching, a compactor may have deleted a ref; then the list is out of date.
          if (!(error instanceof GitFailure) || attempt === 3) throw unreachable(repository, error);
        }
      }
    },
    get current() {
      return current;
    },
  };
}

function layered(
  index: StoreIndex | undefined,
  ahead: Awaited<ReturnType<typeof rowsOfData>> | undefined,
  waiting: readonly { readonly ref: string; readonly bundle: ReadResult<readonly StoredRecord[]> | undefined }[],
): StoreView {
  const runs = new Map(ahead?.runs.map((row) => [row.summary.id, row]));
  const operations = new Map(ahead?.operations.map((row) => [row.id, row]));
  const problems: Problem[] = [...(ahead?.problems ?? [])];
  for (const { ref, bundle } of waiting) {
    if (bundle?.state !== 'valid') problems.push(unreadable(ref, bundle?.reason ?? 'cannot be read'));
    // The first stays, as in compaction.
    else
      for (const record of bundle.value) {
        if (record.kind === 'run' && !runs.has(record.row.summary.id)) runs.set(record.row.summary.id, record.row);
        if (record.kind === 'operation' && !operations.has(record.row.id)) operations.set(record.row.id, record.row);
      }
  }
  return { index, runs, operations, problems };
}

async function indexedIds(index: StoreIndex | undefined): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const day of index?.runDays.keys() ?? []) {
    for (const { summary } of (await index?.runs(day)) ?? []) ids.add(summary.id);
  }
  for (const day of index?.operationDays.keys() ?? []) {
    for (const { id } of (await index?.operations(day)) ?? []) ids.add(id);
  }
  return ids;
}

/** Bundles that no one has acknowledged: ref → commit. */
export async function listSpool(repository: PrivateRepository): Promise<readonly (readonly [string, string])[]> {
  const text = await repository.git.text(['for-each-ref', '--format=%(refname) %(objectname)', spoolPrefix]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([ref = '', oid = '']) => [ref, oid] as const);
}

/** So that the next fetch says "I have that one" and gets only what changed. Not worth failing for. */
async function rememberIndex(repository: PrivateRepository, commit: string): Promise<void> {
  await repository.git.run(['update-ref', `${trackingPrefix}index`, commit], { answers: [1, 128] });
}

function unreachable(repository: PrivateRepository, cause: unknown): unknown {
  if (!(cause instanceof GitFailure)) return cause;
  const message = `The store in ${repository.target.label} cannot be read: ${wordsOf(cause)}`;
  return new StoreError('STORE_UNREACHABLE', message, {
    hint: 'Check the network, the address and the credentials.',
    cause,
  });
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);
