// Users' code to who runs it: JavaScript to the sandbox, Python to an interpreter. Neither is loaded before it is needed.
import { isPython, type ScriptRunner, type Workspace } from '@pawl/core';
import { lazily } from './lazily.ts';
import type { WorldOptions } from './world.ts';

export function scriptRunners({ env, origin }: WorldOptions, workspace: Workspace): ScriptRunner {
  const sandbox = lazily(async () => (await import('@pawl/sandbox')).quickJsRunner(), ['run', 'matches', 'close']);
  const python = lazily(async () => {
    const { pythonRunner } = await import('@pawl/sandbox/python');
    return pythonRunner({
      resolve: (path) => workspace.resolve(path),
      environment: (name) => env[name],
      ...(origin?.trust !== undefined && { trust: origin.trust }),
    });
  }, ['run', 'close']);
  return {
    run: (request) => (isPython(request) ? python.run(request) : sandbox.run(request)),
    matches: (pattern, flags, text) => sandbox.matches(pattern, flags, text),
    close: async () => {
      await Promise.all([sandbox, python].map((runner) => runner.opened()?.then((opened) => opened.close())));
    },
  };
}
