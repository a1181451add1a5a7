// Is the history of the data what compactors write? Every commit only adds, and adds only what its bundles hold; only
// a recorded epoch takes away, and only what a tombstone names. What is not so was done by another hand.
import type { Problem } from '@pawl/core';
import type { Chain, ChainCommit } from './chain.ts';
import { recordPathOf, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { diffTrees, emptyTree, type TreeChange } from './tree-diff.ts';
import { mayBeDropped } from './tombstones.ts';

interface HistoryCheck {
  readonly problems: readonly Problem[];
  /** The newest commit up to which all is in order; undefined when already the oldest one is not. */
  readonly good: ChainCommit | undefined;
}

export interface HistoryRequest {
  readonly repository: PrivateRepository;
  readonly refs: StoreRefs;
  readonly chain: Chain;
  readonly tombstones: ReadonlySet<string>;
  /** Paths of the head whose content is not what it should be, with the reason. */
  readonly unsound: ReadonlyMap<string, string>;
}

/** @throws GitFailure when commits or trees of the chain are missing */
export async function checkHistory(request: HistoryRequest): Promise<HistoryCheck> {
  const { repository, chain, refs } = request;
  const oldestFirst = chain.commits.toReversed();
  const empty = emptyTree(repository.format);
  const steps = oldestFirst.map((commit, index): readonly [string, string] => [
    oldestFirst[index - 1]?.tree ?? empty,
    commit.tree,
  ]);
  const changes = await diffTrees(repository.git, steps);
  const bundles = await bundleFiles(repository, oldestFirst);
  const present = new Map<string, string>();
  const problems: Problem[] = [];
  let good: ChainCommit | undefined;
  for (const [index, commit] of oldestFirst.entries()) {
    const first = index === 0;
    const wrong = [
      ...shapeFaults(commit, first && chain.archived === undefined),
      ...(commit.epoch
        ? epochFaults(changes[index] ?? [], request, first)
        : stepFaults({ commit, changes: changes[index] ?? [], bundles, present, first })),
      ...(changes[index] ?? []).flatMap(({ path, kind }) => {
        const reason = kind === 'removed' ? undefined : request.unsound.get(path);
        return reason === undefined ? [] : [`${path} ${reason}`];
      }),
    ];
    for (const { path, oid, kind } of changes[index] ?? []) {
      if (kind === 'removed' && commit.epoch) present.delete(path);
      // What was there first is what should be there.
      else if (oid !== undefined && (!present.has(path) || path === 'pawl.json')) present.set(path, oid);
    }
    if (wrong.length === 0) {
      if (problems.length === 0) good = commit;
      continue;
    }
    problems.push(...wrong.slice(0, shown).map((what) => tampered(refs, commit, what)));
    if (wrong.length > shown)
      problems.push(tampered(refs, commit, `${wrong.length - shown} more files of it are not in order`));
  }
  return { problems, good };
}

/** Of one commit; more would bury the message. */
const shown = 20;

const tampered = ({ data }: StoreRefs, { oid }: ChainCommit, what: string): Problem => ({
  code: 'STORE_HISTORY_ALTERED',
  severity: 'error',
  message: `${data}, commit ${oid.slice(0, 12)}: ${what}.`,
  hint: 'Run `pawl store repair`: it goes back to the last good commit, folds the later bundles again, and keeps the altered head in quarantine.',
});

function shapeFaults(commit: ChainCommit, root: boolean): readonly string[] {
  return [
    ...commit.strangers.map((oid) => `merges ${oid.slice(0, 12)}, other data`),
    ...(commit.previous === undefined && !root ? ['begins anew without saying what came before'] : []),
    ...(commit.epoch && commit.previous === undefined ? ['is an epoch that does not name the head before it'] : []),
  ];
}

/** An epoch that is the oldest commit here cannot be compared; ledger and archive speak for what lay before. */
function epochFaults(
  changes: readonly TreeChange[],
  { tombstones }: HistoryRequest,
  oldest: boolean,
): readonly string[] {
  return changes.flatMap(({ kind, path }) => {
    if (path === 'pawl.json') return [];
    if (oldest) return recordPathOf(path) === undefined ? [`${path} does not belong here`] : [];
    if (kind === 'removed')
      return mayBeDropped(path, tombstones) ? [] : [`the epoch dropped ${path}, which has no tombstone`];
    return [`the epoch ${kind} ${path}`];
  });
}

interface Step {
  readonly commit: ChainCommit;
  readonly changes: readonly TreeChange[];
  readonly bundles: ReadonlyMap<string, BundleContent>;
  /** Path → blob, before this commit. */
  readonly present: ReadonlyMap<string, string>;
  readonly first: boolean;
}

function stepFaults({ commit, changes, bundles, present, first }: Step): readonly string[] {
  const faults: string[] = [];
  const added = new Map(
    changes.flatMap(({ kind, path, oid }) => (kind === 'added' && oid !== undefined ? [[path, oid] as const] : [])),
  );
  const brought = new Map<string, Set<string>>();
  for (const oid of commit.bundles) {
    const bundle = bundles.get(oid);
    if (bundle === undefined) continue;
    if (bundle.reason !== undefined) faults.push(`took in bundle ${oid.slice(0, 12)}, which ${bundle.reason}`);
    for (const { path, blob } of bundle.files) {
      const blobs = brought.get(path) ?? new Set();
      brought.set(path, blobs.add(blob));
    }
    faults.push(...leftOut(bundle, (path) => added.get(path) ?? present.get(path)));
  }
  for (const { kind, path, oid } of changes) {
    if (kind === 'removed') faults.push(`${path} was removed`);
    if (kind === 'changed') faults.push(`${path} was changed`);
    if (kind !== 'added' || (first && path === 'pawl.json')) continue;
    if (recordPathOf(path) === undefined) faults.push(`${path} does not belong here`);
    else if (brought.get(path)?.has(oid ?? '') !== true) faults.push(`${path} came with no bundle`);
  }
  return faults;
}

/** A record of a bundle is in the data, or another one took its place before it. */
function leftOut({ files }: BundleContent, blobOf: (path: string) => string | undefined): readonly string[] {
  const records = Map.groupBy(files, ({ path }) => recordPathOf(path)?.id);
  return [...records.values()].flatMap((own) => {
    const missing = own.filter(({ path }) => blobOf(path) === undefined);
    const clash = own.some(({ path, blob }) => (blobOf(path) ?? blob) !== blob);
    return clash ? [] : missing.map(({ path }) => `${path} of its bundle is not there`);
  });
}

interface BundleContent {
  readonly files: readonly { readonly path: string; readonly blob: string }[];
  /** Why no compactor would have taken it. */
  readonly reason: string | undefined;
}

async function bundleFiles(
  repository: PrivateRepository,
  commits: readonly ChainCommit[],
): Promise<ReadonlyMap<string, BundleContent>> {
  const oids = [...new Set(commits.flatMap((commit) => commit.bundles))];
  const trees: (readonly [oid: string, tree: string])[] = [];
  const found = new Map<string, BundleContent>();
  for (const oid of oids) {
    const object = await repository.catFile.read(oid, 1_000_000);
    const [, tree] = /^tree ([0-9a-f]+)\n/.exec(object?.content?.toString('latin1', 0, 100) ?? '') ?? [];
    if (object?.type === 'commit' && tree !== undefined) trees.push([oid, tree]);
    else found.set(oid, { files: [], reason: 'is no commit' });
  }
  const empty = emptyTree(repository.format);
  const listed = await diffTrees(
    repository.git,
    trees.map(([, tree]) => [empty, tree]),
  );
  for (const [index, [oid]] of trees.entries()) {
    const files = (listed[index] ?? []).map(({ path, oid: blob }) => ({ path, blob: blob ?? '' }));
    const foreign = files.find(({ path }) => recordPathOf(path) === undefined);
    found.set(oid, { files, reason: foreign === undefined ? undefined : `holds ${foreign.path}` });
  }
  return found;
}
