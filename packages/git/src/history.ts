// The History port: the user's own commits, read through plumbing that changes nothing.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import type { CommitLog, History } from '@pawl/core';
import { openCatFile } from './cat-file.ts';
import { commitsBetween } from './commit-log.ts';
import { treeOf } from './commits.ts';
import type { Environment } from './environment.ts';
import { HistoryError, wordsOf } from './errors.ts';
import { openGit, type Git } from './git-runner.ts';
import { readHead } from './head.ts';

export interface HistoryRequest {
  readonly repository: string;
  readonly environment?: Environment;
  /** Git is not asked before something is read, where a folder looks like a repository; what Git minds is told then. */
  readonly whenRead?: boolean;
}

/** Disposing removes what `materialize` wrote. */
export type GitHistory = History & CommitLog & AsyncDisposable;

/** @throws HistoryError when the folder is no Git repository */
export async function openHistory(request: HistoryRequest): Promise<GitHistory> {
  const { repository, environment = process.env, whenRead = false } = request;
  const git = openGit({ folder: repository, environment });
  let known: Promise<Place> | undefined;
  const place = (): Promise<Place> => (known ??= placeIn(git, repository));
  if (!whenRead || !looksLikeRepository(repository)) await place();
  const objects = openCatFile(git);
  let temporary: Promise<string> | undefined;

  const resolve = async (revision: string): Promise<string | undefined> => {
    // `--end-of-options`: a revision comes from a file or a pull request, and may look like an option.
    const command = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
    const answer = await git.run(command, { answers: [1, 128] });
    if (answer.code === 0) return answer.stdout.toString('utf8').trim();
    // Where a shallow clone ends, a commit seems to be the first one: its parent is unreadable, not absent.
    if (/[\^~]/.test(revision) && (await isShallow(git))) throw await unreadable(git, revision);
    return undefined;
  };
  const readable = async (revision: string): Promise<string> => {
    const commit = await resolve(revision);
    const object = commit === undefined ? undefined : await objects.read(commit);
    if (commit === undefined || object?.content === undefined) throw await unreadable(git, revision);
    return commit;
  };
  const read = async (revision: string, path: string): Promise<Buffer | undefined> => {
    const { prefix } = await place();
    const commit = await readable(revision);
    const object = await objects.read(`${commit}:${prefix}${path}`);
    if (object?.type === 'blob' && object.content !== undefined) return object.content;
    if (object === undefined && (await isListed(git, commit, prefix + path)))
      throw await unreadable(git, `${commit}:${prefix}${path}`);
    return undefined;
  };

  const list = async (revision: string, glob: string): Promise<readonly string[]> => {
    const { prefix } = await place();
    const listed = await filesOf(git, await readable(revision), prefix + folderOf(glob));
    return listed.map((path) => path.slice(prefix.length)).filter((path) => path === glob || matches(path, glob));
  };

  return {
    resolve,
    read,
    list,
    changes: async ({ from, to, paths }) => {
      const { prefix } = await place();
      return commitsBetween(git, {
        from: await readable(from),
        to: await readable(to),
        paths: paths.map((path) => prefix + path),
      });
    },
    mergeBase: async (a, b) => {
      const answer = await git.run(['merge-base', await readable(a), await readable(b)], { answers: [1] });
      const base = answer.stdout.toString('utf8').trim();
      if (base !== '') return base;
      if (await isShallow(git)) throw await unreadable(git, `the merge base of ${a} and ${b}`);
      return undefined;
    },
    materialize: async (revision, path) => {
      const content = await read(revision, path);
      if (content === undefined) return undefined;
      temporary ??= mkdtemp(join(tmpdir(), 'pawl-history-'));
      const folder = await mkdtemp(join(await temporary, 'file-'));
      await mkdir(folder, { recursive: true });
      const file = join(folder, basename(path));
      await writeFile(file, content);
      return file;
    },
    commitTime: async (revision) => {
      const commit = await resolve(revision);
      const content = commit === undefined ? undefined : (await objects.read(commit))?.content;
      const head = content?.toString('utf8').split('\n\n')[0] ?? '';
      const seconds = /^committer .*> (\d+) [+-]\d{4}$/m.exec(head)?.[1];
      return seconds === undefined || treeOf(content ?? Buffer.alloc(0)) === undefined
        ? undefined
        : Number(seconds) * 1000;
    },
    head: async () => {
      const { shallow } = await place();
      return { ...(await readHead(git)), ...(shallow && { shallow: true }) };
    },
    [Symbol.asyncDispose]: async () => {
      await objects[Symbol.asyncDispose]();
      if (temporary !== undefined) await rm(await temporary, { recursive: true, force: true });
    },
  };
}

interface Place {
  /** Paths are relative to the folder, as a workspace's are: Git itself would read them from the top of the tree. */
  readonly prefix: string;
  readonly shallow: boolean;
}

async function placeIn(git: Git, repository: string): Promise<Place> {
  const place = await git.text(['rev-parse', '--show-prefix', '--is-shallow-repository']).catch((cause: unknown) => {
    throw new HistoryError(
      'HISTORY_NO_REPOSITORY',
      `${repository} cannot be used as a Git repository: ${wordsOf(cause)}`,
      {
        hint: 'Run inside a clone. When another user owns the folder, `git config --global --add safe.directory FOLDER`.',
        cause,
      },
    );
  });
  return { prefix: place.slice(0, place.lastIndexOf('\n')), shallow: place.endsWith('true') };
}

/** A look at the folders above, which takes no process. */
function looksLikeRepository(folder: string): boolean {
  const above = dirname(folder);
  return existsSync(join(folder, '.git')) || (above !== folder && looksLikeRepository(above));
}

/** In a partial clone a tree can name a blob that is not here: that is unreadable, not absent. */
async function isListed(git: Git, commit: string, path: string): Promise<boolean> {
  const listed = await git.run(['ls-tree', '-z', '--full-tree', commit, '--', `:(literal)${path}`], { answers: [128] });
  return listed.stdout.length > 0 && listed.stdout.includes(' blob ');
}

/** As the workspace lists files: what was installed is nobody's own. */
const matches = (path: string, glob: string): boolean =>
  !path.split('/').includes('node_modules') && posix.matchesGlob(path, glob);

/** Up to the first part that is a pattern: no other folder need be looked into. */
const folderOf = (glob: string): string => /^(?:[^*?[\]{}()!+@/]+\/)*/.exec(glob)?.[0] ?? '';

async function filesOf(git: Git, commit: string, folder: string): Promise<readonly string[]> {
  const where = folder === '' ? [] : [`:(literal)${folder}`];
  const said = await git.run(['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...where]);
  const lines = said.stdout.toString('utf8').split('\0');
  return lines
    .filter((line) => line.includes(' blob '))
    .map((line) => line.slice(line.indexOf('\t') + 1))
    .toSorted();
}

const isShallow = async (git: Git): Promise<boolean> =>
  (await git.text(['rev-parse', '--is-shallow-repository'])) === 'true';

async function unreadable(git: Git, what: string): Promise<HistoryError> {
  const shallow = await isShallow(git);
  const short = what.replaceAll(/\b[0-9a-f]{40,64}\b/g, (hash) => hash.slice(0, 7));
  const message = shallow ? `The clone is shallow and lacks ${short}.` : `${short} cannot be read here.`;
  return new HistoryError('HISTORY_UNREADABLE', message, {
    hint: shallow ? 'Check out with `fetch-depth: 0`, or `git fetch --unshallow`.' : 'Fetch it, or check the name.',
  });
}
