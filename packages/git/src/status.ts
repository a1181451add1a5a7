// What the store looks like at a glance: counts, sizes and ages. Costs one look at the refs and the index.
import { ulidTime } from '@pawl/core';
import { cacheKilobytes } from './cache-care.ts';
import { withoutCredentials } from './environment.ts';
import { StoreError, wordsOf } from './errors.ts';
import { openIndex } from './index-segments.ts';
import { findLeftovers, type Leftover } from './leftovers.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';
import { listSpool } from './view.ts';

export interface StoreStatus {
  /** Name of the remote, or the folder. */
  readonly target: string;
  /** Without credentials. */
  readonly address: string;
  /** Bundles that wait to be folded. */
  readonly inbox: number;
  /** When the oldest of them was made, milliseconds since 1970. */
  readonly oldestWaiting: number | undefined;
  /** Bundles that could not be pushed yet. */
  readonly spooled: number;
  /** Spools of targets that this repository had before. */
  readonly leftovers: readonly Leftover[];
  /** Runs in the index. */
  readonly runs: number;
  /** When index and data were written last, milliseconds since 1970. */
  readonly lastCompaction: number | undefined;
  readonly quarantined: readonly string[];
  readonly archives: readonly string[];
  /** The ledger's branch, when there is one. */
  readonly ledger: string | undefined;
  readonly cache: { readonly folder: string; readonly kilobytes: number };
}

/** @throws StoreError when the target cannot be reached */
export async function statusOf(repository: PrivateRepository, refs: StoreRefs): Promise<StoreStatus> {
  const asked = [refs.inbox, refs.data, refs.index, refs.quarantine, refs.archive, refs.ledger];
  const remote = await repository.listRemote(asked).catch((cause: unknown) => {
    throw new StoreError(
      'STORE_UNREACHABLE',
      `The store in ${repository.target.label} cannot be read: ${wordsOf(cause)}`,
      {
        hint: 'Check the network, the address and the credentials.',
        cause,
      },
    );
  });
  const under = (prefix: string): readonly string[] => [...remote.keys()].filter((ref) => ref.startsWith(prefix));
  const inbox = under(refs.inbox).toSorted();
  const [first] = inbox;
  const index = remote.get(refs.index);
  if (index !== undefined) await repository.fetch([index]);
  return {
    target: repository.target.label,
    address: withoutCredentials(repository.target.url),
    inbox: inbox.length,
    oldestWaiting: first === undefined ? undefined : ulidTime(first.slice(refs.inbox.length)),
    spooled: (await listSpool(repository)).length,
    leftovers: await findLeftovers(repository),
    runs: index === undefined ? 0 : await countRuns(repository, index),
    lastCompaction: index === undefined ? undefined : await commitTime(repository, index),
    quarantined: under(refs.quarantine),
    archives: under(refs.archive),
    ledger: remote.has(refs.ledger) ? refs.ledger : undefined,
    cache: { folder: repository.folder, kilobytes: await cacheKilobytes(repository) },
  };
}

async function countRuns({ catFile }: PrivateRepository, commit: string): Promise<number> {
  const index = await openIndex(catFile, commit, new Map());
  let runs = 0;
  for (const day of index.runDays.keys()) runs += (await index.runs(day)).length;
  return runs;
}

async function commitTime({ catFile }: PrivateRepository, oid: string): Promise<number | undefined> {
  const text = (await catFile.read(oid, 1_000_000))?.content?.toString('utf8') ?? '';
  const [, seconds] = /^committer .*> (\d+) [+-]\d{4}$/m.exec(text) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
