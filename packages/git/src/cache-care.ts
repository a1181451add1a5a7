// Our own cache in order: fetches leave one small pack each, and hundreds of them make every read slow. Only packs are
// joined; nothing is thrown away, so a process that reads or writes there at the same time is not disturbed.
import { GitFailure } from './errors.ts';
import type { PrivateRepository } from './private-repository.ts';

export interface CacheCare {
  readonly packsBefore: number;
  readonly packsAfter: number;
  readonly kilobytes: number;
}

const manyPacks = 40;
const manyLoose = 5000;

/** @param always also when there is little to join */
export async function tidyCache({ git }: PrivateRepository, always = false): Promise<CacheCare> {
  const before = await count(git);
  if (always || before.packs > manyPacks || before.loose > manyLoose) {
    // Two at once would only do the same work twice: Git's own lock file lets one through, the other has nothing to do.
    await git.run(['repack', '-a', '-d', '-k', '--quiet'], { answers: [1, 128] }).catch((error: unknown) => {
      if (!(error instanceof GitFailure)) throw error;
    });
    await git.run(['pack-refs', '--all'], { answers: [1, 128] });
  }
  const after = await count(git);
  return { packsBefore: before.packs, packsAfter: after.packs, kilobytes: after.kilobytes };
}

interface Counted {
  readonly packs: number;
  readonly loose: number;
  readonly kilobytes: number;
}

async function count(git: PrivateRepository['git']): Promise<Counted> {
  const text = await git.text(['count-objects', '--verbose']);
  const value = (key: string): number => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { packs: value('packs'), loose: value('count'), kilobytes: value('size') + value('size-pack') };
}

export const cacheKilobytes = async ({ git }: PrivateRepository): Promise<number> => (await count(git)).kilobytes;
