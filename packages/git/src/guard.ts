// What the compactor looks at before it builds on the data ref: whether it is still the one that index and ledger saw.
// Folding onto data that were lost or moved back would bury the loss under good commits.
import { chainHolds, readChain } from './chain.ts';
import { StoreError } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';

interface SeenData {
  readonly data: string | undefined;
  /** The data commit that the index was made from. */
  readonly indexed: string | undefined;
  readonly ledger: Ledger | undefined;
}

/** @throws StoreError when commits that were seen before are gone from the data */
export async function guardData(repository: PrivateRepository, refs: StoreRefs, seen: SeenData): Promise<void> {
  const witnesses: readonly (readonly [string, string | undefined])[] = [
    [refs.index, seen.indexed],
    [refs.ledger, seen.ledger?.tip.data],
  ];
  const asked = witnesses.filter(([, oid]) => oid !== undefined && oid !== seen.data);
  if (asked.length === 0) return;
  if (seen.data === undefined) throw lostData(refs, asked[0]?.[0] ?? refs.index);
  const chain = await readChain(repository, refs, seen.data);
  const gone = asked.find(([, oid]) => !chainHolds(chain, oid ?? ''));
  if (gone !== undefined) throw rewoundData(refs, gone[0], gone[1] ?? '');
}

export const lostData = (refs: StoreRefs, witness: string): StoreError =>
  new StoreError('STORE_DATA_LOST', `${refs.data} is gone, and ${witness} tells that it was there.`, {
    hint: 'Run `pawl store repair`: it brings the data back from the remote, or from a clone that verified them.',
  });

export const rewoundData = (refs: StoreRefs, witness: string, commit: string): StoreError =>
  new StoreError(
    'STORE_DATA_REWOUND',
    `${refs.data} was moved back or written anew: ${witness} saw commit ${commit.slice(0, 12)}, which is not part of it any more.`,
    { hint: 'Run `pawl store repair`: it goes back to what was seen, and folds again what came later.' },
  );
