// Git as the playground's people use it: isolated from whoever plays, with a name and a date of its own.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Author {
  readonly name: string;
  /** Days before now. */
  readonly daysAgo: number;
}

/** @returns standard output without its last line end. @throws with Git's own words when it fails */
export async function git(
  folder: string,
  args: readonly string[],
  author: Author = { name: 'Robin', daysAgo: 0 },
): Promise<string> {
  const date = new Date(Date.now() - author.daysAgo * 86_400_000).toISOString();
  const email = `${author.name.toLowerCase()}@acme.example`;
  const { stdout } = await execute(
    'git',
    ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false', '-c', 'tag.gpgSign=false', ...args],
    {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        PATH: process.env.PATH,
        LC_ALL: 'C',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: author.name,
        GIT_COMMITTER_EMAIL: email,
        GIT_COMMITTER_DATE: date,
      },
    },
  );
  return stdout.replace(/\n$/, '');
}
