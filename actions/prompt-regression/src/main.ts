// The step: from the runner's environment to a verdict and its exit code.
import { runAction } from '@pawl/action-kit';
import { action } from './action.ts';

process.exitCode = await runAction(
  action,
  {
    openWorld: async (request) => (await import('./engine.ts')).openWorld(request),
    execute: async (inputs, world) => (await import('./engine.ts')).execute(inputs, world),
  },
  { env: process.env, cwd: process.cwd(), write: (text) => process.stdout.write(text) },
);
