// Bundles that were kept aside for a target the repository no longer has: `origin` has another address now, and they
// lie in the cache of the old one. They are named, and pushed to the present target when asked.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withoutCredentials } from './environment.ts';
import { spoolPrefix } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';

export interface Leftover {
  /** The cache folder of the old target. */
  readonly folder: string;
  /** Its address, without credentials. */
  readonly address: string;
  readonly bundles: readonly { readonly name: string; readonly commit: string }[];
}

const note = 'pawl-target.json';

interface TargetNote {
  readonly address: string;
  readonly repository: string;
}

/** Written beside a spool, so that it can be told later whose it is. Not worth failing for. */
export async function noteTarget({ folder, target }: PrivateRepository): Promise<void> {
  const written: TargetNote = { address: withoutCredentials(target.url), repository: target.repository };
  await writeFile(join(folder, note), `${JSON.stringify(written)}\n`).catch(() => {});
}

/** Made in this repository, for another target. */
export async function findLeftovers(repository: PrivateRepository): Promise<readonly Leftover[]> {
  const caches = dirname(repository.folder);
  // Only beside a cache that has its name from its target: a folder that was given has no such neighbours.
  if (!isCache(basename(repository.folder))) return [];
  const found: Leftover[] = [];
  for (const name of await readdir(caches).catch(() => [])) {
    const folder = join(caches, name);
    if (!isCache(name) || name === basename(repository.folder)) continue;
    const told = await readNote(folder);
    if (told?.repository !== repository.target.repository) continue;
    const bundles = await spoolOf(repository, folder);
    if (bundles.length > 0) found.push({ folder, address: told.address, bundles });
  }
  return found;
}

const isCache = (name: string): boolean => /^[0-9a-f]{24}\.git$/.test(name);

async function readNote(folder: string): Promise<TargetNote | undefined> {
  try {
    const value = JSON.parse(await readFile(join(folder, note), 'utf8')) as Partial<TargetNote> | null;
    return typeof value?.address === 'string' && typeof value.repository === 'string'
      ? (value as TargetNote)
      : undefined;
  } catch {
    return undefined;
  }
}

async function spoolOf({ git }: PrivateRepository, folder: string): Promise<Leftover['bundles']> {
  const listed = await git.run(
    [`--git-dir=${folder}`, 'for-each-ref', '--format=%(refname) %(objectname)', spoolPrefix],
    {
      answers: [128],
    },
  );
  return listed.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([ref = '', commit = '']) => ({ name: ref.slice(spoolPrefix.length), commit }));
}

/** Into the spool of the present target. They stay in the old one until they are acknowledged. */
export async function adoptLeftover({ git }: PrivateRepository, { folder }: Leftover): Promise<void> {
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-filter'];
  await git.run(['fetch', ...quiet, folder, `+${spoolPrefix}*:${spoolPrefix}*`]);
}

/** Takes out of the old spool what is no longer in the present one: it was acknowledged. */
export async function forgetLeftover({ git }: PrivateRepository, { folder, bundles }: Leftover): Promise<void> {
  const waiting = await git.text(['for-each-ref', '--format=%(refname)', spoolPrefix]);
  const left = new Set(waiting.split('\n'));
  const done = bundles.filter(({ name }) => !left.has(spoolPrefix + name));
  if (done.length === 0) return;
  const input = done.map(({ name, commit }) => `delete ${spoolPrefix}${name} ${commit}\n`).join('');
  await git.run([`--git-dir=${folder}`, 'update-ref', '--stdin'], { input });
}
