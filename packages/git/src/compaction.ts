// Folds the inbox into data and index. The target changes by one atomic push only, so wherever this dies the store is
// either as before or folded; the push holds leases, so of two compactors one wins and the other looks again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@pawl/core';
import { writeCommit } from './commits.ts';
import { openData, unreadable } from './data-rows.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { openIndex } from './index-segments.ts';
import { writeIndex } from './index-writer.ts';
import { dataFormat, maxBundlesPerPush, maxParents, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readBundle, type StoredRecord } from './records.ts';
import { editTree, type TreeEditor } from './trees.ts';

export interface Compaction {
  /** Bundles that left the inbox. */
  readonly folded: number;
  readonly quarantined: number;
  /** Bundles that stay in the inbox, or went to quarantine, and why. */
  readonly problems: readonly Problem[];
}

export interface Compactor {
  readonly repository: PrivateRepository;
  readonly refs: StoreRefs;
  readonly now: () => number;
}

const attempts = 8;

/** @throws StoreError when the target cannot be reached or refuses the push */
export async function compactInbox(compactor: Compactor): Promise<Compaction> {
  const total = { folded: 0, quarantined: 0, problems: new Map<string, Problem>() };
  for (let attempt = 1; ;) {
    const step = await foldOnce(compactor).catch((error: unknown) => {
      if (error instanceof GitFailure) return error;
      throw error;
    });
    if (!(step instanceof GitFailure)) {
      total.folded += step.folded;
      total.quarantined += step.quarantined;
      for (const problem of step.problems) total.problems.set(problem.message, problem);
      if (!step.more) return { ...total, problems: [...total.problems.values()] };
      attempt = 1;
      continue;
    }
    if (attempt === attempts) throw refused(compactor, step);
    // Full jitter: compactors that met once should not meet again.
    await sleep(Math.random() * Math.min(8000, 100 * 2 ** attempt));
    attempt += 1;
  }
}

function refused({ repository, refs }: Compactor, cause: GitFailure): StoreError {
  const message = `${repository.target.label} did not take the folded ${refs.data}: ${wordsOf(cause)}`;
  return new StoreError('STORE_COMPACTION_REFUSED', message, {
    hint: 'Compaction creates, moves and deletes refs: give the job `contents: write`. Nothing is lost; the runs stay in the inbox.',
    cause,
  });
}

interface Step {
  readonly folded: number;
  readonly quarantined: number;
  readonly problems: readonly Problem[];
  readonly more: boolean;
}

const nothing: Step = { folded: 0, quarantined: 0, problems: [], more: false };

async function foldOnce(compactor: Compactor): Promise<Step> {
  const { repository, refs } = compactor;
  const remote = await repository.listRemote([refs.inbox, refs.data, refs.index]);
  const inbox = [...remote].filter(([ref]) => ref.startsWith(refs.inbox)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const old = { data: remote.get(refs.data), index: remote.get(refs.index) };
  if (inbox.length === 0 && old.data === undefined) return nothing;
  await repository.fetch([...(old.index === undefined ? [] : [old.index]), ...inbox.map(([, oid]) => oid)]);
  if (inbox.length === 0 && (await indexIsRight(repository, old))) return nothing;
  if (old.data !== undefined) await repository.fetch([old.data], { what: 'trees' });
  const sorted = await sortInbox(repository, inbox);
  const tree = old.data === undefined ? await emptyData(repository) : await openData(repository, old.data);
  const fold = await foldBundles(compactor, tree, old.data, sorted.valid);
  const index =
    fold.data === undefined
      ? undefined
      : await writeIndex(compactor, { old, data: fold.data, tree, added: fold.records });
  const quarantine = [...sorted.invalid, ...fold.conflicts];
  const changes = [
    ...(fold.data === old.data || fold.data === undefined ? [] : [`${fold.data}:${refs.data}`]),
    ...(index === undefined || index === old.index ? [] : [`${index}:${refs.index}`]),
    ...[...sorted.valid, ...sorted.invalid].map(({ ref }) => `:${ref}`),
    ...quarantine.map(({ ref, oid }) => `+${oid}:${ref.replace(refs.inbox, refs.quarantine)}`),
  ];
  const done = {
    folded: sorted.valid.length,
    quarantined: quarantine.length,
    problems: [...quarantine, ...sorted.newer].map(({ ref, reason }) => unreadable(ref, reason)),
    more: sorted.taken < inbox.length,
  };
  if (changes.length === 0) return done;
  const leases = new Map([...sorted.valid, ...sorted.invalid].map(({ ref, oid }) => [ref, oid]));
  leases.set(refs.data, old.data ?? '').set(refs.index, old.index ?? '');
  const result = await repository.push(changes, { leases, atomic: true });
  if (result.code !== 0) throw new GitFailure(['push'], result.code, result.stderr);
  return done;
}

async function indexIsRight(
  { catFile }: PrivateRepository,
  old: { readonly data: string | undefined; readonly index: string | undefined },
): Promise<boolean> {
  return old.index !== undefined && (await openIndex(catFile, old.index, new Map())).dataCommit === old.data;
}

interface InboxBundle {
  readonly ref: string;
  readonly oid: string;
  readonly reason: string;
  readonly records: readonly StoredRecord[];
}

interface SortedInbox {
  readonly valid: readonly InboxBundle[];
  readonly invalid: readonly InboxBundle[];
  /** Written by a newer Pawl: a newer compactor folds it. */
  readonly newer: readonly InboxBundle[];
  /** Refs looked at. */
  readonly taken: number;
}

/** Oldest first, as many as one push can fold. One bad bundle never stands in the way of the others. */
async function sortInbox(
  repository: PrivateRepository,
  inbox: readonly (readonly [string, string])[],
): Promise<SortedInbox> {
  const sorted = { valid: [] as InboxBundle[], invalid: [] as InboxBundle[], newer: [] as InboxBundle[], taken: 0 };
  for (const [ref, oid] of inbox) {
    if (sorted.valid.length + sorted.invalid.length === maxBundlesPerPush) break;
    const read = await readBundle(repository.catFile, oid, true);
    sorted.taken += 1;
    const bundle = { ref, oid, reason: '', records: [] };
    if (read.state === 'valid') sorted.valid.push({ ...bundle, records: read.value });
    else sorted[read.state].push({ ...bundle, reason: read.reason });
  }
  return sorted;
}

async function emptyData({ git, catFile }: PrivateRepository): Promise<TreeEditor> {
  const tree = editTree(git, catFile);
  const oid = await git.text(['hash-object', '-w', '--stdin'], { input: dataFormat });
  await tree.put('pawl.json', { mode: '100644', oid });
  return tree;
}

interface Fold {
  readonly data: string | undefined;
  readonly records: readonly StoredRecord[];
  readonly conflicts: readonly InboxBundle[];
}

async function foldBundles(
  compactor: Compactor,
  tree: TreeEditor,
  oldData: string | undefined,
  bundles: readonly InboxBundle[],
): Promise<Fold> {
  const records: StoredRecord[] = [];
  const conflicts: InboxBundle[] = [];
  let data = oldData;
  for (let start = 0; start < bundles.length; start += maxParents) {
    const parents: string[] = [];
    const before = records.length;
    for (const bundle of bundles.slice(start, start + maxParents)) {
      const outcome = await foldBundle(tree, bundle.records);
      records.push(...outcome.added);
      if (outcome.added.length > 0) parents.push(bundle.oid);
      if (outcome.conflict !== undefined) {
        conflicts.push({ ...bundle, reason: `holds another ${outcome.conflict}; the first one stays` });
      }
    }
    if (parents.length === 0) continue;
    const message = `pawl: fold ${parents.length} bundle${parents.length === 1 ? '' : 's'}\n\nPawl-Schema: 1\nPawl-Op: compact\nPawl-Records: ${records.length - before}\n`;
    const head = { identity: compactor.repository.target.identity, time: compactor.now(), message };
    const root = await tree.write();
    data = await writeCommit(compactor.repository.git, head, root, data === undefined ? parents : [data, ...parents]);
  }
  return { data, records, conflicts };
}

/** Record by record: all files of a record, or none of them. */
async function foldBundle(
  tree: TreeEditor,
  records: readonly StoredRecord[],
): Promise<{ readonly added: readonly StoredRecord[]; readonly conflict: string | undefined }> {
  const added: StoredRecord[] = [];
  let conflict: string | undefined;
  for (const record of records) {
    const missing: (readonly [string, string])[] = [];
    let clash: string | undefined;
    for (const [path, oid] of record.files) {
      const known = await tree.entry(path);
      if (known === undefined) missing.push([path, oid]);
      else if (known.oid !== oid) clash = path;
    }
    if (clash !== undefined) conflict ??= clash;
    if (clash !== undefined || missing.length === 0) continue;
    for (const [path, oid] of missing) await tree.put(path, { mode: '100644', oid });
    added.push(record);
  }
  return { added, conflict };
}
