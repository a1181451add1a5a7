// npm run test:interop: the same numbers and states as the real peers. `-- --quick` takes only those that install quickly.
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';
import { python } from './python.mjs';
import { runSteps } from './steps.mjs';

/** A peer is a pinned requirements file and the tests that meet it; the tests find its Python in a variable. */
const peers = [
  {
    name: 'gto',
    requirements: 'packages/git/test/gto-requirements.txt',
    tests: 'packages/git/test/gto.interop.test.ts',
    quick: true,
  },
  {
    name: 'hf',
    requirements: 'packages/core/test/model-card/hf-requirements.txt',
    tests: 'packages/core/test/model-card/hf.interop.test.ts',
    quick: true,
  },
  {
    name: 'gx',
    requirements: 'packages/data/test/gx-requirements.txt',
    tests: 'packages/data/test/gx.interop.test.ts',
    quick: true,
  },
  {
    name: 'evidently',
    requirements: 'packages/data/test/evidently-requirements.txt',
    tests: 'packages/data/test/evidently.interop.test.ts',
    quick: false,
  },
  {
    name: 'mlflow',
    requirements: 'packages/experiments/test/mlflow-requirements.txt',
    tests: 'packages/experiments/test/mlflow.interop.test.ts',
    quick: false,
  },
  {
    name: 'wandb',
    requirements: 'packages/experiments/test/wandb-requirements.txt',
    tests: 'packages/experiments/test/wandb.interop.test.ts',
    quick: true,
  },
  {
    name: 'dvc',
    requirements: 'packages/experiments/test/dvc-requirements.txt',
    tests: 'packages/experiments/test/dvc.interop.test.ts',
    quick: true,
  },
];

await prepare();
const quick = process.argv.includes('--quick');
const failed = await runSteps(
  peers.map((peer) => ({
    name: `interop: ${peer.name}`,
    skip: () => (quick && !peer.quick ? 'it installs slowly; run without --quick' : undefined),
    run: async () => {
      const environment = await python(peer.name, join(root, peer.requirements));
      if (environment.missing !== undefined) {
        console.log(`skipped: ${environment.missing}`);
        return 0;
      }
      return run('vitest', ['run', '--config', 'vitest.interop.config.ts', peer.tests], {
        env: { [`PAWL_INTEROP_PYTHON_${peer.name.toUpperCase()}`]: environment.interpreter },
      });
    },
  })),
);
process.exit(failed === 0 ? 0 : 1);
