// What the store holds, as one reader sees it: the index, then what is newer than the index, then the local spool.
// For a page of the newest runs a few kilobytes stand for the index. A refresh that finds nothing new costs one
// `ls-remote`.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '@pawl/core';
import { openData, rowsOfData, unreadable, type DataRows } from './data-rows.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { openIndex, type GitIndex, type SegmentCache, type StoreIndex } from './index-segments.ts';
import { spoolPrefix, trackingPrefix, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readRecent, type RecentRuns } from './recent-runs.ts';
import { readBundle, type OperationRow, type ReadResult, type RunRow, type StoredRecord } from './records.ts';

export interface StoreView {
  readonly index: StoreIndex | undefined;
  /** Newer than the index, by id. */
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly operations: ReadonlyMap<string, OperationRow>;
  readonly problems: readonly Problem[];
  /** There is an index and it was not read: the newest runs stand for it. */
  readonly newest?: { readonly recent: RecentRuns; whole(): Promise<StoreView> };
}

export interface Viewer {
  /**
   * @param page the newest runs may be all that is asked for
   * @throws StoreError when the target cannot be reached: yesterday's view must not decide today's gate
   */
  refresh(page?: boolean): Promise<StoreView>;
  /** The last view, when there was one. */
  readonly current: StoreView | undefined;
  /** The index turned out to be unreadable: from now on the data are read instead. */
  doubtIndex(): void;
}

interface Seen {
  readonly index: string | undefined;
  readonly data: string | undefined;
  readonly waiting: readonly (readonly [ref: string, oid: string])[];
}

export function openViewer(repository: PrivateRepository, refs: StoreRefs): Viewer {
  const segments: SegmentCache = new Map();
  const bundles = new Map<string, ReadResult<readonly StoredRecord[]>>();
  const doubted = new Set<string>();
  let index: { readonly commit: string; readonly opened: GitIndex } | undefined;
  let recent: { readonly commit: string; readonly opened: RecentRuns | undefined } | undefined;
  let unindexed: { readonly key: string; readonly rows: DataRows } | undefined;
  let current: StoreView | undefined;
  let cold = repository.fresh;

  const bring = async (oids: readonly (string | undefined)[]): Promise<void> => {
    const wanted = oids.filter((oid) => oid !== undefined);
    const here = await Promise.all(wanted.map(async (oid) => (await repository.catFile.read(oid, 0)) !== undefined));
    await repository.fetch(wanted.filter((_, place) => !here[place]));
  };

  const loadIndex = async (commit: string | undefined): Promise<GitIndex | undefined> => {
    if (commit === undefined || doubted.has(commit)) index = undefined;
    else if (index?.commit !== commit) {
      const [opened] = await Promise.all([
        openIndex(repository.catFile, commit, segments),
        rememberIndex(repository, commit),
      ]);
      index = { commit, opened };
    }
    return index?.opened;
  };

  const loadRecent = async (commit: string): Promise<RecentRuns | undefined> => {
    if (recent?.commit !== commit) recent = { commit, opened: await readRecent(repository.catFile, commit) };
    return recent.opened;
  };

  const loadUnindexed = async (
    data: string | undefined,
    opened: GitIndex | undefined,
  ): Promise<DataRows | undefined> => {
    if (data === undefined || data === opened?.dataCommit) return undefined;
    const key = `${data} ${index?.commit}`;
    if (unindexed?.key !== key) {
      await repository.fetch([data], { what: 'trees' });
      const known = await indexedIds(opened);
      unindexed = { key, rows: await rowsOfData(repository, await openData(repository, data), (id) => known.has(id)) };
    }
    return unindexed.rows;
  };

  const loadBundles = async ({ waiting }: Seen): Promise<readonly Waiting[]> => {
    const inUse = new Set(waiting.map(([, oid]) => oid));
    for (const oid of bundles.keys()) if (!inUse.has(oid)) bundles.delete(oid);
    await Promise.all(
      [...inUse].map(async (oid) => {
        if (!bundles.has(oid)) bundles.set(oid, await readBundle(repository.catFile, oid, false));
      }),
    );
    return waiting.map(([ref, oid]) => ({ ref, bundle: bundles.get(oid) }));
  };

  const wholeView = async (seen: Seen): Promise<StoreView> => {
    if (seen.index !== index?.commit) await bring([seen.index]);
    const opened = await loadIndex(seen.index);
    const ahead = await loadUnindexed(seen.data, opened);
    const doubts = seen.index !== undefined && doubted.has(seen.index) ? [doubtfulIndex(refs)] : [];
    return layered({ index: opened }, [...doubts, ...(ahead?.problems ?? [])], ahead, await loadBundles(seen));
  };

  const look = async (page: boolean): Promise<StoreView> => {
    // Nothing is here yet: what will be needed is asked for by name, while the refs are still being listed.
    const early = cold ? repository.fetchRef(page ? refs.recent : refs.index) : undefined;
    const [listed, local] = await Promise.allSettled([
      repository.listRemote([refs.inbox, refs.data, refs.index, refs.recent]),
      listSpool(repository),
      early,
    ]);
    cold = false;
    if (listed.status === 'rejected') throw listed.reason;
    if (local.status === 'rejected') throw local.reason;
    const remote = listed.value;
    const inbox = [...remote].filter(([ref]) => ref.startsWith(refs.inbox)).toSorted(byName);
    const seen = { index: remote.get(refs.index), data: remote.get(refs.data), waiting: [...inbox, ...local.value] };
    const unread = inbox.map(([, oid]) => oid).filter((oid) => !bundles.has(oid));
    const commit = remote.get(refs.recent);
    const known = seen.index === undefined || seen.index === index?.commit || doubted.has(seen.index);
    if (!page || known || commit === undefined) {
      await bring([...unread, ...(known ? [] : [seen.index])]);
      return wholeView(seen);
    }
    await bring([...unread, commit]);
    const newest = await loadRecent(commit);
    if (newest === undefined || newest.index !== seen.index || newest.data !== seen.data) return wholeView(seen);
    const whole = async (): Promise<StoreView> => {
      // When it is not there any more, a compactor was quicker, and the refs are read again.
      current = await patiently(repository, (attempt) => (attempt === 1 ? wholeView(seen) : look(false)));
      return current;
    };
    return layered({ index: undefined, newest: { recent: newest, whole } }, [], undefined, await loadBundles(seen));
  };

  return {
    refresh: async (page = false) => {
      current = await patiently(repository, () => look(page));
      return current;
    },
    get current() {
      return current;
    },
    doubtIndex: () => {
      if (index !== undefined) doubted.add(index.commit);
    },
  };
}

/** Between listing and fetching, a compactor may have deleted a ref; then the list is out of date. */
async function patiently<T>(repository: PrivateRepository, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!(error instanceof GitFailure) || attempt === 3) throw unreachable(repository, error);
    }
  }
}

interface Waiting {
  readonly ref: string;
  readonly bundle: ReadResult<readonly StoredRecord[]> | undefined;
}

function layered(
  base: Pick<StoreView, 'index' | 'newest'>,
  met: readonly Problem[],
  ahead: DataRows | undefined,
  waiting: readonly Waiting[],
): StoreView {
  const runs = new Map(ahead?.runs.map((row) => [row.summary.id, row]));
  const operations = new Map(ahead?.operations.map((row) => [row.id, row]));
  const problems: Problem[] = [...met];
  for (const { ref, bundle } of waiting) {
    if (bundle?.state !== 'valid') problems.push(unreadable(ref, bundle?.reason ?? 'cannot be read'));
    // The first stays, as in compaction.
    else
      for (const record of bundle.value) {
        if (record.kind === 'run' && !runs.has(record.row.summary.id)) runs.set(record.row.summary.id, record.row);
        if (record.kind === 'operation' && !operations.has(record.row.id)) operations.set(record.row.id, record.row);
      }
  }
  return { ...base, runs, operations, problems };
}

async function indexedIds(index: GitIndex | undefined): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  if (index === undefined) return ids;
  for (const day of index.runDays.keys()) for (const { id } of await index.summaries(day)) ids.add(id);
  for (const day of index.operationDays.keys()) for (const { id } of await index.operations(day)) ids.add(id);
  return ids;
}

/** Bundles that no one has acknowledged: ref → commit. */
export async function listSpool(repository: PrivateRepository): Promise<readonly (readonly [string, string])[]> {
  // Most caches never spooled anything: two look-ups then save a process in every refresh.
  const places = [spoolPrefix, 'packed-refs'].map((place) => stat(join(repository.folder, place)));
  if ((await Promise.allSettled(places)).every(({ status }) => status === 'rejected')) return [];
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

const doubtfulIndex = (refs: StoreRefs): Problem => ({
  code: 'STORE_INDEX_UNREADABLE',
  severity: 'warning',
  message: `${refs.index} cannot be read; the runs are read from the data instead, which takes longer.`,
  hint: 'Run `pawl store compact --reindex`: it writes the index anew.',
});

function unreachable(repository: PrivateRepository, cause: unknown): unknown {
  if (!(cause instanceof GitFailure)) return cause;
  const message = `The store in ${repository.target.label} cannot be read: ${wordsOf(cause)}`;
  return new StoreError('STORE_UNREACHABLE', message, {
    hint: 'Check the network, the address and the credentials.',
    cause,
  });
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);
