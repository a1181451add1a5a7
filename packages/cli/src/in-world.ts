// Opens a repository's world for a command, and turns what goes wrong into one message and an exit code.
import { resolve } from 'node:path';
import { hasErrors, isExpected } from '@pawl/core';
import type { World } from '@pawl/wiring';
import { openWorld } from '@pawl/wiring/world';
import { showExpected, showProblems } from './show-problems.ts';
import type { Shell } from './terminal-io.ts';

export type Finish = (code: number) => void;

export interface Place {
  readonly shell: Shell;
  readonly finish: Finish;
  readonly directory?: string;
  /** Problems are printed as JSON, and nothing else is said on the way. */
  readonly json?: boolean;
  /** Nothing is kept of it. */
  readonly unrecorded?: boolean;
}

export async function inWorld(place: Place, work: (world: World) => Promise<number>): Promise<void> {
  const { shell, finish, directory, json = false, unrecorded = false } = place;
  try {
    await using world = await openWorld({
      root: resolve(shell.cwd, directory ?? '.'),
      env: shell.env,
      progress: json ? () => {} : shell.err,
      unrecorded,
    });
    if (hasErrors(world.problems)) finish(showProblems(world.problems, shell, json));
    else finish(await work(world));
  } catch (error) {
    // Somebody's repository, network or file; anything else is a bug of ours, and shows its stack.
    if (!isExpected(error)) throw error;
    finish(showExpected(error, shell, json));
  }
}
