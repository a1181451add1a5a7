// Puts right what verification found: goes back to the newest data that are in order, folds again what later bundles
// brought, and writes index and ledger to match. What is replaced goes to quarantine: nothing is thrown away.
import { createHash } from 'node:crypto';
import { makeUlid } from '@pawl/core';
import { chainHolds, type Chain } from './chain.ts';
import { leasesOf, movedRefs, type Compactor } from './compaction.ts';
import { openData } from './data-rows.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { foldBundles } from './fold.ts';
import { openIndex } from './index-segments.ts';
import { inspectData, type Inspection } from './inspect.ts';
import { readCheckpoints, type Ledger } from './ledger.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { readBundle } from './records.ts';
import { verifyStore } from './verify.ts';
import { fetchBlobs, filesOf } from './tree-files.ts';
import { headsIn, pushFromHere, removeStaleLocks } from './rescue.ts';
import { verifiedHere } from './witnesses.ts';

export interface RepairOptions {
  /** A Git bundle, a bare repository or another machine's cache that may hold the data. A path. */
  readonly from?: string;
  readonly dryRun?: boolean;
}

export interface Repair {
  /** What was done, or would be, in sentences. Empty: all was in order. */
  readonly actions: readonly string[];
}

interface State {
  readonly data: string | undefined;
  readonly index: string | undefined;
  readonly ledgerCommit: string | undefined;
  /** As far as it can be trusted. */
  readonly ledger: Ledger | undefined;
  readonly candidates: readonly string[];
}

/** @throws StoreError when there is no good head to go back to, or the target refuses */
export async function repairStore(compactor: Compactor, options: RepairOptions = {}): Promise<Repair> {
  const { repository, refs } = compactor;
  const actions: string[] = [];
  const locks = options.dryRun === true ? [] : await removeStaleLocks(repository, refs);
  if (locks.length > 0) actions.push(`Removed ${locks.length} lock files that a process left behind when it died.`);
  const state = await lookAround(compactor, options);
  if (state.candidates.length === 0) return { actions };
  const inspected = new Map<string, Inspection>();
  for (const oid of state.candidates) inspected.set(oid, await inspectData(repository, refs, oid));
  const base = chooseBase(state.candidates.map((oid) => inspected.get(oid)));
  if (base === undefined) throw nothingGood(refs);
  const present = state.data === undefined ? undefined : inspected.get(state.data);
  const sound = state.data === base.good && present?.problems.length === 0;
  const ledgerSound = state.ledgerCommit === state.ledger?.commit;
  const indexSound =
    sound &&
    (await verifyStore(repository, refs, { trustEpoch: true })).problems.every(
      ({ code }) => code !== 'STORE_INDEX_WRONG',
    );
  if (sound && ledgerSound && indexSound) return { actions };
  const bundles = sound ? [] : await laterBundles(repository, [...inspected.values()], base.chain);
  actions.push(...said(refs, { state, base, bundles, sound, ledgerSound, indexSound }));
  if (options.dryRun === true) return { actions };
  await rewrite(compactor, { state, base: base.good, bundles, sound });
  return { actions };
}

const nothingGood = (refs: StoreRefs): StoreError =>
  new StoreError(
    'STORE_NOTHING_TO_RESTORE',
    `No head of ${refs.data} that is in order was found, on the remote or here.`,
    {
      hint: 'Run `pawl store repair --from PATH` with an archive bundle, or with the cache folder of a machine that ran `pawl store verify`.',
    },
  );

async function lookAround({ repository, refs }: Compactor, { from }: RepairOptions): Promise<State> {
  const remote = await repository.listRemote([refs.data, refs.index, refs.ledger]).catch((cause: unknown) => {
    throw new StoreError(
      'STORE_UNREACHABLE',
      `The store in ${repository.target.label} cannot be read: ${wordsOf(cause)}`,
      {
        hint: 'Check the network, the address and the credentials.',
        cause,
      },
    );
  });
  const [data, index, ledgerCommit] = [refs.data, refs.index, refs.ledger].map((ref) => remote.get(ref));
  const checkpoints = ledgerCommit === undefined ? undefined : await readCheckpoints(repository, ledgerCommit);
  const tip = checkpoints?.sound.at(-1);
  const ledger =
    tip === undefined || checkpoints?.commit === undefined ? undefined : { commit: checkpoints.commit, tip };
  if (index !== undefined) await repository.fetch([index]);
  const indexed = index === undefined ? undefined : (await openIndex(repository.catFile, index, new Map())).dataCommit;
  const others = from === undefined ? [] : await headsIn(repository, from);
  // Who can be trusted most comes first.
  const candidates = [ledger?.tip.data, await verifiedHere(repository, refs), indexed, ...others, data];
  return { data, index, ledgerCommit, ledger, candidates: [...new Set(candidates.filter((oid) => oid !== undefined))] };
}

interface Base {
  readonly good: string;
  readonly chain: Chain;
}

/** The first that is in order, or one that continues it. */
function chooseBase(inspections: readonly (Inspection | undefined)[]): Base | undefined {
  let base: Base | undefined;
  for (const one of inspections) {
    if (one?.chain === undefined || one.good === undefined) continue;
    const { oid } = one.good;
    const commits = one.chain.commits.slice(one.chain.commits.findIndex((commit) => commit.oid === oid));
    const chain = { ...one.chain, commits };
    if (base === undefined || chainHolds(chain, base.good)) base = { good: oid, chain };
  }
  return base;
}

/** Bundles that some head took in after the base, as far as a compactor would take them. Oldest first. */
async function laterBundles(
  repository: PrivateRepository,
  inspections: readonly Inspection[],
  base: Chain,
): Promise<readonly string[]> {
  const known = new Set(base.commits.flatMap(({ bundles }) => bundles));
  const later = new Set<string>();
  for (const { chain } of inspections) {
    for (const { bundles } of chain?.commits.toReversed() ?? [])
      for (const oid of bundles) if (!known.has(oid)) later.add(oid);
  }
  const valid: string[] = [];
  for (const oid of later) if ((await readBundle(repository.catFile, oid, true)).state === 'valid') valid.push(oid);
  return valid;
}

interface Findings {
  readonly state: State;
  readonly base: Base;
  readonly bundles: readonly string[];
  readonly sound: boolean;
  readonly ledgerSound: boolean;
  readonly indexSound: boolean;
}

function said(refs: StoreRefs, { state, base, bundles, sound, ledgerSound, indexSound }: Findings): readonly string[] {
  const place = base.good.slice(0, 12);
  return [
    ...(sound
      ? []
      : [
          state.data === undefined
            ? `${refs.data} is brought back at ${place}.`
            : `${refs.data} goes back to ${place}; the head that stood there goes to quarantine.`,
        ]),
    ...(bundles.length === 0
      ? []
      : [`${bundles.length} later ${bundles.length === 1 ? 'bundle is' : 'bundles are'} folded again.`]),
    ...(sound && indexSound ? [] : [`${refs.index} is written anew from the data.`]),
    ...(ledgerSound
      ? []
      : [
          `${refs.ledger} goes back to its last checkpoint that follows from the others; the head that stood there goes to quarantine.`,
        ]),
  ];
}

interface Rewrite {
  readonly state: State;
  readonly base: string;
  readonly bundles: readonly string[];
  readonly sound: boolean;
}

async function rewrite(compactor: Compactor, { state, base, bundles, sound }: Rewrite): Promise<void> {
  const { repository, refs } = compactor;
  const tree = await openData(repository, base);
  await fetchBlobs(repository, (await filesOf(tree)).values()).catch((error: unknown) => {
    // They may all be here already; the push finds out.
    if (!(error instanceof GitFailure)) throw error;
  });
  const inbox = await Promise.all(
    bundles.map(async (oid) => {
      const read = await readBundle(repository.catFile, oid, true);
      return { ref: '', oid, reason: '', records: read.state === 'valid' ? read.value : [] };
    }),
  );
  const fold = await foldBundles(compactor, tree, base, inbox);
  const data = fold.data ?? base;
  const { ledger, ledgerCommit } = state;
  const replaced = !sound && state.data !== undefined ? state.data : undefined;
  const moved = await movedRefs(compactor, {
    old: { data: state.data, index: state.index },
    ledger,
    data,
    tree,
    added: [],
    rebuild: true,
    ...(replaced !== undefined && { replaces: replaced }),
  });
  const set = ledgerCommit === ledger?.commit ? [] : [ledgerCommit ?? ''];
  const quarantine = [...(replaced === undefined ? [] : [replaced]), ...set].map(
    (oid) => `+${oid}:${refs.quarantine}${nameOf(compactor, oid)}`,
  );
  const refspecs = [...moved.map((refspec) => (refspec.startsWith('+') ? refspec : `+${refspec}`)), ...quarantine];
  const leases = leasesOf(refs, { data: state.data, index: state.index, ledger: ledgerCommit });
  const result = await repository.push(refspecs, { leases, atomic: true });
  if (result.code === 0) return;
  // A cache fetched with depth 1 pushes what it holds of a past the target has lost: then everything must be here.
  const whole = await pushFromHere(repository, refspecs, leases);
  if (whole === undefined) return;
  throw new StoreError(
    'STORE_REPAIR_REFUSED',
    `${repository.target.label} did not take the repaired ${refs.data}: ${wordsOf(whole)}`,
    {
      hint: 'A repair moves and creates refs by force: use credentials that may. When objects are missing, add `--from PATH`: an archive bundle, or the cache folder of a machine that ran `pawl store verify`. Nothing has changed.',
      cause: whole,
    },
  );
}

/** The same head always goes to the same place. */
const nameOf = ({ now }: Compactor, oid: string): string =>
  makeUlid(Math.floor(now() / 86_400_000) * 86_400_000, createHash('sha256').update(oid).digest().subarray(0, 10));
