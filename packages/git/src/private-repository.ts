// Our own bare repository, where bundles are made and what was fetched is kept. The user's repository is never
// worked in: its tree, index, HEAD, configuration and shallow file stay as they are.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openCatFile, type CatFile } from './cat-file.ts';
import type { ObjectFormat } from './digests.ts';
import type { Environment } from './environment.ts';
import { GitFailure } from './errors.ts';
import { openGit, type Git, type GitResult } from './git-runner.ts';
import { findTarget, targetName, type Target, type TargetRequest } from './target.ts';

export interface PrivateRepository extends AsyncDisposable {
  readonly target: Target;
  readonly git: Git;
  readonly catFile: CatFile;
  readonly folder: string;
  readonly format: ObjectFormat;
  /** Refs of the target whose names start with one of the prefixes. @throws GitFailure when it cannot be reached */
  listRemote(prefixes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Brings objects by id; what is here already is not asked for again. @throws GitFailure */
  fetch(oids: readonly string[], options?: FetchOptions): Promise<void>;
  /** Brings what a ref of the target names, when there is such a ref and it can be reached; else nothing happens. */
  fetchRef(ref: string): Promise<void>;
  push(refspecs: readonly string[], options: PushOptions): Promise<GitResult>;
  /** Made just now: nothing was ever fetched, and nothing waits in the spool. */
  readonly fresh: boolean;
}

interface FetchOptions {
  /** `whole`: all of it. `trees`: each commit without its history and without blobs. */
  readonly what?: 'whole' | 'trees';
}

interface PushOptions {
  /** The value each ref must have there now; empty: it must not exist. */
  readonly leases: ReadonlyMap<string, string>;
  readonly atomic: boolean;
  /** Asks first which commits are known there: for a tag on a commit that no branch or tag there points to. */
  readonly negotiate?: boolean;
}

export interface PrivateRepositoryRequest extends Omit<TargetRequest, 'environment'> {
  readonly environment?: Environment;
  readonly cacheDir?: string;
}

/** @throws StoreError when there is no repository, or no such remote */
export async function openPrivateRepository(request: PrivateRepositoryRequest): Promise<PrivateRepository> {
  const environment = request.environment ?? process.env;
  const target = await findTarget({ ...request, environment });
  const folder = request.cacheDir ?? defaultFolder(target, environment);
  const options = { environment, ...(request.beforeCommand !== undefined && { beforeCommand: request.beforeCommand }) };
  const fresh = await ensureRepository(folder, target.format);
  const git = openGit({ ...options, gitDirectory: folder, settings: target.settings });
  const catFile = openCatFile(git);
  return {
    target,
    git,
    catFile,
    folder,
    format: target.format,
    fresh,
    listRemote: async (prefixes) => {
      const patterns = prefixes.map((prefix) => (prefix.endsWith('/') ? `${prefix}*` : prefix));
      const text = await git.text(['ls-remote', '--quiet', targetName, ...patterns]);
      const lines = text.split('\n').map((line) => line.split('\t'));
      // ls-remote matches the end of a name; only full names count here.
      const wanted = ([, ref = '']: readonly string[]): boolean =>
        prefixes.some((prefix) =>
          prefix.endsWith('/') ? ref.startsWith(prefix) : ref.replace(/\^\{\}$/, '') === prefix,
        );
      return new Map(lines.filter(wanted).map(([oid = '', ref = '']) => [ref, oid]));
    },
    fetch: async (oids, { what = 'whole' } = {}) => {
      if (oids.length === 0) return;
      const command = [...quietFetch, ...filters[what], '--stdin', targetName];
      await patiently(() => git.run(command, { input: `${oids.join('\n')}\n` }));
    },
    fetchRef: async (ref) => {
      await git.run([...quietFetch, ...filters.whole, targetName, ref], { answers: [1, 128] });
    },
    push: (refspecs, { leases, atomic, negotiate = false }) => {
      const expected = [...leases].map(([ref, oid]) => `--force-with-lease=${ref}:${oid}`);
      const flags = ['--quiet', '--no-verify', ...(atomic ? ['--atomic'] : []), ...expected];
      return git.run(['-c', `push.negotiate=${negotiate}`, 'push', ...flags, targetName, ...refspecs], {
        answers: [1, 128],
      });
    },
    [Symbol.asyncDispose]: () => catFile[Symbol.asyncDispose](),
  };
}

/**
 * Two processes, or two views of one, may fetch into this repository at once, and Git then lets only one of
 * them write its shallow file. The other tries again; a remote that is away costs a second more.
 */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let pause = 60; ; pause *= 2) {
    try {
      return await work();
    } catch (error) {
      if (pause > 500 || !(error instanceof GitFailure) || error.exitCode !== 128) throw error;
      await delay(pause * (0.5 + Math.random()));
    }
  }
}

/** Many objects stay in the pack they came in: written one by one, each would be compressed again. */
const quietFetch = [
  '-c',
  'fetch.unpackLimit=10',
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
];

/** A filter once used would be inherited by the next fetch, and then run records would come one by one. */
const filters = {
  whole: ['--no-filter'],
  trees: ['--depth=1', '--filter=blob:none'],
} as const;

function defaultFolder(target: Target, environment: Environment): string {
  const cache = environment['XDG_CACHE_HOME'] || join(environment['HOME'] ?? homedir(), '.cache');
  const address = target.url.replace(/\/\/[^/@]*@/, '//');
  return join(cache, 'pawl', `${createHash('sha256').update(address).digest('hex').slice(0, 24)}.git`);
}

/**
 * Made aside and moved into place, so that two processes that start at once both find a whole one. An empty bare
 * repository is two files and two folders: asking `git init` for them would take longer than the first list.
 * @returns whether it was made
 */
async function ensureRepository(folder: string, format: ObjectFormat): Promise<boolean> {
  if (await exists(join(folder, 'HEAD'))) {
    await removeStaleLocks(folder);
    return false;
  }
  const made = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    await mkdir(join(made, 'objects'), { recursive: true });
    await mkdir(join(made, 'refs'));
    await writeFile(join(made, 'config'), configOf(format));
    await writeFile(join(made, 'HEAD'), 'ref: refs/heads/none\n');
    await rename(made, folder);
    return true;
  } catch (error) {
    if (!(await exists(join(folder, 'HEAD')))) throw error;
    return false;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** gitrepository-layout(5) and git-config(1): `core.repositoryFormatVersion`, `extensions.objectFormat`. */
const configOf = (format: ObjectFormat): string =>
  format === 'sha1'
    ? '[core]\n\trepositoryformatversion = 0\n\tbare = true\n'
    : '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n';

/** A machine that died leaves lock files behind; no command of ours holds one for a minute. */
async function removeStaleLocks(folder: string): Promise<void> {
  const names = await readdir(join(folder, 'refs'), { recursive: true }).catch(() => []);
  const refLocks = names.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name));
  for (const lock of ['config.lock', 'packed-refs.lock', 'shallow.lock', ...refLocks]) {
    const path = join(folder, lock);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > 60_000) await rm(path, { force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
