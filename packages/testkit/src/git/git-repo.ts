// Temporary Git repositories that vanish with `await using`.
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isolatedGit, isolatedGitEnvironment, type IsolatedGit } from './isolated-git.ts';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

export async function temporaryFolder(name = 'pawl'): Promise<TemporaryFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface BareRemote extends AsyncDisposable {
  readonly path: string;
  /** `file://…`, so that Git transports objects as it would over a network. */
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  git: IsolatedGit;
}

export interface GitRepo extends AsyncDisposable {
  readonly path: string;
  /** For processes and adapters under test. */
  readonly environment: Readonly<Record<string, string>>;
  git: IsolatedGit;
  write(files: Files): Promise<void>;
  /** Writes files and commits everything. @returns the commit */
  commit(message: string, files?: Files): Promise<string>;
  /** Makes a branch here and checks it out. */
  branch(name: string): Promise<void>;
  checkout(revision: string): Promise<void>;
  /** Always with a merge commit. @returns it */
  merge(branch: string): Promise<string>;
  /** An annotated tag. */
  tag(name: string, message?: string): Promise<void>;
  /** Adds the remote as `origin` and pushes all branches and tags. */
  publishTo(remote: BareRemote): Promise<void>;
}

interface Options {
  readonly objectFormat?: 'sha1' | 'sha256';
}

/** A repository on branch `main`, with one commit when there are files. */
export async function gitRepo(files: Files = {}, options: Options = {}): Promise<GitRepo> {
  const { folder, path, home } = await begin('repo', options);
  const repo = repoAt(path, home, folder);
  if (Object.keys(files).length > 0) await repo.commit('Begin', files);
  return repo;
}

/** Takes hold of a repository that exists, for example a clone: same actions, removed with `owner`. */
export function repoAt(path: string, home: string, owner: AsyncDisposable): GitRepo {
  const git = isolatedGit(path, home);
  const write = async (files: Files): Promise<void> => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    }
  };
  return {
    path,
    environment: isolatedGitEnvironment(home),
    git,
    write,
    commit: async (message, files = {}) => {
      await write(files);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    },
    branch: async (name) => void (await git('checkout', '--quiet', '-b', name)),
    checkout: async (revision) => void (await git('checkout', '--quiet', revision)),
    merge: async (branch) => {
      await git('merge', '--quiet', '--no-ff', '--no-edit', branch);
      return git('rev-parse', 'HEAD');
    },
    tag: async (name, message = name) => void (await git('tag', '--annotate', '--message', message, name)),
    publishTo: async (remote) => {
      await git('remote', 'add', 'origin', remote.url);
      await git('push', '--quiet', 'origin', '--all');
      await git('push', '--quiet', 'origin', '--tags');
    },
    [Symbol.asyncDispose]: () => owner[Symbol.asyncDispose](),
  };
}

export async function bareRemote(options: Options = {}): Promise<BareRemote> {
  const { folder, path, home, git } = await begin('origin.git', options, '--bare');
  // As code hosts do: blobless fetches, and objects by id.
  await git('config', 'uploadpack.allowFilter', 'true');
  await git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return {
    path,
    url: `file://${path.startsWith('/') ? '' : '/'}${path.replaceAll('\\', '/')}`,
    environment: isolatedGitEnvironment(home),
    git,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** A clone in its own temporary folder: of any depth, bare or not, as the arguments say. */
export async function cloneOf(remote: BareRemote, ...how: readonly string[]): Promise<GitRepo> {
  const folder = await temporaryFolder('pawl-clone');
  const home = join(folder.path, 'home');
  await mkdir(home);
  await isolatedGit(folder.path, home)('clone', '--quiet', ...how, remote.url, 'repo');
  return repoAt(join(folder.path, 'repo'), home, folder);
}

/** What must not change in a user's repository: tree, index, HEAD, configuration, shallow file, every ref but ours. */
export async function userStateOf(
  repo: Pick<GitRepo, 'git' | 'path'>,
  ours: RegExp = /^refs\/pawl\//,
): Promise<string> {
  const gitFolder = await repo.git('rev-parse', '--absolute-git-dir');
  const files = ['HEAD', 'index', 'config', 'shallow', 'FETCH_HEAD', 'ORIG_HEAD'];
  const contents = await Promise.all(
    files.map((file) => readFile(join(gitFolder, file), 'base64').catch(() => 'absent')),
  );
  const refs = (await repo.git('for-each-ref')).split('\n').filter((line) => !ours.test(line.split('\t')[1] ?? ''));
  const bare = (await repo.git('rev-parse', '--is-bare-repository')) === 'true';
  const status = bare ? '' : await repo.git('--no-optional-locks', 'status', '--porcelain', '--ignored');
  return JSON.stringify({ contents, refs, status }, null, 1);
}

/** A new repository in a temporary folder, with a home of its own beside it. */
async function begin(name: string, { objectFormat = 'sha1' }: Options, ...flags: readonly string[]) {
  const folder = await temporaryFolder('pawl-repo');
  const path = join(folder.path, name);
  const home = join(folder.path, 'home');
  await mkdir(path);
  await mkdir(home);
  const git = isolatedGit(path, home);
  await git('init', '--quiet', ...flags, '--initial-branch=main', '--template=', `--object-format=${objectFormat}`);
  return { folder, path, home, git };
}
