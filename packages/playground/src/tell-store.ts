// What Git holds after the walk, asked with the command line as a user would.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Playground } from './build-repository.ts';
import { git } from './git.ts';
import { projectRoot } from './material.ts';
import type { Narrator } from './narrate.ts';

const execute = promisify(execFile);

/** Prompts need no server: a version and a label, and whoever resolves `mail-triage@production` gets the new one. */
export async function registerPrompt(playground: Playground, tell: Narrator): Promise<void> {
  tell.step('The better prompt goes to production: a version and a label, which are two tags');
  await tellCommand(playground, ['registry', 'register', 'mail-triage', '-m', 'One more worked example'], tell);
  // The newest run on these bytes decides, and that was #3's, on thirty mails: main is judged on all of them.
  await tellCommand(playground, ['eval', 'prompts/mail-triage.prompt.yml'], tell, 3);
  await tellCommand(
    playground,
    ['registry', 'label', 'mail-triage@latest', 'production', '-m', 'Passed its gate in #1, and again on main'],
    tell,
  );
}

export async function tellStore(playground: Playground, tell: Narrator): Promise<void> {
  tell.step('What Git holds now');
  await git(playground.clone, ['fetch', '--quiet', '--tags', 'origin']);
  await tellCommand(playground, ['store', 'compact'], tell);
  await tellCommand(playground, ['run', 'list', '--limit', '8'], tell);
  await tellCommand(playground, ['registry', 'list'], tell);
  const refs = (await git(playground.origin, ['for-each-ref', '--format=%(refname)'])).split('\n');
  const count = (prefix: string) => refs.filter((ref) => ref.startsWith(prefix)).length;
  tell.line(
    `${count('refs/heads/')} branches, ${count('refs/tags/')} tags (the registry), ${count('refs/pawl/')} refs under refs/pawl (the store). A clone takes none of the latter.`,
  );
}

/** @param most lines of what the command says */
async function tellCommand(
  playground: Playground,
  args: readonly string[],
  tell: Narrator,
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  tell.line(`$ pawl ${args.map((arg) => (arg.includes(' ') ? `"${arg}"` : arg)).join(' ')}`);
  const lines = (await pawl(playground.clone, args)).trimEnd().split('\n');
  for (const line of lines.slice(0, most)) tell.line(line);
  tell.line();
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
