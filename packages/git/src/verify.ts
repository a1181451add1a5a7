// Reads everything once more and compares it with what it claims to be: records, digests, paths, index, the inbox, the
// history of the data, signatures, and what ledger and earlier verifications have seen.
import type { Problem } from '@pawl/core';
import { verifiedRef, type Chain } from './chain.ts';
import { unreadable } from './data-rows.ts';
import { StoreError, wordsOf } from './errors.ts';
import { indexProblems } from './index-check.ts';
import { inspectData } from './inspect.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readBundle } from './records.ts';
import { checkSignatures } from './signatures.ts';
import { witnessProblems } from './witnesses.ts';

export interface Verification {
  readonly runs: number;
  readonly operations: number;
  /** `broken`: something is not as it was written. `unknown`: something could not be looked at. */
  readonly state: 'sound' | 'broken' | 'unknown';
  /** Errors are faults; warnings are what could not be told. */
  readonly problems: readonly Problem[];
  /** Worth knowing, and no fault. */
  readonly notes: readonly string[];
}

export interface VerifyOptions {
  /** Every bundle must carry a good signature. */
  readonly requireSignatures?: boolean;
  /** An epoch that cannot be compared with what this clone saw before it is taken as it is. */
  readonly trustEpoch?: boolean;
}

/** @throws StoreError when the target cannot be reached */
export async function verifyStore(
  repository: PrivateRepository,
  refs: StoreRefs,
  { requireSignatures = false, trustEpoch = false }: VerifyOptions = {},
): Promise<Verification> {
  const remote = await listStore(repository, refs);
  const inbox = [...remote].filter(([ref]) => ref.startsWith(refs.inbox));
  const [data, index] = [remote.get(refs.data), remote.get(refs.index)];
  await repository.fetch([...(index === undefined ? [] : [index]), ...inbox.map(([, oid]) => oid)]);
  const problems: Problem[] = [...(await inboxProblems(repository, inbox))];
  const notes = notesOf(remote, refs);
  const read = data === undefined ? undefined : await inspectData(repository, refs, data);
  if (read !== undefined) problems.push(...read.problems);
  const witnesses = { refs, data, chain: read?.chain, ledger: remote.get(refs.ledger), trustEpoch };
  const seen = await witnessProblems(repository, witnesses);
  problems.push(...seen.problems);
  notes.push(...seen.notes);
  const known = {
    runs: read?.runs ?? new Map<string, string>(),
    operations: read?.operations ?? new Map<string, string>(),
  };
  if (index !== undefined) {
    const found = await indexProblems(repository, { data, index, refs, chain: read?.chain }, known);
    problems.push(...found.problems);
    notes.push(...found.notes);
  } else if (known.runs.size > 0) notes.push(`${refs.index} is not there; the next compaction writes it.`);
  const signatures = await checkSignatures({
    repository,
    refs,
    chain: read?.chain ?? noChain,
    inbox,
    required: requireSignatures,
  });
  problems.push(...signatures.problems);
  if (signatures.signed > 0)
    notes.push(`${signatures.signed} of ${signatures.signed + signatures.unsigned} bundles are signed.`);
  const state = stateOf(problems);
  if (state === 'sound' && data !== undefined)
    await repository.git.run(['update-ref', verifiedRef(refs), data], { answers: [1, 128] });
  return { runs: known.runs.size, operations: known.operations.size, state, problems, notes };
}

const noChain: Chain = { commits: [], archived: undefined, missing: undefined };

const stateOf = (problems: readonly Problem[]): Verification['state'] =>
  problems.some(({ severity }) => severity === 'error') ? 'broken' : problems.length > 0 ? 'unknown' : 'sound';

async function listStore(repository: PrivateRepository, refs: StoreRefs): Promise<ReadonlyMap<string, string>> {
  const asked = [refs.inbox, refs.data, refs.index, refs.quarantine, refs.archive, refs.ledger];
  return repository.listRemote(asked).catch((cause: unknown) => {
    throw new StoreError(
      'STORE_UNREACHABLE',
      `The store in ${repository.target.label} cannot be read: ${wordsOf(cause)}`,
      {
        hint: 'Check the network, the address and the credentials.',
        cause,
      },
    );
  });
}

function notesOf(remote: ReadonlyMap<string, string>, refs: StoreRefs): string[] {
  const under = (prefix: string): readonly string[] => [...remote.keys()].filter((ref) => ref.startsWith(prefix));
  const [quarantined, archived] = [under(refs.quarantine), under(refs.archive)];
  return [
    ...(quarantined.length === 0
      ? []
      : [
          `${quarantined.length} in quarantine: ${quarantined.slice(0, 3).join(', ')}${quarantined.length > 3 ? ', …' : ''}. See what is in one with \`git fetch REMOTE REF\` and \`git show --stat FETCH_HEAD\`.`,
        ]),
    ...(archived.length === 0 ? [] : [`Heads before an epoch are kept: ${archived.join(', ')}.`]),
  ];
}

async function inboxProblems(
  { catFile }: PrivateRepository,
  inbox: readonly (readonly [string, string])[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [ref, oid] of inbox) {
    const read = await readBundle(catFile, oid, true);
    if (read.state === 'valid') continue;
    const newer = read.state === 'newer';
    problems.push({
      ...unreadable(ref, read.reason),
      severity: newer ? 'warning' : 'error',
      hint: newer
        ? 'Upgrade Pawl where you verify and compact.'
        : 'Run `pawl store compact`: it moves the bundle to quarantine.',
    });
  }
  return problems;
}
