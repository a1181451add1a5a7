// The Store port over GitHub's REST API: for jobs without a checkout and without Git, and for editors in a browser.
// It reads and adds what the git command line reads and adds; folding the inbox needs a clone and stays there.
import { isUlid, type Bundle, type IdSource, type Problem, type Receipt, type Store } from '@pawl/core';
import { bundleFiles } from '../bundle.ts';
import { StoreError } from '../errors.ts';
import { maxObjectBytes, storeRefs } from '../layout.ts';
import { isUnreadableIndex } from '../index-segments.ts';
import { findKnown, findOperations, findRun, listRuns } from '../listing.ts';
import type { RunRow } from '../records.ts';
import { storedOperations, storedRun } from '../stored-records.ts';
import { openGitHubApi, type RestPlace } from './github-api.ts';
import { openRestObjects, type RestObjects } from './objects.ts';
import { cleanPerson, pawl, type Person } from './packed-bundle.ts';
import { nameBundle, pushBundle, type NamedBundle } from './push-bundle.ts';
import { remedyOf, RestFailure } from './rest-failure.ts';
import { openRestViewer } from './rest-view.ts';
import { openSpoolFolder } from './spool-folder.ts';
import type { StoreView } from '../view.ts';

export interface RestStoreRequest extends RestPlace {
  /** Default `refs/pawl`. */
  readonly refPrefix?: string;
  /** Names of bundles, from the producer in CI; by default they are named by their content. */
  readonly ids?: IdSource;
  /** Who the bundles are by. */
  readonly identity?: Person;
  /** Where bundles are kept until GitHub has them. Without it, `add` throws what it could not push. */
  readonly spoolFolder?: string;
}

export interface RestStore extends Store, AsyncDisposable {
  /** @throws StoreError always: only a clone can fold */
  compact(): Promise<never>;
  /** Tries again to push what could not be pushed. One receipt for each bundle. */
  pushSpool(): Promise<readonly Receipt[]>;
  /** @throws StoreError always: every record would be a request */
  verify(): Promise<never>;
  /** What the last list could not read: named, never fatal. */
  problems(): readonly Problem[];
  /** Requests so far: those that count against the rate limit, and those that only said "unchanged". */
  requests(): { readonly counted: number; readonly unchanged: number };
}

/** @throws StoreError when the repository's name, the address or the prefix cannot be one */
export async function openRestStore(request: RestStoreRequest): Promise<RestStore> {
  const refPrefix = request.refPrefix ?? 'refs/pawl';
  if (!/^refs(?:\/[A-Za-z0-9][A-Za-z0-9_-]*)+$/.test(refPrefix)) {
    throw new StoreError('STORE_REF_PREFIX', `"${refPrefix}" cannot be the store's ref prefix.`, {
      hint: 'Write a name under refs/, for example refs/pawl.',
    });
  }
  const refs = storeRefs(refPrefix);
  const api = await asking(`The store in ${request.repository}`, false, async () => openGitHubApi(request));
  const objects = openRestObjects(api);
  const spool = request.spoolFolder === undefined ? undefined : openSpoolFolder(request.spoolFolder);
  const by = cleanPerson(request.identity ?? pawl);
  const named = (name: string, bundle: Bundle): NamedBundle => nameBundle(name, bundleFiles(bundle, 'sha1'), by);
  const viewer = openRestViewer({ api, objects, refs, spool, named });
  const met: Problem[] = [];
  const reading = <T>(work: () => Promise<T>): Promise<T> => asking(`The store in ${api.repository}`, false, work);

  /** An index that cannot be read is derived: the data are read instead. @param page the newest runs may be enough */
  const seeing = <T>(page: boolean, work: (view: StoreView) => Promise<T>): Promise<T> =>
    reading(async () => {
      try {
        return await work(await viewer.refresh(page));
      } catch (error) {
        if (!isUnreadableIndex(error)) throw error;
        viewer.doubtIndex();
        return work(await viewer.refresh());
      }
    });

  const push = async (bundle: NamedBundle): Promise<Receipt> => {
    const ref = refs.inbox + bundle.name;
    try {
      const receipt = { kept: 'remote', ref: await pushBundle({ api, objects, inbox: refs.inbox }, bundle) } as const;
      for (const { oid, type, content } of bundle.packed.objects) objects.keep(oid, type, content);
      await spool?.remove(bundle.name);
      return receipt;
    } catch (error) {
      if (!(error instanceof RestFailure)) throw error;
      if (spool === undefined) throw notStored(api.repository, ref, error);
      const reason = `${api.repository} did not take ${ref}: ${sentence(error.said)} ${remedyOf(error, true)} It is kept in ${request.spoolFolder}; \`pawl store push\` tries again.`;
      return { kept: 'spool', ref, reason };
    }
  };

  const locate = async (id: string): Promise<RunRow | undefined> => {
    if (!isUlid(id)) return undefined;
    // Records never change: what was seen once need not be asked for again.
    const seen = viewer.current === undefined ? undefined : await findKnown(viewer.current, id);
    return seen ?? seeing(true, (view) => findRun(view, id));
  };

  return {
    add: async (bundle) => {
      const files = bundleFiles(bundle, 'sha1');
      const name = request.ids?.next() ?? files.name;
      if (!isUlid(name)) throw new StoreError('STORE_BUNDLE_NAME', `"${name}" is no ULID and cannot name a bundle.`);
      const ours = nameBundle(name, files, by);
      // First the disk, then the network: a job that is killed in between has lost nothing.
      await spool?.put(name, bundle);
      return push(ours);
    },
    list: async (query = {}) => {
      const found = await seeing(query.limit !== undefined, (view) => listRuns(view, query));
      met.splice(0, met.length, ...(viewer.current?.problems ?? []));
      return found;
    },
    read: (id) =>
      reading(async () => {
        const row = await locate(id);
        if (row === undefined) return undefined;
        return storedRun(id, await readBlob(objects, row.run), 'Run `pawl store verify` in a job with a checkout.');
      }),
    readResult: (id, file) =>
      reading(async () => {
        const row = await locate(id);
        const oid = row?.results !== undefined && Object.hasOwn(row.results, file) ? row.results[file] : undefined;
        return oid === undefined ? undefined : (await readBlob(objects, oid)).toString('utf8');
      }),
    operations: (about) =>
      reading(async () => {
        const rows = await seeing(false, (view) => findOperations(view, about));
        return storedOperations(rows, (blob) => readBlob(objects, blob), met);
      }),
    pushSpool: async () => {
      const receipts: Receipt[] = [];
      const { bundles, unreadable: broken } = (await spool?.list()) ?? { bundles: [], unreadable: [] };
      for (const { name, bundle } of bundles) receipts.push(await push(named(name, bundle)));
      const kept = broken.map((file): Receipt => ({
        kept: 'spool',
        ref: file,
        reason: `${file} is no bundle that this Pawl can read. Look at it, and remove it.`,
      }));
      return [...receipts, ...kept];
    },
    compact: () => onlyInAClone('Folding the inbox', '`pawl store compact`'),
    verify: () => onlyInAClone('Verifying the store', '`pawl store verify`'),
    problems: () => [...met],
    requests: () => ({ ...api.sent }),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function onlyInAClone(what: string, command: string): Promise<never> {
  throw new StoreError(
    'STORE_NEEDS_CLONE',
    `${what} needs a clone; over GitHub's REST API the store is read and added to.`,
    {
      hint: `Run ${command} in a job that begins with actions/checkout (depth 1 is enough).`,
    },
  );
}

/** Turns GitHub's refusals into the store's words. */
async function asking<T>(what: string, writing: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RestFailure)) throw error;
    throw new StoreError('STORE_UNREACHABLE', `${what} cannot be read: ${sentence(error.said)}`, {
      hint: remedyOf(error, writing),
      cause: error,
    });
  }
}

const notStored = (repository: string, ref: string, failure: RestFailure): StoreError =>
  new StoreError(
    'STORE_NOT_STORED',
    `${repository} did not take ${ref}: ${sentence(failure.said)} Nothing was stored.`,
    {
      hint: `${remedyOf(failure, true)} Then add it again, which is safe to repeat.`,
      cause: failure,
    },
  );

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

async function readBlob({ catFile, learn }: RestObjects, oid: string): Promise<Buffer> {
  learn(oid, 'blob');
  const object = await catFile.read(oid, maxObjectBytes);
  if (object?.content !== undefined) return object.content;
  throw new StoreError('STORE_OBJECT_UNREADABLE', `Object ${oid} of the store is missing, or larger than 1 MB.`, {
    hint: 'Run `pawl store verify` in a job with a checkout.',
  });
}
