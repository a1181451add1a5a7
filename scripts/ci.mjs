// What .ci/run does: the README's commands, the checks, the walk twice, the peers, a short bench.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';
import { runSteps } from './steps.mjs';

await prepare({ build: false });

const failed = await runSteps([
  { name: 'npm test', run: () => run('npm', ['test', '--silent']) },
  { name: 'npm run check', run: () => run('npm', ['run', '--silent', 'check']) },
  { name: 'npm start', run: () => run('npm', ['start', '--silent']) },
  { name: 'npm start, a second time', run: () => run('npm', ['start', '--silent']) },
  { name: 'the clone is clean afterwards', run: async () => cleanTree() },
  { name: 'npm run bench, short', run: () => run('npm', ['run', '--silent', 'bench', '--', '--short']) },
  { name: 'npm run test:interop', run: () => run('npm', ['run', '--silent', 'test:interop', '--', '--quick']) },
  { name: 'npm run test:e2e', run: () => run('npm', ['run', '--silent', 'test:e2e']) },
]);
process.exit(failed === 0 ? 0 : 1);

function cleanTree() {
  const { stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: join(root), encoding: 'utf8' });
  if (stdout.trim() !== '') console.log(stdout);
  return stdout.trim() === '' ? 0 : 1;
}
