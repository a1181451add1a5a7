// One push for all that was handed over; nothing that the store has already, and a compaction when one is due.
import { canonicalJson, isExpected, type Problem, type Store } from '@pawl/core';
import { bundlesOf, handoverProblem, type Handover } from '@pawl/core/handover';
import type { NamedHandover } from './read-artifacts.ts';
import { unstored } from './publish-outcome.ts';

export interface StoredHandovers {
  /** Ids of the runs that the store has now, new or from before. */
  readonly ids: readonly string[];
  /** How many of them it did not have. */
  readonly added: number;
  readonly problems: readonly Problem[];
}

/** Bundles that wait before they are folded: the store's own measure, of a list that stays quick. */
const dueBundles = 20;

/** Told, and no reason to fail: everything is stored. */
export const notCompacted = 'STORE_NOT_COMPACTED';

export async function storeHandovers(store: Store, handovers: readonly Handover[]): Promise<StoredHandovers> {
  const ids = handovers.flatMap(({ bundle }) => bundle.runs.map(({ run }) => run.id));
  const problems: Problem[] = [];
  let added = 0;
  try {
    for (const bundle of bundlesOf(handovers, await knownIds(store, ids))) {
      const receipt = await store.add(bundle);
      if (receipt.kept === 'spool') problems.push(unstored(receipt.reason ?? 'the remote did not take it'));
      else added += bundle.runs.length;
    }
  } catch (error) {
    problems.push(unstored(reasonOf(error)));
  }
  if (problems.length === 0 && added > 0) problems.push(...(await compactIfDue(store)));
  return { ids: problems.some(({ code }) => code === 'RUN_NOT_STORED') ? [] : ids, added, problems };
}

/** Ids that a stranger's run has in common with a run of another content: the first stays, and the second is refused. */
export async function takenIds(store: Store, handovers: readonly NamedHandover[]): Promise<readonly Problem[]> {
  const ids = handovers.flatMap(({ handover }) => handover.bundle.runs.map(({ run }) => run.id));
  const problems: Problem[] = [];
  const met = new Set<string>();
  const known = await knownIds(store, ids);
  for (const { source, handover } of handovers) {
    for (const { run } of handover.bundle.runs) {
      if (met.has(run.id)) problems.push(handoverProblem(source, `run ${run.id} is in another handover too`));
      met.add(run.id);
      if (!known.has(run.id)) continue;
      const stored = await store.read(run.id);
      if (stored === undefined || canonicalJson(stored) !== canonicalJson(run))
        problems.push(handoverProblem(source, `the store has another run with the id ${run.id}`));
    }
  }
  return problems;
}

async function knownIds(store: Store, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const wanted = new Set(ids);
  const listed = await store.list({ all: true, matches: ({ id }) => wanted.has(id) });
  return new Set(listed.map(({ id }) => id));
}

async function compactIfDue(store: Store): Promise<readonly Problem[]> {
  try {
    await store.compact({ atLeast: dueBundles });
    return [];
  } catch (error) {
    // Without a checkout the store is reached over REST, which adds and does not fold: some other job does.
    if (isExpected(error) && error.code === 'STORE_NEEDS_CLONE') return [];
    return [
      {
        code: notCompacted,
        severity: 'warning',
        message: `The runs are stored, and were not folded: ${reasonOf(error)}`,
        hint: 'The next collect job or `pawl store compact` tries again.',
      },
    ];
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
