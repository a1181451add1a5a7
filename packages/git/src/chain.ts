// The chain of data commits, newest first: what verification, repair and the guards of the compactor walk. Read from
// the raw commits, because a cache that fetches with depth 1 hides the parents of a commit from every other command.
import { GitFailure } from './errors.ts';
import { trackingPrefix, type StoreRefs } from './layout.ts';
import { readTree } from './trees.ts';
import type { PrivateRepository } from './private-repository.ts';

export interface ChainCommit {
  readonly oid: string;
  readonly tree: string;
  /** Inbox commits that it took in. */
  readonly bundles: readonly string[];
  /** Parents that are data as well, beside the one it continues: nothing of ours makes them. */
  readonly strangers: readonly string[];
  /** An epoch leaves dropped files behind; it names the head before it instead of having it as parent. */
  readonly epoch: boolean;
  readonly previous: string | undefined;
  readonly signed: boolean;
  /** Seconds since 1970. */
  readonly time: number;
}

export interface Chain {
  /** Newest first. Empty when the head is no data commit. */
  readonly commits: readonly ChainCommit[];
  /** A head before an epoch that is not here any more: its archive was dropped or lies elsewhere. */
  readonly archived: string | undefined;
  /** A parent that could not be read at all. */
  readonly missing: string | undefined;
}

/** Marks what this clone has read in full: the next fetch brings only what is new. */
export const verifiedRef = (refs: StoreRefs): string =>
  `${trackingPrefix}verified/${refs.data.split('/').slice(1, -1).join('-')}`;

const everything = '2147483647';

/** Brings commits and trees of a head with all of its past; blobs stay away. @throws GitFailure */
async function fetchHistory({ git }: PrivateRepository, oids: readonly string[]): Promise<void> {
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules'];
  const command = ['fetch', ...quiet, `--depth=${everything}`, '--filter=blob:none', '--stdin', 'pawl'];
  const input = `${oids.join('\n')}\n`;
  // Another process may hold the shallow file for a moment.
  await git.run(command, { input }).catch(() => git.run(command, { input }));
}

/** @throws GitFailure when the head's history cannot be fetched */
export async function readChain(repository: PrivateRepository, refs: StoreRefs, head: string): Promise<Chain> {
  const known = await repository.git.run(['rev-parse', '--verify', '--quiet', verifiedRef(refs)], {
    answers: [1, 128],
  });
  if (known.stdout.toString('utf8').trim() !== head) await fetchOrHave(repository, head);
  const commits: ChainCommit[] = [];
  const seen = new Set<string>();
  let before: ChainCommit | undefined;
  for (let at: string | undefined = head; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const throughEpoch: boolean = before?.epoch === true;
    const there = !throughEpoch || (await fetched(repository, at));
    // What the target no longer keeps may still be here, from an earlier verification.
    const commit = await readDataCommit(repository, at);
    if (commit === undefined && !there) return { commits, archived: at, missing: undefined };
    if (commit === undefined) return { commits, archived: undefined, missing: commits.length === 0 ? undefined : at };
    commits.push(commit);
    before = commit;
    at = commit.previous;
  }
  return { commits, archived: undefined, missing: undefined };
}

/** What the target no longer has may be here. */
async function fetchOrHave(repository: PrivateRepository, head: string): Promise<void> {
  try {
    await fetchHistory(repository, [head]);
  } catch (error) {
    const here = await repository.catFile.read(head, 0).catch(() => undefined);
    if (here === undefined) throw error;
  }
}

async function fetched(repository: PrivateRepository, oid: string): Promise<boolean> {
  try {
    await fetchHistory(repository, [oid]);
    return true;
  } catch (error) {
    if (error instanceof GitFailure) return false;
    throw error;
  }
}

/** Undefined: no commit, or not one of the data. */
async function readDataCommit({ catFile }: PrivateRepository, oid: string): Promise<ChainCommit | undefined> {
  const object = await catFile.read(oid, 1_000_000);
  if (object?.type !== 'commit' || object.content === undefined) return undefined;
  const raw = parseCommit(object.content.toString('utf8'));
  if (raw.tree === undefined || !(await isData(catFile, raw.tree))) return undefined;
  const kinds: boolean[] = [];
  for (const parent of raw.parents) kinds.push(await isDataCommit(catFile, parent));
  const epoch = raw.parents.length === 0 && trailerOf(raw.message, 'Pawl-Op') === 'epoch';
  const [first] = raw.parents;
  const continues = first !== undefined && (kinds[0] === true || !(await isCommit(catFile, first)));
  return {
    oid,
    tree: raw.tree,
    bundles: raw.parents.filter((_, index) => kinds[index] === false && !(index === 0 && continues)),
    strangers: raw.parents.filter((_, index) => kinds[index] === true && index > 0),
    epoch,
    previous: epoch ? trailerOf(raw.message, 'Pawl-Prev') : continues ? first : undefined,
    signed: raw.signed,
    time: raw.time,
  };
}

type CatFile = PrivateRepository['catFile'];

async function isDataCommit(catFile: CatFile, oid: string): Promise<boolean> {
  const object = await catFile.read(oid, 1_000_000);
  if (object?.type !== 'commit' || object.content === undefined) return false;
  const { tree } = parseCommit(object.content.toString('utf8'));
  return tree !== undefined && isData(catFile, tree);
}

const isCommit = async (catFile: CatFile, oid: string): Promise<boolean> =>
  (await catFile.read(oid, 0))?.type === 'commit';

/** No bundle can hold this file. */
const isData = async (catFile: CatFile, tree: string): Promise<boolean> =>
  (await readTree(catFile, tree).catch(() => [])).some(({ name }) => name === 'pawl.json');

interface RawCommit {
  readonly tree: string | undefined;
  readonly parents: readonly string[];
  readonly signed: boolean;
  readonly time: number;
  readonly message: string;
}

function parseCommit(text: string): RawCommit {
  const end = text.indexOf('\n\n');
  const head = (end < 0 ? text : text.slice(0, end)).split('\n');
  const values = (key: string): readonly string[] =>
    head.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const [, seconds = '0'] = /> (\d+) [+-]\d{4}$/.exec(values('committer')[0] ?? '') ?? [];
  return {
    tree: values('tree')[0],
    parents: values('parent'),
    signed: head.some((line) => /^gpgsig(?:-sha256)? /.test(line)),
    time: Number(seconds),
    message: end < 0 ? '' : text.slice(end + 2),
  };
}

const trailerOf = (message: string, key: string): string | undefined =>
  new RegExp(`^${key}: (.+)$`, 'm').exec(message)?.[1]?.trim();

/** Is a commit part of the chain that ends in a head? What lay before a dropped archive counts, when it is named. */
export const chainHolds = ({ commits, archived }: Chain, oid: string): boolean =>
  oid === archived || commits.some((commit) => commit.oid === oid);
