// Files of commits in the user's repository, through Git's plumbing. Nothing is written, and no hook or pager runs.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ExchangeError } from '../exchange-error.ts';

export interface Commit {
  readonly id: string;
  /** Committer's time, milliseconds since 1970. */
  readonly time: number;
  readonly author: string;
}

export interface GitReader {
  /** Absolute path of the work tree, or of the bare repository. */
  readonly root: string;
  /** Undefined when Git knows no such commit. */
  commit(revision: string): Promise<Commit | undefined>;
  /** Every file of a commit, with the id of its content. */
  files(commit: string): Promise<ReadonlyMap<string, string>>;
  /** Undefined when it is not there. @throws ExchangeError when it is larger than `limit` bytes */
  read(commit: string, path: string, limit: number): Promise<string | undefined>;
  /** Full names of refs below a prefix, with the commits they point to. */
  refs(prefix: string): Promise<readonly { readonly name: string; readonly commit: string }[]>;
}

const execute = promisify(execFile);
const largestOutput = 64_000_000;

/** @throws ExchangeError when the folder is in no repository */
export async function gitReader(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<GitReader> {
  const env = { ...environment, LC_ALL: 'C', GIT_PAGER: 'cat', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await execute('git', ['-C', root, '-c', 'core.quotePath=false', ...args], {
        env,
        maxBuffer: largestOutput,
        encoding: 'utf8',
      });
      return stdout;
    } catch (error) {
      // Git's own no has an exit code; anything else (no Git, too much output) is told.
      if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number')
        return undefined;
      throw new ExchangeError(
        'IMPORT_GIT',
        `Git could not be run: ${error instanceof Error ? error.message : String(error)}`,
        'Is git installed?',
      );
    }
  };
  const directory = await git('rev-parse', '--absolute-git-dir');
  if (directory === undefined)
    throw new ExchangeError(
      'IMPORT_NO_REPOSITORY',
      `"${root}" is in no Git repository.`,
      'DVC keeps its experiments in Git: name a folder of its repository.',
    );
  const top = await git('rev-parse', '--show-toplevel');
  return {
    root: (top ?? directory).replace(/\r?\n$/, ''),
    commit: async (revision) => {
      const id = (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`))?.trim();
      if (id === undefined || id === '') return undefined;
      const shown = await git('show', '--no-patch', '--no-show-signature', '--format=%ct%x00%an', id);
      const [seconds = '', author = ''] = (shown ?? '').trimEnd().split('\0');
      return { id, time: Number(seconds) * 1000, author };
    },
    files: async (commit) => {
      const listed = (await git('ls-tree', '-r', '-z', '--full-tree', commit)) ?? '';
      return new Map(
        listed.split('\0').flatMap((line): readonly (readonly [string, string])[] => {
          const [, type, id = ''] = line.slice(0, line.indexOf('\t')).split(' ');
          return type === 'blob' ? [[line.slice(line.indexOf('\t') + 1), id]] : [];
        }),
      );
    },
    read: async (commit, path, limit) => {
      const size = await git('cat-file', '-s', `${commit}:${path}`);
      if (size === undefined) return undefined;
      if (Number(size) > limit)
        throw new ExchangeError(
          'IMPORT_FILE_TOO_LARGE',
          `${path} has ${size.trim()} bytes; at most ${limit} are read.`,
          'It is left out.',
        );
      return git('cat-file', 'blob', `${commit}:${path}`);
    },
    refs: async (prefix) =>
      ((await git('for-each-ref', '--format=%(objectname) %(refname)', prefix)) ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => ({ commit: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) })),
  };
}
