// Git for tests and demos, cut off from the user: no configuration, no identity, no hooks, no signing, fixed dates.
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Seconds between commits: every commit is younger than the one before it. */
const firstDate = Date.UTC(2026, 0, 1) / 1000;

/** An environment in which Git finds nothing of the user's. Pass it to processes under test as well. */
export function isolatedGitEnvironment(
  home: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ...(process.env['SystemRoot'] !== undefined && { SystemRoot: process.env['SystemRoot'] }),
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_CACHE_HOME: `${home}/cache`,
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...more,
  };
}

export type IsolatedGit = (...command: readonly string[]) => Promise<string>;

/** Runs git in a folder with a test identity. @returns its output, trimmed */
export function isolatedGit(folder: string, home: string): IsolatedGit {
  let commands = 0;
  return async (...command) => {
    commands += 1;
    const date = `${firstDate + commands * 60} +0000`;
    const env = isolatedGitEnvironment(home, {
      GIT_AUTHOR_NAME: 'Ada Test',
      GIT_AUTHOR_EMAIL: 'ada@example.com',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: 'Ada Test',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
      GIT_COMMITTER_DATE: date,
    });
    const quiet = [
      '-c',
      `core.hooksPath=${devNull}`,
      '-c',
      'commit.gpgSign=false',
      '-c',
      'tag.gpgSign=false',
      '-c',
      'gc.auto=0',
    ];
    const { stdout } = await execute('git', ['-C', folder, ...quiet, ...command], { env, maxBuffer: 1 << 28 });
    return stdout.trimEnd();
  };
}
