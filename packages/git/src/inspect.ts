// One head of the data, read in full: every file, every record and digest, and the history that led there.
import type { Operation, Problem } from '@pawl/core';
import { readChain, type Chain } from './chain.ts';
import { openData } from './data-rows.ts';
import { sha256 } from './digests.ts';
import { GitFailure, problemOf, StoreError, wordsOf } from './errors.ts';
import { maxObjectBytes, recordPathOf, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readOperation, readRun } from './records.ts';
import { checkHistory } from './tamper.ts';
import type { ChainCommit } from './chain.ts';
import { tombstonesOf } from './tombstones.ts';
import { fetchBlobs, filesOf } from './tree-files.ts';

export interface Inspection {
  /** Undefined when the head could not be read. */
  readonly chain: Chain | undefined;
  /** The newest commit up to which all is in order. */
  readonly good: ChainCommit | undefined;
  /** Id → blob. */
  readonly runs: ReadonlyMap<string, string>;
  readonly operations: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Never throws for what the store holds. */
export async function inspectData(repository: PrivateRepository, refs: StoreRefs, data: string): Promise<Inspection> {
  const runs = new Map<string, string>();
  const operations = new Map<string, string>();
  const nothing = { chain: undefined, good: undefined, runs, operations };
  try {
    const chain = await readChain(repository, refs, data);
    const files = await filesOf(await openData(repository, data));
    if (chain.commits.length === 0) return { ...nothing, problems: [foreign(refs, data)] };
    await fetchBlobs(repository, files.values());
    const unsound = new Map<string, string>();
    for (const path of files.keys()) {
      const reason = await fileProblem(repository, files, path);
      if (reason !== undefined) unsound.set(path, reason);
    }
    for (const [path, oid] of files) {
      const record = recordPathOf(path);
      if (record?.kind === 'run') runs.set(record.id, oid);
      if (record?.kind === 'operation') operations.set(record.id, oid);
    }
    const tombstones = tombstonesOf(await readOperations(repository, operations));
    const history = await checkHistory({ repository, refs, chain, tombstones, unsound });
    const gap =
      chain.missing === undefined
        ? []
        : [couldNotTell(refs, `commit ${chain.missing.slice(0, 12)} of its history is missing`)];
    return { chain, good: history.good, runs, operations, problems: [...history.problems, ...gap] };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORE_DATA_UNREADABLE')
      return { ...nothing, problems: [problemOf(error)] };
    if (!(error instanceof GitFailure || error instanceof StoreError)) throw error;
    return { ...nothing, problems: [couldNotTell(refs, wordsOf(error))] };
  }
}

const foreign = ({ data }: StoreRefs, oid: string): Problem => ({
  code: 'STORE_DATA_FOREIGN',
  severity: 'error',
  message: `${data} points to commit ${oid.slice(0, 12)}, which holds no data of the store.`,
  hint: 'Run `pawl store repair`: it goes back to the data that were seen before.',
});

const couldNotTell = ({ data }: StoreRefs, why: string): Problem => ({
  code: 'STORE_DATA_INCOMPLETE',
  severity: 'warning',
  message: `${data} could not be read in full: ${why}.`,
  hint: `Try again. When objects are missing on the remote itself: where \`pawl store verify\` was sound before, \`git push REMOTE :${data}\` and then \`pawl store repair\`, which uploads all of it from the cache.`,
});

/** Operations that can be read; the others are problems already. */
export async function readOperations(
  { catFile }: PrivateRepository,
  blobs: ReadonlyMap<string, string>,
): Promise<readonly Operation[]> {
  const operations: Operation[] = [];
  for (const oid of blobs.values()) {
    const read = readOperation((await catFile.read(oid, maxObjectBytes))?.content);
    if (read.state === 'valid') operations.push(read.value);
  }
  return operations;
}

async function fileProblem(
  { catFile }: PrivateRepository,
  blobs: ReadonlyMap<string, string>,
  path: string,
): Promise<string | undefined> {
  const record = recordPathOf(path);
  if (record === undefined) return 'does not belong here';
  const content = (await catFile.read(blobs.get(path) ?? '', maxObjectBytes))?.content;
  if (record.kind === 'result') {
    if (content === undefined) return 'is missing, or larger than 1 MB';
    const owner = blobs.get(`runs/${path.split('/')[1]}/${record.id}.json`);
    const run = readRun(owner === undefined ? undefined : (await catFile.read(owner, maxObjectBytes))?.content);
    if (run.state !== 'valid') return 'belongs to no readable run';
    return run.value.results[record.file] === sha256(content) ? undefined : "is not what its run's digest says";
  }
  const read = record.kind === 'run' ? readRun(content) : readOperation(content);
  if (read.state === 'newer') return undefined;
  if (read.state !== 'valid') return read.reason;
  return read.value.id === record.id ? undefined : 'holds another id';
}
