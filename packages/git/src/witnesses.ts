// What was seen before must be part of what is there now: the checkpoints of the ledger, and the head that this clone
// verified last.
import type { Problem } from '@pawl/core';
import { chainHolds, verifiedRef, type Chain } from './chain.ts';
import { problemOf } from './errors.ts';
import { lostData, rewoundData } from './guard.ts';
import { brokenLedger, readCheckpoints, type Checkpoint } from './ledger.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';

interface Witnesses {
  readonly refs: StoreRefs;
  readonly data: string | undefined;
  readonly chain: Chain | undefined;
  readonly ledger: string | undefined;
  readonly trustEpoch: boolean;
}

interface Witness {
  readonly name: string;
  readonly oid: string;
}

export async function witnessProblems(
  repository: PrivateRepository,
  { refs, data, chain, ledger, trustEpoch }: Witnesses,
): Promise<{ readonly problems: readonly Problem[]; readonly notes: readonly string[] }> {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const here = await verifiedHere(repository, refs);
  const witnesses: Witness[] = here === undefined ? [] : [{ name: 'an earlier verification here', oid: here }];
  let checkpoints: readonly Checkpoint[] = [];
  if (ledger !== undefined) {
    const read = await readCheckpoints(repository, ledger);
    checkpoints = read.sound;
    if (read.fault === undefined)
      notes.push(
        `${checkpoints.length} ${checkpoints.length === 1 ? 'checkpoint' : 'checkpoints'} in ${refs.ledger}, each following from the one before.`,
      );
    else problems.push(problemOf(brokenLedger(refs, read.fault)));
  }
  for (const { data: oid, sequence } of comparable(checkpoints, chain)) {
    witnesses.push({ name: `checkpoint ${sequence} of ${refs.ledger}`, oid });
  }
  const [first] = witnesses;
  if (data === undefined && first !== undefined) problems.push(problemOf(lostData(refs, first.name)));
  if (chain === undefined || chain.commits.length === 0) return { problems, notes };
  const gone = witnesses.findLast(({ oid }) => !chainHolds(chain, oid));
  if (gone === undefined) return { problems, notes };
  const beforeEpoch = chain.archived !== undefined && gone.oid === here;
  if (!beforeEpoch) problems.push(problemOf(rewoundData(refs, gone.name, gone.oid)));
  else if (trustEpoch || checkpoints.some(({ data: oid }) => oid === here))
    notes.push('What this clone verified last lies before an epoch whose archive is not kept.');
  else problems.push(epochUnknown(refs, chain, gone.oid));
  return { problems, notes };
}

const epochUnknown = (refs: StoreRefs, { archived = '' }: Chain, seen: string): Problem => ({
  code: 'STORE_EPOCH_UNKNOWN',
  severity: 'warning',
  message: `${refs.data} begins with an epoch after ${archived.slice(0, 12)}, which is not kept; whether it follows from ${seen.slice(0, 12)}, which was verified here, could not be told.`,
  hint: 'When you know who made the epoch, run `pawl store verify --trust-epoch` once.',
});

/** The head that this clone verified last. */
export async function verifiedHere({ git }: PrivateRepository, refs: StoreRefs): Promise<string | undefined> {
  const found = await git.run(['rev-parse', '--verify', '--quiet', verifiedRef(refs)], { answers: [1, 128] });
  return found.code === 0 ? found.stdout.toString('utf8').trim() : undefined;
}

/** Checkpoints that no repair took out of service, from the head before a dropped archive on. */
function comparable(checkpoints: readonly Checkpoint[], chain: Chain | undefined): readonly Checkpoint[] {
  const repaired = checkpoints.findLastIndex(({ replaces }) => replaces !== undefined);
  const archived = checkpoints.findLastIndex(({ data }) => data === chain?.archived);
  return checkpoints.slice(Math.max(0, repaired, archived));
}
