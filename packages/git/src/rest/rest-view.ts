// What the store holds, as a reader over REST sees it: the index, or for a page the newest runs that stand for it, then
// data that are newer, then the inbox, then what waits in our own spool. A refresh that finds nothing new costs one
// request, which GitHub does not count.
import { type Bundle, type Problem } from '@pawl/core';
import { unreadable } from '../data-rows.ts';
import { openIndex, type SegmentCache, type StoreIndex } from '../index-segments.ts';
import { readRecent, type RecentRuns } from '../recent-runs.ts';
import type { StoreRefs } from '../layout.ts';
import { readBundle, type OperationRow, type ReadResult, type RunRow, type StoredRecord } from '../records.ts';
import type { StoreView } from '../view.ts';
import { indexOverData } from './data-index.ts';
import type { GitHubApi } from './github-api.ts';
import type { RestObjects } from './objects.ts';
import type { NamedBundle } from './push-bundle.ts';
import { listRefs, type RestRef } from './refs.ts';
import type { SpoolFolder } from './spool-folder.ts';

export interface RestViewer {
  /**
   * @param page the newest runs may be all that is asked for
   * @throws RestFailure when GitHub cannot be reached: yesterday's view must not decide today's gate
   */
  refresh(page?: boolean): Promise<StoreView>;
  /** The last view, when there was one. */
  readonly current: StoreView | undefined;
  /** The index turned out to be unreadable: from now on the data are read instead. */
  doubtIndex(): void;
}

export interface RestPlaces {
  readonly api: GitHubApi;
  readonly objects: RestObjects;
  readonly refs: StoreRefs;
  readonly spool: SpoolFolder | undefined;
  /** A bundle of the spool as it would be pushed. @throws StoreError when it is none */
  readonly named: (name: string, bundle: Bundle) => NamedBundle;
}

type ReadBundle = ReadResult<readonly StoredRecord[]>;

export function openRestViewer(places: RestPlaces): RestViewer {
  const { api, objects, refs } = places;
  const prefix = refs.inbox.replace(/inbox\/$/, '');
  const segments: SegmentCache = new Map();
  const bundles = new Map<string, ReadBundle>();
  let index: { readonly commit: string; readonly opened: StoreIndex } | undefined;
  let ahead: { readonly key: string; readonly opened: StoreIndex; readonly problems: Problem[] } | undefined;
  let recent: { readonly commit: string; readonly opened: RecentRuns | undefined } | undefined;
  let current: StoreView | undefined;
  const doubted = new Set<string>();

  const loadIndex = async (ref: RestRef | undefined): Promise<StoreIndex | undefined> => {
    if (ref === undefined || doubted.has(ref.oid)) index = undefined;
    else if (index?.commit !== ref.oid) {
      objects.learn(ref.oid, ref.type, true);
      index = { commit: ref.oid, opened: await openIndex(objects.catFile, ref.oid, segments) };
    }
    return index?.opened;
  };

  const loadAhead = async (data: RestRef | undefined, opened: StoreIndex | undefined): Promise<typeof ahead> => {
    if (data === undefined || data.oid === opened?.dataCommit) return undefined;
    const key = `${data.oid} ${index?.commit}`;
    if (ahead?.key !== key) {
      const problems: Problem[] = [];
      ahead = { key, problems, opened: await indexOverData({ objects, data: data.oid, index: opened, problems }) };
    }
    return ahead;
  };

  const loadBundles = async (inbox: readonly (readonly [string, RestRef])[]): Promise<void> => {
    const inUse = new Set(inbox.map(([, { oid }]) => oid));
    for (const oid of bundles.keys()) if (!inUse.has(oid)) bundles.delete(oid);
    await Promise.all(
      inbox.map(async ([, { oid, type }]) => {
        if (bundles.has(oid)) return;
        objects.learn(oid, type, true);
        bundles.set(oid, await readBundle(objects.catFile, oid, false));
      }),
    );
  };

  const loadRecent = async (ref: RestRef): Promise<RecentRuns | undefined> => {
    if (recent?.commit !== ref.oid) {
      objects.learn(ref.oid, ref.type, true);
      recent = { commit: ref.oid, opened: await readRecent(objects.catFile, ref.oid) };
    }
    return recent.opened;
  };

  const wholeView = async (there: ReadonlyMap<string, RestRef>, waiting: readonly Waiting[]): Promise<StoreView> => {
    const ref = there.get(refs.index);
    const opened = await loadIndex(ref);
    const over = await loadAhead(there.get(refs.data), opened);
    const doubts = ref !== undefined && doubted.has(ref.oid) ? [doubtfulIndex(refs)] : [];
    return layered({ index: over?.opened ?? opened }, [...doubts, ...(over?.problems ?? [])], waiting);
  };

  const look = async (page: boolean): Promise<StoreView> => {
    const [there, ours] = await Promise.all([listRefs(api, prefix), spooled(places)]);
    const inbox = [...there].filter(([ref]) => ref.startsWith(refs.inbox)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const stands = there.get(refs.recent);
    const oid = there.get(refs.index)?.oid;
    const short = page && stands !== undefined && oid !== undefined && oid !== index?.commit && !doubted.has(oid);
    const [newest] = await Promise.all([short ? loadRecent(stands) : undefined, loadBundles(inbox)]);
    const waiting = [...inbox.map(([ref, one]) => ({ ref, bundle: bundles.get(one.oid) })), ...ours];
    // It counts only while it belongs to the index and the data that the refs show.
    if (newest === undefined || newest.index !== oid || newest.data !== there.get(refs.data)?.oid)
      return wholeView(there, waiting);
    const whole = async (): Promise<StoreView> => {
      current = await wholeView(there, waiting);
      return current;
    };
    return layered({ index: undefined, newest: { recent: newest, whole } }, [], waiting);
  };

  return {
    refresh: async (page = false) => {
      current = await look(page);
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

const doubtfulIndex = (refs: StoreRefs): Problem => ({
  code: 'STORE_INDEX_UNREADABLE',
  severity: 'warning',
  message: `${refs.index} cannot be read; the runs are read from the data instead, which takes longer.`,
  hint: 'Run `pawl store compact --reindex` in a job with a checkout: it writes the index anew.',
});

interface Waiting {
  readonly ref: string;
  readonly bundle: ReadBundle | undefined;
}

/** What GitHub has not taken yet is seen here all the same. */
async function spooled({ objects, refs, spool, named }: RestPlaces): Promise<readonly Waiting[]> {
  const { bundles, unreadable: broken } = (await spool?.list()) ?? { bundles: [], unreadable: [] };
  const waiting = bundles.map(async ({ name, bundle }): Promise<Waiting> => {
    try {
      const { packed } = named(name, bundle);
      for (const { oid, type, content } of packed.objects) objects.keep(oid, type, content);
      return { ref: refs.inbox + name, bundle: await readBundle(objects.catFile, packed.commit, false) };
    } catch (error) {
      return { ref: refs.inbox + name, bundle: { state: 'invalid', reason: `is spooled and ${String(error)}` } };
    }
  });
  return [
    ...(await Promise.all(waiting)),
    ...broken.map((file): Waiting => ({ ref: file, bundle: { state: 'invalid', reason: 'is no bundle' } })),
  ];
}

function layered(
  base: Pick<StoreView, 'index' | 'newest'>,
  met: readonly Problem[],
  waiting: readonly Waiting[],
): StoreView {
  const runs = new Map<string, RunRow>();
  const operations = new Map<string, OperationRow>();
  const problems: Problem[] = [...met];
  for (const { ref, bundle } of waiting) {
    if (bundle?.state !== 'valid') {
      problems.push(unreadable(ref, bundle?.reason ?? 'cannot be read'));
      continue;
    }
    // The first stays, as in compaction.
    for (const record of bundle.value) {
      if (record.kind === 'run' && !runs.has(record.row.summary.id)) runs.set(record.row.summary.id, record.row);
      if (record.kind === 'operation' && !operations.has(record.row.id)) operations.set(record.row.id, record.row);
    }
  }
  return { ...base, runs, operations, problems };
}
