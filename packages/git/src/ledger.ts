// The ledger: a small branch of checkpoints, each with the data and index it saw and the digest of the one before.
// Hosts protect branches, not our refs: when only the compactor may push here, nobody moves the data back unseen.
import { canonicalJson } from '@pawl/core';
import { treeOf, writeCommit } from './commits.ts';
import { sha256 } from './digests.ts';
import { GitFailure, StoreError } from './errors.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readTree } from './trees.ts';

export interface Checkpoint {
  readonly schema: 'pawl.checkpoint/1';
  readonly sequence: number;
  readonly data: string;
  readonly index: string;
  /** Run records in the data. */
  readonly runs: number;
  /** Digest of the checkpoint before this one. */
  readonly previous: string | null;
  /** A repair: this head was taken out of service, and `data` stands in its place. */
  readonly replaces?: string;
}

export interface Ledger {
  readonly commit: string;
  readonly tip: Checkpoint;
}

const file = 'checkpoint.json';

/** @throws StoreError when the branch holds no checkpoint */
export async function readLedger(repository: PrivateRepository, refs: StoreRefs, commit: string): Promise<Ledger> {
  await repository.fetch([commit]);
  const found = await readCheckpoint(repository, commit);
  if (found.checkpoint === undefined) throw brokenLedger(refs, `commit ${commit.slice(0, 12)} holds no checkpoint`);
  return { commit, tip: found.checkpoint };
}

export interface Checkpoints {
  /** Those that follow from each other, oldest first. */
  readonly sound: readonly Checkpoint[];
  /** The commit of the last of them. */
  readonly commit: string | undefined;
  /** What is wrong with the first one that does not follow. */
  readonly fault: string | undefined;
}

/** From the first checkpoint on, as far as each follows from the one before it. */
export async function readCheckpoints(repository: PrivateRepository, commit: string): Promise<Checkpoints> {
  await repository.fetch([commit]);
  const newestFirst: { readonly at: string; readonly checkpoint: Checkpoint | undefined }[] = [];
  for (let at: string | undefined = commit; at !== undefined;) {
    const found = await readCheckpoint(repository, at);
    newestFirst.push({ at, checkpoint: found.checkpoint });
    at = found.parent;
  }
  const sound: Checkpoint[] = [];
  let last: string | undefined;
  for (const { at, checkpoint } of newestFirst.reverse()) {
    const before = sound.at(-1);
    const previous = before === undefined ? null : digestOfCheckpoint(before);
    if (checkpoint?.sequence !== sound.length + 1 || checkpoint.previous !== previous) {
      return {
        sound,
        commit: last,
        fault: `commit ${at.slice(0, 12)} does not follow from checkpoint ${sound.length}`,
      };
    }
    sound.push(checkpoint);
    last = at;
  }
  return { sound, commit: last, fault: undefined };
}

export const brokenLedger = (refs: StoreRefs, fault: string): StoreError =>
  new StoreError('STORE_LEDGER_BROKEN', `${refs.ledger}: ${fault}.`, {
    hint: 'Somebody else wrote to the branch. Run `pawl store repair`: it goes back to the last checkpoint that follows, and keeps the other head in quarantine.',
  });

const digestOfCheckpoint = (checkpoint: Checkpoint): string => sha256(Buffer.from(canonicalJson(checkpoint)));

async function readCheckpoint(
  { catFile }: PrivateRepository,
  commit: string,
): Promise<{ readonly checkpoint: Checkpoint | undefined; readonly parent: string | undefined }> {
  const object = await catFile.read(commit, 1_000_000);
  const raw = object?.type === 'commit' ? object.content : undefined;
  const root = raw === undefined ? undefined : treeOf(raw);
  if (raw === undefined || root === undefined) return { checkpoint: undefined, parent: undefined };
  const entry = (await readTree(catFile, root)).find(({ name }) => name === file);
  const content = entry === undefined ? undefined : (await catFile.read(entry.oid, 100_000))?.content;
  const [, parent] = /^tree [0-9a-f]+\nparent ([0-9a-f]+)\n/.exec(raw.toString('latin1', 0, 300)) ?? [];
  return { checkpoint: content === undefined ? undefined : parse(content.toString('utf8')), parent };
}

function parse(text: string): Checkpoint | undefined {
  try {
    const value = JSON.parse(text) as Partial<Checkpoint> | null;
    const whole =
      value?.schema === 'pawl.checkpoint/1' &&
      Number.isInteger(value.sequence) &&
      typeof value.data === 'string' &&
      typeof value.index === 'string' &&
      typeof value.runs === 'number' &&
      (value.previous === null || typeof value.previous === 'string');
    return whole ? (value as Checkpoint) : undefined;
  } catch {
    return undefined;
  }
}

interface CheckpointRequest {
  readonly repository: PrivateRepository;
  readonly refs: StoreRefs;
  readonly now: () => number;
  readonly before: Ledger | undefined;
  readonly state: Pick<Checkpoint, 'data' | 'index' | 'runs' | 'replaces'>;
}

/** Writes the next checkpoint here. @returns its commit, to be pushed with the data and index it speaks of */
export async function writeCheckpoint({ repository, refs, now, before, state }: CheckpointRequest): Promise<string> {
  const checkpoint: Checkpoint = {
    schema: 'pawl.checkpoint/1',
    sequence: (before?.tip.sequence ?? 0) + 1,
    ...state,
    previous: before === undefined ? null : digestOfCheckpoint(before.tip),
  };
  const { git } = repository;
  const write = (input: string): Promise<string> => git.text(['hash-object', '-w', '--stdin'], { input });
  const files = [
    [file, await write(`${canonicalJson(checkpoint)}\n`)],
    ['README.md', await write(readme(refs))],
  ];
  const tree = await git.text(['mktree'], {
    input: files.map(([name, oid]) => `100644 blob ${oid}\t${name}\n`).join(''),
  });
  const head = {
    identity: repository.target.identity,
    time: now(),
    message: `pawl: checkpoint ${checkpoint.sequence}, ${checkpoint.runs} runs [skip ci]\n`,
  };
  return writeCommit(git, head, tree, before === undefined ? [] : [before.commit]);
}

const readme = ({ data, index }: StoreRefs): string => `# The ledger of this repository's runs

Pawl keeps runs in \`${data}\` and \`${index}\`, which \`git clone\` leaves out; \`pawl run list\` shows them. Each commit on
this branch is a checkpoint: the data and index of that time, and the digest of the checkpoint before. \`pawl store
verify\` compares them, so that data that were moved back or written anew are found. Protect this branch: no force push,
no deletion, and only the compactor may push.
`;

/** A push may hold the ledger back by a rule of the host; the message then says which ref it is about. */
export const ledgerWords = (refs: StoreRefs, failure: GitFailure): string =>
  failure.stderr.includes(refs.ledger) ? ` Let the job that compacts push to ${refs.ledger}.` : '';
