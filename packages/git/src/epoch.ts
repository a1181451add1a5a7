// Leaves dropped files behind: a new data commit without a past, which names the head before it. Data, index, archive
// and ledger move in one atomic push under leases, so a writer, a compactor or another epoch at the same time loses
// nothing, and wherever this dies the store is as before or as after.
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveToFile } from './bundle-file.ts';
import { leasesOf, movedRefs, type Compactor } from './compaction.ts';
import { writeCommit } from './commits.ts';
import { openData } from './data-rows.ts';
import { sha256 } from './digests.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { guardData } from './guard.ts';
import { openIndex } from './index-segments.ts';
import { readLedger } from './ledger.ts';
import { dataFormat, maxObjectBytes, recordPathOf } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { mayBeDropped, standingTombstones } from './tombstones.ts';
import { fetchBlobs, filesOf } from './tree-files.ts';
import type { TreeEditor } from './trees.ts';
import { readOperations } from './inspect.ts';

export interface EpochOptions {
  readonly dryRun?: boolean;
  /** Write the head before the epoch to this file, as a Git bundle, instead of keeping it under an archive ref. */
  readonly bundle?: string;
  /** Delete the archive refs of earlier epochs, and of this one. */
  readonly dropArchive?: boolean;
}

export interface Epoch {
  /** Files that are not in the data any more. */
  readonly dropped: number;
  /** Of these, run records. */
  readonly runs: number;
  /** The data commit of the new epoch; undefined when there was nothing to drop. */
  readonly commit: string | undefined;
  /** Where the head before it is now. */
  readonly archive: string | undefined;
  /** Archive refs that were deleted. */
  readonly archivesDropped: readonly string[];
}

const attempts = 8;

/** @throws StoreError when the target refuses, or the data are not the ones that were seen before */
export async function beginEpoch(compactor: Compactor, options: EpochOptions = {}): Promise<Epoch> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptEpoch(compactor, options);
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      if (attempt === attempts) throw refused(compactor, error);
      await sleep(Math.random() * Math.min(4000, 100 * 2 ** attempt));
    }
  }
}

function refused({ repository, refs }: Compactor, cause: GitFailure): StoreError {
  return new StoreError(
    'STORE_EPOCH_REFUSED',
    `${repository.target.label} did not take the new epoch of ${refs.data}: ${wordsOf(cause)}`,
    {
      hint: `An epoch replaces ${refs.data} and ${refs.index} and creates a ref under ${refs.archive}: allow forced updates there, with \`contents: write\`. Nothing has changed.`,
      cause,
    },
  );
}

async function attemptEpoch(compactor: Compactor, options: EpochOptions): Promise<Epoch> {
  const { repository, refs, now } = compactor;
  const remote = await repository.listRemote([refs.data, refs.index, refs.ledger, refs.archive]);
  const archives = [...remote].filter(([ref]) => ref.startsWith(refs.archive));
  const old = { data: remote.get(refs.data), index: remote.get(refs.index) };
  const nothing = { dropped: 0, runs: 0, commit: undefined, archive: undefined };
  if (old.data === undefined) return { ...nothing, archivesDropped: [] };
  const ledgerRef = remote.get(refs.ledger);
  const ledger = ledgerRef === undefined ? undefined : await readLedger(repository, refs, ledgerRef);
  await repository.fetch([old.data], { what: 'trees' });
  const tree = await openData(repository, old.data);
  const drops = await droppable(repository, tree);
  const runs = drops.filter(({ path }) => recordPathOf(path)?.kind === 'run').length;
  if (options.dryRun === true) return { ...nothing, dropped: drops.length, runs, archivesDropped: [] };
  if (drops.length === 0)
    return {
      ...nothing,
      archivesDropped: options.dropArchive === true ? await dropArchives(repository, archives) : [],
    };
  await repository.fetch(old.index === undefined ? [] : [old.index]);
  const indexed =
    old.index === undefined ? undefined : (await openIndex(repository.catFile, old.index, new Map())).dataCommit;
  await guardData(repository, refs, { data: old.data, indexed, ledger });
  const number = await nextEpoch(repository, tree, archives);
  for (const { path } of drops) await tree.remove(path);
  const format = await repository.git.text(['hash-object', '-w', '--stdin'], { input: dataFormat(number) });
  await tree.put('pawl.json', { mode: '100644', oid: format });
  const head = { identity: repository.target.identity, time: now(), message: messageOf(number, old.data, drops) };
  const commit = await writeCommit(repository.git, head, await tree.write(), []);
  const archive = `${refs.archive}${String(number).padStart(4, '0')}`;
  if (options.bundle !== undefined)
    await archiveToFile(repository, { ref: refs.data, commit: old.data, as: archive, file: options.bundle });
  const moved = await movedRefs(compactor, { old, ledger, data: commit, tree, added: [], rebuild: true });
  const keeps = options.bundle === undefined && options.dropArchive !== true;
  const dropped = options.dropArchive === true ? archives : [];
  const leases = new Map([...leasesOf(refs, { ...old, ledger: ledger?.commit }), [archive, ''], ...dropped]);
  const refspecs = [...moved, ...(keeps ? [`${old.data}:${archive}`] : []), ...dropped.map(([ref]) => `:${ref}`)];
  const result = await repository.push(refspecs, { leases, atomic: true });
  if (result.code !== 0) throw new GitFailure(['push'], result.code, result.stderr);
  return {
    dropped: drops.length,
    runs,
    commit,
    archive: keeps ? archive : options.bundle,
    archivesDropped: dropped.map(([ref]) => ref),
  };
}

interface Drop {
  readonly path: string;
  readonly oid: string;
}

async function droppable(repository: PrivateRepository, tree: TreeEditor): Promise<readonly Drop[]> {
  const files = await filesOf(tree);
  const operations = new Map([...files].filter(([path]) => recordPathOf(path)?.kind === 'operation'));
  await fetchBlobs(repository, operations.values());
  const tombstones = standingTombstones(await readOperations(repository, operations));
  return [...files].filter(([path]) => mayBeDropped(path, tombstones)).map(([path, oid]) => ({ path, oid }));
}

/** One more than the data say, and than any archive. */
async function nextEpoch(
  repository: PrivateRepository,
  tree: TreeEditor,
  archives: readonly (readonly [string, string])[],
): Promise<number> {
  const entry = await tree.entry('pawl.json');
  if (entry !== undefined) await repository.fetch([entry.oid]);
  const text = entry === undefined ? undefined : (await repository.catFile.read(entry.oid, maxObjectBytes))?.content;
  const [, said = '0'] = /"epoch":(\d{1,6})/.exec(text?.toString('utf8') ?? '') ?? [];
  const numbers = archives.map(([ref]) => Number(/(\d{1,6})$/.exec(ref)?.[1] ?? 0));
  return Math.max(Number(said), ...numbers) + 1;
}

function messageOf(number: number, previous: string, drops: readonly Drop[]): string {
  const listing = drops
    .map(({ path, oid }) => `${path}\0${oid}\n`)
    .toSorted()
    .join('');
  const trailers = {
    'Pawl-Schema': '1',
    'Pawl-Op': 'epoch',
    'Pawl-Epoch': String(number),
    'Pawl-Prev': previous,
    'Pawl-Dropped': String(drops.length),
    'Pawl-Digest': sha256(Buffer.from(listing)),
  };
  const lines = Object.entries(trailers).map(([key, value]) => `${key}: ${value}`);
  return `pawl: epoch ${number}, ${drops.length} files left behind\n\n${lines.join('\n')}\n`;
}

async function dropArchives(
  repository: PrivateRepository,
  archives: readonly (readonly [string, string])[],
): Promise<readonly string[]> {
  if (archives.length === 0) return [];
  const result = await repository.push(
    archives.map(([ref]) => `:${ref}`),
    { leases: new Map(archives), atomic: true },
  );
  if (result.code !== 0) throw new GitFailure(['push'], result.code, result.stderr);
  return archives.map(([ref]) => ref);
}
