// From bundles to data: which bundles of the inbox are good, and the commits that take their records in. What is there
// already adds nothing, so folding twice is folding once.
import { writeCommit } from './commits.ts';
import type { Compactor } from './compaction.ts';
import { dataFormat, maxBundlesPerPush, maxParents } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readBundle, type StoredRecord } from './records.ts';
import { editTree, type TreeEditor } from './trees.ts';

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
export async function sortInbox(
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

export async function emptyData({ git, catFile }: PrivateRepository): Promise<TreeEditor> {
  const tree = editTree(git, catFile);
  const oid = await git.text(['hash-object', '-w', '--stdin'], { input: dataFormat() });
  await tree.put('pawl.json', { mode: '100644', oid });
  return tree;
}

interface Fold {
  readonly data: string | undefined;
  readonly records: readonly StoredRecord[];
  readonly conflicts: readonly InboxBundle[];
  /** Bundles that added something. */
  readonly taken: number;
}

export async function foldBundles(
  compactor: Pick<Compactor, 'repository' | 'now'>,
  tree: TreeEditor,
  oldData: string | undefined,
  bundles: readonly InboxBundle[],
): Promise<Fold> {
  const records: StoredRecord[] = [];
  const conflicts: InboxBundle[] = [];
  let data = oldData;
  let taken = 0;
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
    taken += parents.length;
    const message = `pawl: fold ${parents.length} bundle${parents.length === 1 ? '' : 's'}\n\nPawl-Schema: 1\nPawl-Op: compact\nPawl-Records: ${records.length - before}\n`;
    const head = { identity: compactor.repository.target.identity, time: compactor.now(), message };
    const root = await tree.write();
    data = await writeCommit(compactor.repository.git, head, root, data === undefined ? parents : [data, ...parents]);
  }
  return { data, records, conflicts, taken };
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
