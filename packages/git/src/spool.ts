// From the local spool to the target: a bundle stays in the spool until the target is known to have it.
import { createHash } from 'node:crypto';
import { isUlid, makeUlid, ulidTime, type Receipt } from '@pawl/core';
import { spoolPrefix, type StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { GitFailure, wordsOf } from './errors.ts';
import { noteTarget } from './leftovers.ts';

export interface Spooled {
  /** ULID: the end of the spool ref and of the inbox ref. */
  readonly name: string;
  readonly commit: string;
}

/** One receipt for each bundle, in order. Never throws for what the target says: the bundle is safe here. */
export async function pushBundles(
  repository: PrivateRepository,
  refs: StoreRefs,
  bundles: readonly Spooled[],
): Promise<readonly Receipt[]> {
  if (bundles.length === 0) return [];
  const refOf = (name: string): string => refs.inbox + name;
  const pushed = await push(
    repository,
    bundles.map(({ name, commit }) => [refOf(name), commit]),
  );
  const there =
    pushed === undefined
      ? undefined
      : await lookAt(
          repository,
          bundles.map(({ name }) => refOf(name)),
        );
  const receipts: Receipt[] = [];
  for (const { name, commit } of bundles) {
    const ref = refOf(name);
    const found = there instanceof Map ? there.get(ref) : undefined;
    if (pushed === undefined || found === commit) {
      receipts.push(await acknowledged(repository, name, ref));
    } else if (there instanceof Error) {
      receipts.push(kept(ref, `${repository.target.label} cannot be reached: ${wordsOf(there)}`, networkRemedy));
    } else if (found === undefined) {
      receipts.push(
        kept(
          ref,
          `${repository.target.label} refused ${ref}: ${wordsOf(pushed)}`,
          refusalRemedy(repository, refs, pushed),
        ),
      );
    } else {
      receipts.push(await pushUnderAnotherName(repository, refs, { name, commit }));
    }
  }
  if (receipts.some((receipt) => receipt.kept === 'spool')) await noteTarget(repository);
  return receipts;
}

/** Somebody else's bundle has that name: ours goes beside it, and compaction finds out whether they are the same. */
async function pushUnderAnotherName(repository: PrivateRepository, refs: StoreRefs, bundle: Spooled): Promise<Receipt> {
  const chance = createHash('sha256').update(bundle.commit).digest().subarray(0, 10);
  const ref = refs.inbox + makeUlid(isUlid(bundle.name) ? ulidTime(bundle.name) : 0, chance);
  const failure = await push(repository, [[ref, bundle.commit]]);
  if (failure === undefined) return acknowledged(repository, bundle.name, ref);
  return kept(
    ref,
    `${repository.target.label} refused ${ref}: ${wordsOf(failure)}`,
    refusalRemedy(repository, refs, failure),
  );
}

const networkRemedy = 'Check the network and the credentials; `pawl store push` tries again.';
const refusalRemedy = ({ target }: PrivateRepository, refs: StoreRefs, said: GitFailure): string =>
  /GH0\d\d|rule violation|protected/i.test(said.stderr)
    ? `A rule of the host stands in the way: let this job pass it for ${refs.inbox}*, or set \`store.ref-prefix\` to names without a rule; \`pawl store push\` tries again.`
    : target.own
      ? 'Make the repository writable for this user; `pawl store push` tries again.'
      : 'Give the job `contents: write`, or hand the run over as an artifact (`mode: collect`); `pawl store push` tries again.';

const kept = (ref: string, reason: string, remedy: string): Receipt => ({
  kept: 'spool',
  ref,
  reason: `${/[.!?]$/.test(reason) ? reason : `${reason}.`} ${remedy}`,
});

async function acknowledged(repository: PrivateRepository, name: string, ref: string): Promise<Receipt> {
  await repository.git.run(['update-ref', '-d', spoolPrefix + name], { answers: [1, 128] });
  return { kept: repository.target.own ? 'local' : 'remote', ref };
}

/** Create-only: an existing ref with another value is left alone. @returns the failure, or undefined */
async function push(
  repository: PrivateRepository,
  refs: readonly (readonly [ref: string, commit: string])[],
): Promise<GitFailure | undefined> {
  const leases = new Map(refs.map(([ref]) => [ref, '']));
  const refspecs = refs.map(([ref, commit]) => `${commit}:${ref}`);
  try {
    const result = await repository.push(refspecs, { leases, atomic: false });
    return result.code === 0 ? undefined : new GitFailure(['push'], result.code, result.stderr);
  } catch (error) {
    // Killed, or out of time: whether it arrived is asked next.
    if (error instanceof GitFailure) return error;
    throw error;
  }
}

async function lookAt(
  repository: PrivateRepository,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string> | Error> {
  return repository
    .listRemote(refs)
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}
