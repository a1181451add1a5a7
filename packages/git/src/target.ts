// Where the store's refs live: a remote, or the user's own repository when there is none. Only asked, never changed.
import { isAbsolute, resolve } from 'node:path';
import type { ObjectFormat } from './digests.ts';
import type { Environment, GitSettings } from './environment.ts';
import { GitFailure, StoreError, wordsOf } from './errors.ts';
import { openGit, type Git, type GitOptions } from './git-runner.ts';

/** The name our private repository knows the target by. */
export const targetName = 'pawl';

export interface Identity {
  readonly name: string;
  readonly email: string;
  /** False: Git knows no user here, and Pawl signs with its own name. */
  readonly ofUser: boolean;
}

export interface Target {
  /** For messages: `origin`, or the folder. */
  readonly label: string;
  /** A URL or an absolute path. May hold credentials: for settings, never for messages. */
  readonly url: string;
  /** The user's own repository: there is no remote. */
  readonly own: boolean;
  /** The user's Git folder, an absolute path: which repository this is. */
  readonly repository: string;
  readonly format: ObjectFormat;
  readonly identity: Identity;
  /** What the private repository must be told: the URL, and the user's local transport and signing settings. */
  readonly settings: GitSettings;
}

export interface TargetRequest {
  /** A folder of the user's repository (also a worktree, also bare). */
  readonly repository: string;
  /** Name of a remote, URL or path; without it the repository itself holds the store. */
  readonly remote?: string;
  readonly environment: Environment;
  readonly beforeCommand?: GitOptions['beforeCommand'];
}

/** @throws StoreError when there is no repository, or no such remote */
export async function findTarget(request: TargetRequest): Promise<Target> {
  const { repository, environment, remote, beforeCommand } = request;
  const git = openGit({ folder: repository, environment, ...(beforeCommand !== undefined && { beforeCommand }) });
  const asked = ['rev-parse', '--path-format=absolute', '--git-common-dir', '--show-object-format'];
  const own = remote === undefined;
  // All at once: one after the other they would take longer than the first page of a list.
  const [answer, address, identity, transport] = await Promise.allSettled([
    git.text(asked),
    own ? undefined : urlOf(git, repository, remote),
    identityOf(git),
    localTransportSettings(git),
  ]);
  // Where there is no repository, every question failed, and this is why.
  if (answer.status === 'rejected') throw notARepository(repository, answer.reason);
  const [commonDirectory = '', format] = answer.value.split('\n');
  const url = settled(address) ?? commonDirectory;
  const here = isPath(url) || url.startsWith('file://');
  return {
    label: remote === undefined || /[/\\:]/.test(remote) ? (own ? repository : 'the remote') : remote,
    url,
    own,
    repository: commonDirectory,
    format: format === 'sha256' ? 'sha256' : 'sha1',
    identity: settled(identity),
    settings: [
      ...settled(transport),
      [`remote.${targetName}.url`, url],
      [`remote.${targetName}.promisor`, 'true'],
      [`remote.${targetName}.partialCloneFilter`, 'blob:none'],
      ...(here ? settingsHere(own) : []),
    ],
  };
}

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function notARepository(repository: string, cause: unknown): StoreError {
  const noGit = cause instanceof GitFailure && cause.exitCode === undefined;
  return new StoreError(
    noGit ? 'STORE_NO_GIT' : 'STORE_NO_REPOSITORY',
    noGit ? wordsOf(cause) : `${repository} cannot be used as a Git repository: ${wordsOf(cause)}`,
    {
      hint: noGit
        ? 'Install Git 2.34 or newer.'
        : 'Run inside a clone, or `git init` first. When another user owns the folder, `git config --global --add safe.directory FOLDER`.',
      cause,
    },
  );
}

async function urlOf(git: Git, repository: string, remote: string): Promise<string> {
  // What may be an address is compared here: it may hold a password, and arguments of a process are seen by all.
  const maybeAddress = /[/\\:]/.test(remote);
  const known = !maybeAddress || (await git.text(['remote'])).split('\n').includes(remote);
  const found = known ? await git.run(['remote', 'get-url', '--', remote], { answers: [2] }) : undefined;
  const url = found?.code === 0 ? found.stdout.toString('utf8').replace(/\r?\n$/, '') : remote;
  if (url === remote && !maybeAddress) {
    throw new StoreError('STORE_REMOTE_UNKNOWN', `The repository has no remote named "${remote}".`, {
      hint: 'See `git remote -v`; leave `store.remote` out to keep runs in the local repository.',
    });
  }
  return isPath(url) && !isAbsolute(url) ? resolve(repository, url) : url;
}

/** Neither `scheme://…` nor `host:path` (a drive letter is no host). */
const isPath = (url: string): boolean =>
  !/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && (!/^[^/\\]{2,}:/.test(url) || isAbsolute(url));

/**
 * A repository on this machine serves blobless fetches when asked on the command line, and need not look for deltas
 * between what several packs hold: there is no wire to save, and of 100,000 runs' index it takes two seconds. In the
 * user's own one, hooks and clean-up stay off; the hooks of a remote are its owner's policy and run.
 */
const settingsHere = (own: boolean): GitSettings => [
  [
    `remote.${targetName}.uploadpack`,
    'git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true -c pack.window=0 upload-pack',
  ],
  ...(own
    ? ([
        [
          `remote.${targetName}.receivepack`,
          'git -c core.hooksPath=/dev/null -c receive.autogc=false -c gc.auto=0 -c core.logAllRefUpdates=false receive-pack',
        ],
      ] as const)
    : []),
];

/** How this repository reaches and signs (checkout actions keep the token there); global settings hold anyway. */
async function localTransportSettings(git: Git): Promise<GitSettings> {
  const wanted =
    '^(http|https|credential|url|ssh|gpg|user)\\.|^core\\.sshcommand$|^tag\\.gpgsign$|^tag\\.forcesignannotated$';
  const listed = await git.run(['config', '--null', '--show-scope', '--get-regexp', wanted], { answers: [1] });
  const parts = listed.stdout.toString('utf8').split('\0');
  const settings: [string, string][] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [scope = '', entry = ''] = [parts[at], parts[at + 1]];
    const end = entry.indexOf('\n');
    // A key without a value means true.
    const setting: [string, string] = end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    if (scope === 'local' || scope === 'worktree') settings.push(setting);
  }
  return settings;
}

async function identityOf(git: Git): Promise<Identity> {
  const answer = await git.run(['-c', 'user.useConfigOnly=true', 'var', 'GIT_COMMITTER_IDENT'], { answers: [1, 128] });
  const [, name, email] = /^(.+) <([^<>]*)> \d+ [+-]\d{4}$/.exec(answer.stdout.toString('utf8').trim()) ?? [];
  return name === undefined || email === undefined || answer.code !== 0
    ? { name: 'Pawl', email: 'pawl@users.noreply.github.com', ofUser: false }
    : { name, email, ofUser: true };
}
