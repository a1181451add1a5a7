// Where a prompt lies at a commit: the file of its name, wherever in the tree it is.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { History, RegisteredVersion } from '@pawl/core';
import { PromptError } from './prompt-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const execute = promisify(execFile);

/**
 * A label may point to a commit that was made after this clone. Only objects are added: no branch, tag, or file moves.
 * @throws PromptError when it cannot be had
 */
export async function bringCommit(
  {
    repository,
    remote,
    environment,
  }: { readonly repository: string; readonly remote: string | undefined; readonly environment: Environment },
  { name, commit }: Pick<RegisteredVersion, 'name' | 'commit'>,
): Promise<void> {
  const git = async (...command: readonly string[]): Promise<unknown> =>
    execute('git', command, { cwd: repository, env: { ...environment } });
  const isHere = await git('cat-file', '-e', `${commit}^{tree}`).then(
    () => true,
    () => false,
  );
  if (isHere || remote === undefined) return;
  await git('fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--end-of-options', remote, commit).catch(
    (cause: unknown) => {
      throw new PromptError(
        'PROMPTS_UNREADABLE',
        `Commit ${commit.slice(0, 7)} of ${name} cannot be fetched from ${remote}.`,
        {
          hint: 'Check the network and the credentials.',
          cause,
        },
      );
    },
  );
}

/**
 * Below the folder that was opened, which need not be the top of its repository.
 * @returns undefined when the commit has no such file. @throws PromptError when the commit cannot be read, or two files match
 */
export async function findPromptFile(
  { history }: { readonly history: Pick<History, 'list'> },
  { name, commit }: Pick<RegisteredVersion, 'name' | 'commit'>,
): Promise<string | undefined> {
  const stem = name.slice(name.lastIndexOf('/') + 1);
  const found = await history.list(commit, `**/${stem}.prompt.yml`).catch((cause: unknown) => {
    throw new PromptError('PROMPTS_UNREADABLE', `Commit ${commit.slice(0, 7)} of ${name} is not in this clone.`, {
      hint: 'Fetch it: the clone needs the commits that versions lie on (`git fetch --tags`).',
      cause,
    });
  });
  if (found.length < 2) return found[0];
  throw new PromptError(
    'PROMPTS_INVALID',
    `${found.length} files of commit ${commit.slice(0, 7)} are called ${stem}.prompt.yml.`,
    {
      hint: 'A prompt’s name is its file’s name, once in a repository.',
    },
  );
}
