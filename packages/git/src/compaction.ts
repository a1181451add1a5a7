// Folds the inbox into data and index. The target changes by one atomic push only, so wherever this dies the store is
// either as before or folded; the push holds leases, so of two compactors one wins and the other looks again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@pawl/core';
import { openData, unreadable } from './data-rows.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { emptyData, foldBundles, sortInbox } from './fold.ts';
import { guardData } from './guard.ts';
import { openIndex } from './index-segments.ts';
import { writeIndex } from './index-writer.ts';
import { ledgerWords, readLedger, writeCheckpoint, type Ledger } from './ledger.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import type { StoredRecord } from './records.ts';
import type { TreeEditor } from './trees.ts';

export interface Compaction {
  /** Bundles whose records are in the data now and were not before. */
  readonly folded: number;
  readonly quarantined: number;
  /** Folded bundles whose inbox refs could not be deleted: they stay, and are not folded again. */
  readonly left: number;
  /** Bundles that stay in the inbox, or went to quarantine, and why. */
  readonly problems: readonly Problem[];
}

export interface Compactor {
  readonly repository: PrivateRepository;
  readonly refs: StoreRefs;
  readonly now: () => number;
  /** Begin a ledger when there is none; one that is there is always kept up. */
  readonly ledger?: boolean;
  /** Write the whole index anew from the data. */
  readonly reindex?: boolean;
}

const attempts = 8;

/** @throws StoreError when the target cannot be reached, refuses the push, or has lost data that were seen before */
export async function compactInbox(compactor: Compactor): Promise<Compaction> {
  const done = { folded: 0, quarantined: 0, problems: new Map<string, Problem>() };
  const left = new Set<string>();
  let { reindex = false } = compactor;
  for (let attempt = 1; ;) {
    const step = await foldOnce({ ...compactor, reindex }, left).catch((error: unknown) => {
      if (error instanceof GitFailure) return error;
      throw error;
    });
    if (!(step instanceof GitFailure)) {
      done.folded += step.folded;
      done.quarantined += step.quarantined;
      for (const problem of step.problems) done.problems.set(problem.message, problem);
      if (!step.more)
        return { ...done, left: left.size, problems: [...done.problems.values(), ...undeletable(compactor, left)] };
      attempt = 1;
      reindex = false;
      continue;
    }
    if (attempt === attempts || step instanceof PolicyRefusal) throw refused(compactor, step);
    // Full jitter: compactors that met once should not meet again.
    await sleep(Math.random() * Math.min(8000, 100 * 2 ** attempt));
    attempt += 1;
  }
}

/** The same refs before and after: nobody was quicker, so it is a rule of the target that says no. */
class PolicyRefusal extends GitFailure {}

function refused({ repository, refs }: Compactor, cause: GitFailure): StoreError {
  const message = `${repository.target.label} did not take the folded ${refs.data}: ${wordsOf(cause)}`;
  return new StoreError('STORE_COMPACTION_REFUSED', message, {
    hint: `Compaction creates, moves and deletes refs: give the job \`contents: write\`, and let it pass the host's rules for these refs.${ledgerWords(refs, cause)} Nothing is lost; the runs stay in the inbox.`,
    cause,
  });
}

function undeletable({ repository, refs }: Compactor, left: ReadonlySet<string>): readonly Problem[] {
  const [first] = left;
  if (first === undefined) return [];
  return [
    {
      code: 'STORE_INBOX_STAYS',
      severity: 'warning',
      message: `${repository.target.label} did not let ${left.size} folded ${left.size === 1 ? 'bundle' : 'bundles'} be deleted from the inbox (${first}${left.size === 1 ? '' : ' and others'}).`,
      hint: `Their runs are in ${refs.data} and are not folded twice. Compact once with credentials that may delete refs under ${refs.inbox}.`,
    },
  ];
}

interface Step {
  readonly folded: number;
  readonly quarantined: number;
  readonly problems: readonly Problem[];
  readonly more: boolean;
}

const nothing: Step = { folded: 0, quarantined: 0, problems: [], more: false };

interface OldState {
  readonly data: string | undefined;
  readonly index: string | undefined;
}

/** @param left inbox refs that are known to be folded and cannot be deleted; grows */
async function foldOnce(compactor: Compactor, left: Set<string>): Promise<Step> {
  const { repository, refs, reindex = false } = compactor;
  const remote = await repository.listRemote([refs.inbox, refs.data, refs.index, refs.ledger]);
  const inbox = [...remote]
    .filter(([ref]) => ref.startsWith(refs.inbox) && !left.has(ref))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const old = { data: remote.get(refs.data), index: remote.get(refs.index) };
  const ledger = await openLedger(compactor, remote.get(refs.ledger));
  if (inbox.length === 0 && old.data === undefined && old.index === undefined && ledger === undefined) return nothing;
  await repository.fetch([...(old.index === undefined ? [] : [old.index]), ...inbox.map(([, oid]) => oid)]);
  const indexed = await indexedData(repository, old.index);
  await guardData(repository, refs, { data: old.data, indexed, ledger });
  const wantsCheckpoint = compactor.ledger === true && ledger === undefined;
  if (inbox.length === 0 && indexed === old.data && !reindex && !wantsCheckpoint) return nothing;
  if (old.data !== undefined) await repository.fetch([old.data], { what: 'trees' });
  const sorted = await sortInbox(repository, inbox);
  const tree = old.data === undefined ? await emptyData(repository) : await openData(repository, old.data);
  const fold = await foldBundles(compactor, tree, old.data, sorted.valid);
  const moves =
    fold.data === undefined
      ? []
      : await movedRefs(compactor, { old, ledger, tree, data: fold.data, added: fold.records, rebuild: reindex });
  const quarantine = [...sorted.invalid, ...fold.conflicts];
  const plan: Plan = {
    moves: [...moves, ...quarantine.map(({ ref, oid }) => `+${oid}:${ref.replace(refs.inbox, refs.quarantine)}`)],
    deletes: new Map([...sorted.valid, ...sorted.invalid].map(({ ref, oid }) => [ref, oid])),
    leases: leasesOf(refs, { ...old, ledger: ledger?.commit }),
  };
  const deleted = await pushPlan(compactor, plan, remote);
  if (!deleted) for (const ref of plan.deletes.keys()) left.add(ref);
  return {
    folded: deleted ? sorted.valid.length : fold.taken,
    quarantined: quarantine.length,
    problems: [...quarantine, ...sorted.newer].map(({ ref, reason }) => unreadable(ref, reason)),
    more: sorted.taken < inbox.length,
  };
}

async function openLedger({ repository, refs }: Compactor, commit: string | undefined): Promise<Ledger | undefined> {
  return commit === undefined ? undefined : readLedger(repository, refs, commit);
}

async function indexedData({ catFile }: PrivateRepository, index: string | undefined): Promise<string | undefined> {
  return index === undefined ? undefined : (await openIndex(catFile, index, new Map())).dataCommit;
}

interface NewData {
  readonly old: OldState;
  readonly ledger: Ledger | undefined;
  readonly data: string;
  /** The tree of `data`. */
  readonly tree: TreeEditor;
  readonly added: readonly StoredRecord[];
  /** Leave nothing of the old index. */
  readonly rebuild: boolean;
  /** A repair: the head that these data stand in for. */
  readonly replaces?: string;
}

/** Refspecs for the data, the index that belongs to it and, where one is kept, the next checkpoint. */
export async function movedRefs(compactor: Compactor, next: NewData): Promise<readonly string[]> {
  const { repository, refs, now } = compactor;
  const { old, ledger, data, tree, added, rebuild, replaces } = next;
  // Without an old index, everything is read from the data.
  const from = rebuild ? { data, index: undefined } : old;
  const { index, recent } = await writeIndex(compactor, { old: from, data, tree, added: rebuild ? [] : added });
  const moved = [
    ...(data === old.data ? [] : [`+${data}:${refs.data}`]),
    ...(index === old.index ? [] : [`+${index}:${refs.index}`]),
    ...(recent === undefined ? [] : [`+${recent}:${refs.recent}`]),
  ];
  const kept = ledger !== undefined || compactor.ledger === true;
  if (!kept || (moved.length === 0 && ledger !== undefined)) return moved;
  const runs = await countRuns(tree);
  const state = { data, index, runs, ...(replaces !== undefined && { replaces }) };
  const checkpoint = await writeCheckpoint({ repository, refs, now, before: ledger, state });
  return [...moved, `${checkpoint}:${refs.ledger}`];
}

async function countRuns(tree: TreeEditor): Promise<number> {
  let runs = 0;
  for (const { name } of await tree.entries('runs')) runs += (await tree.entries(`runs/${name}`)).length;
  return runs;
}

export const leasesOf = (
  refs: StoreRefs,
  old: OldState & { readonly ledger: string | undefined },
): ReadonlyMap<string, string> =>
  new Map([
    [refs.data, old.data ?? ''],
    [refs.index, old.index ?? ''],
    [refs.ledger, old.ledger ?? ''],
  ]);

interface Plan {
  readonly moves: readonly string[];
  readonly deletes: ReadonlyMap<string, string>;
  readonly leases: ReadonlyMap<string, string>;
}

/**
 * All or nothing; but where deleting is not allowed, the moves alone: then the bundles stay in the inbox, and the next
 * compactor finds that they add nothing.
 * @returns false when the refs to be deleted stay
 * @throws GitFailure when another was quicker, PolicyRefusal when it is not allowed
 */
async function pushPlan(compactor: Compactor, plan: Plan, before: ReadonlyMap<string, string>): Promise<boolean> {
  const { repository, refs } = compactor;
  const deletes = [...plan.deletes.keys()].map((ref) => `:${ref}`);
  if (plan.moves.length + deletes.length === 0) return true;
  const whole = await repository.push([...plan.moves, ...deletes], {
    leases: new Map([...plan.leases, ...plan.deletes]),
    atomic: true,
  });
  if (whole.code === 0) return true;
  const failure = new GitFailure(['push'], whole.code, whole.stderr);
  const after = await repository.listRemote([refs.inbox, refs.data, refs.index, refs.ledger]);
  const untouched = [...plan.leases.keys(), ...plan.deletes.keys()].every((ref) => before.get(ref) === after.get(ref));
  // Code 1 is the answer of a target that was reached; anything else may pass.
  if (!untouched || whole.code !== 1) throw failure;
  if (deletes.length === 0) throw new PolicyRefusal(['push'], whole.code, whole.stderr);
  if (plan.moves.length === 0) return false;
  const rest = await repository.push(plan.moves, { leases: plan.leases, atomic: true });
  if (rest.code === 0) return false;
  const again = await repository.listRemote([refs.data, refs.index, refs.ledger]);
  const same = [...plan.leases.keys()].every((ref) => before.get(ref) === again.get(ref));
  throw same && rest.code === 1 ? new PolicyRefusal(['push'], rest.code, rest.stderr) : failure;
}
