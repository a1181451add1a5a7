// Opens a repository's world for a command, and turns what goes wrong into one message and an exit code.
import { resolve } from 'node:path';
import { hasErrors, usageExitCode } from '@pawl/core';
import { openWorld, type World } from '@pawl/wiring';
import { showProblems } from './show-problems.ts';
import type { Shell } from './terminal-io.ts';

export type Finish = (code: number) => void;

export interface Place {
  readonly shell: Shell;
  readonly finish: Finish;
  readonly directory?: string;
}

export async function inWorld(place: Place, work: (world: World) => Promise<number>): Promise<void> {
  const { shell, finish, directory } = place;
  await using world = await openWorld({
    root: resolve(shell.cwd, directory ?? '.'),
    env: shell.env,
    progress: shell.err,
  });
  if (hasErrors(world.problems)) return finish(showProblems(world.problems, shell, false));
  try {
    finish(await work(world));
  } catch (error) {
    if (!isExpected(error)) throw error;
    shell.err(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
    finish(usageExitCode);
  }
}

/** Errors of adapters carry a code: somebody's repository, network or file, not our bug. */
function isExpected(error: unknown): error is Error & { code: string; hint?: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.name.endsWith('Error') &&
    error.name !== 'TypeError'
  );
}
