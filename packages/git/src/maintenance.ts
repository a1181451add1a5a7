// What looking after a store needs beyond reading and writing runs: one object for the store to offer.
import type { Receipt } from '@pawl/core';
import { tidyCache, type CacheCare } from './cache-care.ts';
import type { Compactor } from './compaction.ts';
import { StoreError } from './errors.ts';
import { beginEpoch, type Epoch, type EpochOptions } from './epoch.ts';
import { adoptLeftover, findLeftovers, forgetLeftover, type Leftover } from './leftovers.ts';
import { pruneStore, type PruneOptions, type Pruner, type Pruning } from './prune.ts';
import { repairStore, type Repair, type RepairOptions } from './repair.ts';
import { statusOf, type StoreStatus } from './status.ts';
import { verifyStore, type Verification, type VerifyOptions } from './verify.ts';

export interface Maintenance {
  /** Checks every record, digest, index row, bundle, signature and the history of the data. */
  verify(options?: VerifyOptions): Promise<Verification>;
  /** Hides what retention no longer keeps; the next epoch drops it. */
  prune(options?: PruneOptions): Promise<Pruning>;
  /** Begins a new epoch without what was pruned, and joins the packs of our cache. */
  gc(options?: EpochOptions): Promise<Epoch & { readonly cache: CacheCare }>;
  /** Goes back to what is in order. */
  repair(options?: RepairOptions): Promise<Repair>;
  status(): Promise<StoreStatus>;
  /** Bundles kept aside for a target that the repository had before. */
  leftovers(): Promise<readonly Leftover[]>;
  /** Pushes them to the present target. One receipt for each bundle of the spool. */
  adopt(): Promise<readonly Receipt[]>;
}

interface MaintenanceParts {
  readonly compactor: Compactor;
  readonly add: Pruner['add'];
  readonly pushSpool: () => Promise<readonly Receipt[]>;
}

export function maintenanceOf({ compactor, add, pushSpool }: MaintenanceParts): Maintenance {
  const { repository, refs, now } = compactor;
  return {
    verify: (options) => verifyStore(repository, refs, options),
    prune: (options = {}) => pruneStore({ repository, refs, now, add }, options),
    gc: async (options) => {
      const epoch = await beginEpoch(compactor, options);
      return { ...epoch, cache: await tidyCache(repository, epoch.commit !== undefined) };
    },
    repair: (options) => repairStore(compactor, options),
    status: () => statusOf(repository, refs),
    leftovers: () => findLeftovers(repository),
    adopt: async () => {
      const leftovers = await findLeftovers(repository);
      for (const leftover of leftovers) await adoptLeftover(repository, leftover);
      const receipts = await pushSpool();
      for (const leftover of leftovers) await forgetLeftover(repository, leftover);
      return receipts;
    },
  };
}

/** For stores that only read and add: every method tells where the work can be done. */
export function maintenanceElsewhere(): Maintenance {
  const refuse = (what: string) => async (): Promise<never> => {
    throw new StoreError(
      'STORE_NEEDS_CLONE',
      `\`pawl store ${what}\` works on Git itself, and there is no clone here.`,
      {
        hint: 'Run it in a clone, or in a job with a checkout.',
      },
    );
  };
  return {
    verify: refuse('verify'),
    prune: refuse('prune'),
    gc: refuse('gc'),
    repair: refuse('repair'),
    status: refuse('status'),
    leftovers: async () => [],
    adopt: refuse('push --adopt'),
  };
}
