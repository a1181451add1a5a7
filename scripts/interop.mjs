// npm run test:interop: the same numbers and states as the real peers. `-- --quick` takes only those that install quickly.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root, run } from './bootstrap.mjs';
import { npmPeer } from './npm-peer.mjs';
import { python } from './python.mjs';
import { runSteps } from './steps.mjs';

/**
 * A peer is a pinned requirements file, a package.json, or a program of the machine, and the tests that meet it; the
 * tests find its Python, the folder that holds its node_modules, or the program's name in a variable.
 */
const peers = [
  {
    name: 'python',
    program: 'python3',
    tests: ['packages/sandbox/test/python.interop.test.ts', 'packages/cli/test/python.interop.test.ts'],
    quick: true,
  },
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
  {
    name: 'attestation',
    requirements: 'packages/cli/test/attestation-requirements.txt',
    tests: 'packages/cli/test/attestation.interop.test.ts',
    quick: true,
  },
  {
    name: 'promptfoo',
    manifest: 'packages/cli/test/promptfoo/package.json',
    tests: [
      'packages/cli/test/promptfoo.interop.test.ts',
      'packages/core/test/eval-suite/promptfoo.interop.test.ts',
      'packages/wiring/test/sql.interop.test.ts',
    ],
    quick: false,
  },
  {
    name: 'litellm',
    requirements: 'packages/cli/test/litellm-requirements.txt',
    tests: 'packages/cli/test/litellm.interop.test.ts',
    quick: false,
  },
  {
    name: 'portkey',
    manifest: 'packages/cli/test/portkey/package.json',
    tests: 'packages/cli/test/portkey.interop.test.ts',
    quick: true,
  },
  {
    name: 'onnxruntime',
    manifest: 'packages/models/test/onnxruntime/package.json',
    tests: 'packages/models/test/onnxruntime.interop.test.ts',
    quick: true,
  },
  {
    name: 'llama',
    requirements: 'packages/models/test/llama-requirements.txt',
    tests: 'packages/models/test/llama.interop.test.ts',
    quick: false,
  },
  {
    name: 'embedding',
    requirements: 'packages/models/test/embedding/peer-requirements.txt',
    // The package of the model asks for PyTorch.
    alone: true,
    tests: 'packages/models/test/embedding/embedding.interop.test.ts',
    quick: false,
  },
];

await prepare();
const quick = process.argv.includes('--quick');
const failed = await runSteps(
  peers.map((peer) => ({
    name: `interop: ${peer.name}`,
    skip: () => (quick && !peer.quick ? 'it installs slowly; run without --quick' : undefined),
    run: async () => {
      const { missing, env } = await environmentOf(peer);
      if (missing !== undefined) {
        console.log(`skipped: ${missing}`);
        return 0;
      }
      return run('vitest', ['run', '--config', 'vitest.interop.config.ts', ...[peer.tests].flat()], { env });
    },
  })),
);
process.exit(failed === 0 ? 0 : 1);

async function environmentOf({ name, program, manifest, requirements, alone }) {
  const variable = name.toUpperCase();
  if (program !== undefined) {
    const found = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
    return found ? { env: { [`PAWL_INTEROP_PROGRAM_${variable}`]: program } } : { missing: `${program} is not there` };
  }
  if (manifest !== undefined) {
    const { missing, folder } = await npmPeer(name, join(root, manifest));
    return { missing, env: { [`PAWL_INTEROP_${variable}`]: folder } };
  }
  const { missing, interpreter } = await python(name, join(root, requirements), { alone });
  return { missing, env: { [`PAWL_INTEROP_PYTHON_${variable}`]: interpreter } };
}
