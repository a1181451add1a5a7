// For repairs: heads found in a bundle or another clone, a push that needs nothing but what lies in the cache, and
// the lock files of a process that died in the user's own repository.
import { appendFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import type { StoreRefs } from './layout.ts';
import type { PrivateRepository } from './private-repository.ts';

/** Brings every head of data that a file or folder holds here. @throws StoreError when it holds none */
export async function headsIn({ git }: PrivateRepository, path: string): Promise<readonly string[]> {
  const place = resolve(path);
  const listed = await git.text(['ls-remote', '--quiet', place]).catch((cause: unknown) => {
    throw new StoreError('STORE_SOURCE_UNREADABLE', `${path} cannot be read: ${wordsOf(cause)}`, {
      hint: 'Name a Git bundle, a bare repository, or the cache folder of another machine.',
      cause,
    });
  });
  const heads = listed
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([, ref = '']) => /\/(?:data|verified\/[^/]+|archive\/\d+|quarantine\/[0-9A-Z]{26})$/.test(ref));
  if (heads.length === 0) {
    throw new StoreError('STORE_SOURCE_EMPTY', `${path} holds no data of a store.`, {
      hint: 'See `git ls-remote PATH`.',
    });
  }
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-filter'];
  await git.run([
    'fetch',
    ...quiet,
    place,
    ...heads.map(([oid = '', ref = '']) => `+${ref}:refs/pawl-tracking/from/${oid}`),
  ]);
  return heads.map(([oid = '']) => oid);
}

/**
 * Pushes from a new repository that borrows the cache's objects and knows nothing of its depth.
 * @returns the failure, or undefined
 */
export async function pushFromHere(
  { git, folder, format }: PrivateRepository,
  refspecs: readonly string[],
  leases: ReadonlyMap<string, string>,
): Promise<GitFailure | undefined> {
  const made = await mkdtemp(join(tmpdir(), 'pawl-rescue-'));
  const inPlace = [`--git-dir=${join(made, 'rescue.git')}`];
  try {
    await git.run([...inPlace, 'init', '--quiet', '--bare', '--template=', `--object-format=${format}`]);
    await mkdir(join(made, 'rescue.git', 'objects', 'info'), { recursive: true });
    await appendFile(
      join(made, 'rescue.git', 'objects', 'info', 'alternates'),
      `${join(resolve(folder), 'objects')}\n`,
    );
    const expected = [...leases].map(([ref, oid]) => `--force-with-lease=${ref}:${oid}`);
    const command = [...inPlace, 'push', '--quiet', '--no-verify', '--atomic', ...expected, 'pawl', ...refspecs];
    const result = await git.run(command, { answers: [1, 128] });
    return result.code === 0 ? undefined : new GitFailure(['push'], result.code, result.stderr);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Only in the user's own repository, only under our refs, only old ones. @returns their paths */
export async function removeStaleLocks({ target }: PrivateRepository, refs: StoreRefs): Promise<readonly string[]> {
  if (!target.own) return [];
  const prefix = refs.data.slice(0, refs.data.lastIndexOf('/'));
  const folder = join(target.url, prefix);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.lock'))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < 60_000) continue;
    await rm(path, { force: true });
    removed.push(path);
  }
  return removed;
}
