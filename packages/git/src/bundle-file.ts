// A head with all of its past as one file, made aside in a whole clone: our cache holds neither blobs nor history.
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import type { PrivateRepository } from './private-repository.ts';

interface ArchiveFile {
  /** Where the head is on the target. */
  readonly ref: string;
  readonly commit: string;
  /** The ref's name inside the file. */
  readonly as: string;
  readonly file: string;
}

/**
 * Written beside the file, checked, and moved into place: a file that is there is whole.
 * @throws StoreError when it cannot be written
 */
export async function archiveToFile(
  { git, format }: PrivateRepository,
  { ref, commit, as, file }: ArchiveFile,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-archive-'));
  const target = resolve(file);
  const made = `${target}.${process.pid}`;
  const inClone = [`--git-dir=${join(folder, 'clone.git')}`];
  try {
    await git.run([...inClone, 'init', '--quiet', '--bare', '--template=', `--object-format=${format}`]);
    const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-filter'];
    await git.run([...inClone, 'fetch', ...quiet, 'pawl', `+${ref}:${as}`]);
    const fetched = await git.text([...inClone, 'rev-parse', as]);
    // Another compactor was here in the meantime: the caller looks again.
    if (fetched !== commit) throw new GitFailure(['fetch'], 1, `${ref} has moved`);
    await git.run([...inClone, 'bundle', 'create', '--quiet', made, as]).catch((cause: unknown) => {
      throw new StoreError('STORE_ARCHIVE_UNWRITABLE', `The archive ${file} cannot be written: ${wordsOf(cause)}`, {
        hint: 'Name a file in a folder that exists and has room. Nothing has changed.',
        cause,
      });
    });
    await git.run([...inClone, 'bundle', 'verify', '--quiet', made]);
    await rename(made, target);
  } finally {
    await rm(made, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}
