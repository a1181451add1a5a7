// Does the index say what the data say?
import type { Problem } from '@pawl/core';
import { chainHolds, type Chain } from './chain.ts';
import { problemOf, StoreError } from './errors.ts';
import { lostData, rewoundData } from './guard.ts';
import { openIndex, type StoreIndex } from './index-segments.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';

interface IndexRequest {
  readonly refs: StoreRefs;
  readonly data: string | undefined;
  readonly index: string;
  readonly chain: Chain | undefined;
}

interface Records {
  /** Id → blob. */
  readonly runs: ReadonlyMap<string, string>;
  readonly operations: ReadonlyMap<string, string>;
}

/** Of the ids that are wrong; more would bury the message. */
const shown = 20;

export async function indexProblems(
  { catFile }: PrivateRepository,
  { refs, data, index, chain }: IndexRequest,
  known: Records,
): Promise<{ readonly problems: readonly Problem[]; readonly notes: readonly string[] }> {
  const opened = await openIndex(catFile, index, new Map());
  if (opened.dataCommit === undefined) return { problems: [wrong(`${refs.index} cannot be read`)], notes: [] };
  if (data === undefined) return { problems: [problemOf(lostData(refs, refs.index))], notes: [] };
  // What could not be read cannot be compared.
  if (chain === undefined || chain.commits.length === 0) return { problems: [], notes: [] };
  if (opened.dataCommit !== data) {
    // An index that lags is no fault: readers look at the data themselves, and the next compaction brings it up.
    if (chainHolds(chain, opened.dataCommit))
      return { problems: [], notes: [`${refs.index} lags behind ${refs.data}; the next compaction brings it up.`] };
    return { problems: [problemOf(rewoundData(refs, refs.index, opened.dataCommit))], notes: [] };
  }
  const listed = await rowsOf(opened).catch((error: unknown) => {
    if (error instanceof StoreError) return undefined;
    throw error;
  });
  if (listed === undefined) return { problems: [wrong(`${refs.index} cannot be read in full`)], notes: [] };
  const truth = new Map([...known.runs, ...known.operations]);
  const different = [...new Set([...listed.keys(), ...truth.keys()])].filter((id) => listed.get(id) !== truth.get(id));
  const problems = different.slice(0, shown).map((id) => wrong(`${refs.index} is wrong about ${id}`));
  if (different.length > shown) problems.push(wrong(`${refs.index} is wrong about ${different.length - shown} more`));
  return { problems, notes: [] };
}

async function rowsOf(index: StoreIndex): Promise<ReadonlyMap<string, string>> {
  const listed = new Map<string, string>();
  for (const day of index.runDays.keys()) for (const row of await index.runs(day)) listed.set(row.summary.id, row.run);
  for (const day of index.operationDays.keys())
    for (const row of await index.operations(day)) listed.set(row.id, row.blob);
  return listed;
}

const wrong = (message: string): Problem => ({
  code: 'STORE_INDEX_WRONG',
  severity: 'error',
  message: `${message}.`,
  hint: 'Run `pawl store compact --reindex`: it writes the index anew from the data.',
});
