// What .ci/run does: the README's commands, the checks, the walk twice, the peers, a short bench.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';
import { runSteps } from './steps.mjs';

await prepare({ build: false });

const failed = await runSteps([
  { name: 'npm test', run: () => run('npm', ['test', '--silent']) },
  { name: 'npm run test:deep', run: () => run('npm', ['run', '--silent', 'test:deep']) },
  { name: 'npm run check', run: () => run('npm', ['run', '--silent', 'check']) },
  { name: 'npm start', run: () => run('npm', ['start', '--silent']) },
  {
    name: 'npm start again, for somebody without a Git identity, who signs by force and whose hooks refuse',
    run: async () => run('npm', ['start', '--silent'], { env: { HOME: await hostileHome() } }),
  },
  { name: 'the clone is clean afterwards', run: async () => cleanTree() },
  { name: 'npm run bench, short', run: () => run('npm', ['run', '--silent', 'bench', '--', '--short']) },
  { name: 'npm run test:interop', run: () => run('npm', ['run', '--silent', 'test:interop', '--', '--quick']) },
  {
    name: 'npm start, killed',
    skip: () => (process.platform === 'linux' ? undefined : 'it finds processes in /proc'),
    run: () => run('node', [join(root, 'scripts/check-kill.mjs')]),
  },
  { name: 'npm run test:e2e', run: () => browser().then(() => run('npm', ['run', '--silent', 'test:e2e'])) },
]);
process.exit(failed === 0 ? 0 : 1);

/** The walk through VS Code needs a browser; where one can simply be installed, it is. Else the walk says why it is skipped. */
async function browser() {
  const present = ['chromium', 'chromium-browser'].some((name) => spawnSync('which', [name]).status === 0);
  if (present || process.getuid?.() !== 0 || spawnSync('which', ['apt-get']).status !== 0) return;
  await run('apt-get', ['update', '-qq'], { quiet: true });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    quiet: true,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

async function hostileHome() {
  const home = await mkdtemp(join(tmpdir(), 'pawl-home-'));
  const hooks = join(home, 'hooks');
  await mkdir(hooks);
  for (const hook of ['pre-commit', 'pre-push', 'reference-transaction'])
    await writeFile(join(hooks, hook), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const settings = [
    '[core]',
    `hooksPath = ${hooks}`,
    '[commit]',
    'gpgSign = true',
    '[tag]',
    'gpgSign = true',
    '[gpg]',
    'program = false',
  ];
  await writeFile(join(home, '.gitconfig'), `${settings.join('\n')}\n`);
  return home;
}

function cleanTree() {
  const { stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: join(root), encoding: 'utf8' });
  if (stdout.trim() !== '') console.log(stdout);
  return stdout.trim() === '' ? 0 : 1;
}
