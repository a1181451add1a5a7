// What Git holds after the walk, asked with the command line as a user would.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Playground } from './build-repository.ts';
import { git } from './git.ts';
import { projectRoot } from './material.ts';
import type { Narrator } from './narrate.ts';

const execute = promisify(execFile);

export async function tellStore(playground: Playground, tell: Narrator): Promise<void> {
  tell.step('What Git holds now');
  await git(playground.clone, ['fetch', '--quiet', '--tags', 'origin']);
  for (const command of [
    ['store', 'compact'],
    ['run', 'list', '--limit', '8'],
    ['registry', 'list'],
  ]) {
    tell.line(`$ pawl ${command.join(' ')}`);
    for (const line of (await pawl(playground.clone, command)).trimEnd().split('\n')) tell.line(line);
    tell.line();
  }
  const refs = (await git(playground.origin, ['for-each-ref', '--format=%(refname)'])).split('\n');
  const count = (prefix: string) => refs.filter((ref) => ref.startsWith(prefix)).length;
  tell.line(
    `${count('refs/heads/')} branches, ${count('refs/tags/')} tags (the registry), ${count('refs/pawl/')} refs under refs/pawl (the store). A clone takes none of the latter.`,
  );
}

async function pawl(folder: string, args: readonly string[]): Promise<string> {
  const { PATH, HOME } = process.env;
  const { stdout } = await execute(process.execPath, [join(projectRoot, 'packages/cli/bin/pawl.mjs'), ...args], {
    cwd: folder,
    env: {
      PATH,
      HOME,
      XDG_CACHE_HOME: join(folder, '..', 'cache'),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      NO_COLOR: '1',
    },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
