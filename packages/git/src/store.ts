// The Store port on Git: runs go to the inbox, a compactor folds them into data and index, readers see both.
import { isUlid, ulidTime, type Bundle, type IdSource, type Problem, type Receipt, type Store } from '@pawl/core';
import { bundleFiles } from './bundle.ts';
import { compactInbox, type Compaction } from './compaction.ts';
import { importCommit, signCommit } from './commits.ts';
import type { Environment } from './environment.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import type { GitOptions } from './git-runner.ts';
import { maxObjectBytes, spoolPrefix, storeRefs } from './layout.ts';
import { maintenanceOf, type Maintenance } from './maintenance.ts';
import { isUnreadableIndex } from './index-failure.ts';
import { findKnown, findOperations, findRun, listRuns } from './listing.ts';
import { openPrivateRepository, type PrivateRepository } from './private-repository.ts';
import type { RunRow } from './records.ts';
import { storedOperations, storedRun } from './stored-records.ts';
import { pushBundles } from './spool.ts';
import { listSpool, openViewer, type StoreView } from './view.ts';

export interface StoreRequest {
  /** A folder of the user's repository: a clone of any depth, a worktree, a bare repository. */
  readonly repository: string;
  /** Name of a remote, or its address. Without it the repository itself keeps the runs. */
  readonly remote?: string;
  /** Default `refs/pawl`. */
  readonly refPrefix?: string;
  /** Our own bare repository; default under the user's cache folder. Actions give one under RUNNER_TEMP. */
  readonly cacheDir?: string;
  /** Names of bundles, from the producer in CI; by default they are named by their content. */
  readonly ids?: IdSource;
  /** Sign every bundle as the user's Git signs. */
  readonly sign?: boolean;
  /** Keep a ledger: checkpoints on a branch that the host can protect. */
  readonly ledger?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Where PATH, HOME and the user's Git settings come from; default the process's own. */
  readonly environment?: Environment;
  /** Called before each Git command; a throw stands for a process that died there. */
  readonly beforeCommand?: GitOptions['beforeCommand'];
}

export interface GitStore extends Store, Maintenance, AsyncDisposable {
  /** @param when `atLeast`: only when so many bundles wait; `reindex`: write the whole index anew */
  compact(when?: { readonly atLeast?: number; readonly reindex?: boolean }): Promise<Compaction>;
  /** Tries again to push what could not be pushed. One receipt for each bundle. */
  pushSpool(): Promise<readonly Receipt[]>;
  /** What the last list could not read: named, never fatal. */
  problems(): readonly Problem[];
}

/** @throws StoreError when there is no repository, or no such remote */
export async function openStore(request: StoreRequest): Promise<GitStore> {
  const { now = Date.now, ids } = request;
  const refs = storeRefs(checkedPrefix(request.refPrefix ?? 'refs/pawl'));
  const repository = await openPrivateRepository(request);
  const viewer = openViewer(repository, refs);
  const met: Problem[] = [];
  const compactor = { repository, refs, now, ...(request.ledger !== undefined && { ledger: request.ledger }) };
  const writer = { repository, refs, ids, sign: request.sign === true };
  const pushSpool = async (): Promise<readonly Receipt[]> => pushBundles(repository, refs, await spooled(repository));

  /** An index that cannot be read is derived: the data are read instead. @param page the newest runs may be enough */
  const reading = async <T>(page: boolean, work: (view: StoreView) => Promise<T>): Promise<T> => {
    try {
      return await work(await viewer.refresh(page));
    } catch (error) {
      if (!isUnreadableIndex(error)) throw error;
      viewer.doubtIndex();
      return work(await viewer.refresh());
    }
  };

  const locate = async (id: string): Promise<RunRow | undefined> => {
    if (!isUlid(id)) return undefined;
    // Records never change: what was seen once need not be asked for again.
    const seen = viewer.current === undefined ? undefined : await findKnown(viewer.current, id);
    return seen ?? reading(true, (view) => findRun(view, id));
  };

  return {
    add: (bundle) => add(writer, bundle),
    list: async (query = {}) => {
      const found = await reading(query.limit !== undefined, (view) => listRuns(view, query));
      met.splice(0, met.length, ...(viewer.current?.problems ?? []));
      return found;
    },
    read: async (id) => {
      const row = await locate(id);
      if (row === undefined) return undefined;
      return storedRun(id, await readBlob(repository, row.run), 'Run `pawl store verify`.');
    },
    readResult: async (id, file) => {
      const seen = resultOf(await locate(id), file);
      if (seen === undefined) return undefined;
      try {
        return (await readBlob(repository, seen)).toString('utf8');
      } catch (error) {
        // An epoch since the last look may have left it behind: then it is not in the view of today.
        const now = resultOf(await findRun(await viewer.refresh(), id), file);
        if (now === seen) throw error;
        return now === undefined ? undefined : (await readBlob(repository, now)).toString('utf8');
      }
    },
    operations: async (about) => {
      const rows = await reading(false, (view) => findOperations(view, about));
      return storedOperations(rows, (blob) => readBlob(repository, blob), met);
    },
    compact: async ({ atLeast = 0, reindex = false } = {}) => {
      await pushSpool();
      if (atLeast > 0 && (await repository.listRemote([refs.inbox])).size < atLeast)
        return { folded: 0, quarantined: 0, left: 0, problems: [] };
      return compactInbox({ ...compactor, reindex });
    },
    pushSpool,
    ...maintenanceOf({
      compactor,
      add: (operations) => add(writer, { runs: [], operations }),
      pushSpool,
    }),
    problems: () => [...met],
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  };
}

function checkedPrefix(prefix: string): string {
  if (/^refs(?:\/[A-Za-z0-9][A-Za-z0-9_-]*)+$/.test(prefix)) return prefix;
  throw new StoreError('STORE_REF_PREFIX', `"${prefix}" cannot be the store's ref prefix.`, {
    hint: 'Write a name under refs/, for example refs/pawl.',
  });
}

interface Writer {
  readonly repository: PrivateRepository;
  readonly refs: ReturnType<typeof storeRefs>;
  readonly ids: IdSource | undefined;
  readonly sign: boolean;
}

async function add({ repository, refs, ids, sign }: Writer, bundle: Bundle): Promise<Receipt> {
  const { files, name: contentName, message } = bundleFiles(bundle, repository.format);
  const name = ids?.next() ?? contentName;
  if (!isUlid(name)) throw new StoreError('STORE_BUNDLE_NAME', `"${name}" is no ULID and cannot name a bundle.`);
  // The name's own time, so that the same bundle is the same commit whenever it is made.
  const head = { identity: repository.target.identity, time: ulidTime(name), message: message(name) };
  const spoolRef = spoolPrefix + name;
  const unsigned = await importCommit(repository.git, spoolRef, head, files);
  const commit = sign ? await signCommit(repository.git, spoolRef, head, unsigned).catch(failureOf) : unsigned;
  if (commit instanceof GitFailure) {
    const reason = `Git could not sign it: ${wordsOf(commit)}. \`pawl store push\` sends it as it is, unsigned.`;
    return { kept: 'spool', ref: refs.inbox + name, reason };
  }
  const [receipt] = await pushBundles(repository, refs, [{ name, commit }]);
  return receipt ?? { kept: 'spool', ref: refs.inbox + name };
}

const resultOf = (row: RunRow | undefined, file: string): string | undefined =>
  row !== undefined && Object.hasOwn(row.results, file) ? row.results[file] : undefined;

function failureOf(error: unknown): GitFailure {
  if (error instanceof GitFailure) return error;
  throw error;
}

const spooled = async (repository: PrivateRepository): Promise<readonly { name: string; commit: string }[]> =>
  (await listSpool(repository)).map(([ref, commit]) => ({ name: ref.slice(spoolPrefix.length), commit }));

async function readBlob(repository: PrivateRepository, oid: string): Promise<Buffer> {
  const here = await repository.catFile.read(oid, maxObjectBytes).catch(() => undefined);
  if (here?.content !== undefined) return here.content;
  if (here === undefined) await repository.fetch([oid]);
  const fetched = await repository.catFile.read(oid, maxObjectBytes);
  if (fetched?.content !== undefined) return fetched.content;
  throw new StoreError('STORE_OBJECT_UNREADABLE', `Object ${oid} of the store is missing, or larger than 1 MB.`, {
    hint: 'Run `pawl store verify`.',
  });
}
