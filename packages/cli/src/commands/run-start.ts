// pawl run start: opens a run that other commands and processes log to.
import { beginRun } from '@pawl/tracking';
import { Command } from 'commander';
import { inWorld, type Finish, type Place } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import {
  nameFlagProblem,
  showWarnings,
  valuesOf,
  withPlaceOptions,
  withStartOptions,
  type StartOptions,
} from './run-values.ts';

const examples = `
Examples:
  $ PAWL_RUN_ID=$(pawl run start --name flight-delay --param lr=0.1)
  $ pawl run log $PAWL_RUN_ID --metric loss=0.31 --step 10
  $ pawl run end $PAWL_RUN_ID`;

export function runStartCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('start')
    .summary('open a run that lasts')
    .description('Open a run that lasts, and print its id. It is stored when it is ended.')
    .addHelpText('after', examples);
  return withPlaceOptions(withStartOptions(command), 'print the id in JSON').action(async (options: StartOptions) => {
    const { name = '', kind = 'training', diff = true, json = false } = options;
    const place: Place = { shell, finish, ...options };
    await inWorld(place, async (world) => {
      const values = valuesOf(options, [nameFlagProblem(name)], place);
      if (values === undefined) return 2;
      const begun = await beginRun(world, { ...values, kind, name }, { env: shell.env, diff });
      if (begun.value === undefined) return showProblems(begun.problems, shell, json);
      const { id } = begun.value;
      if (json) shell.out(JSON.stringify({ id, problems: begun.problems }, null, 2));
      else {
        shell.out(id);
        showWarnings(begun.problems, place);
        shell.err(
          `The run is open. "pawl run log ${id} --metric NAME=NUMBER" adds to it, "pawl run end ${id}" stores it.`,
        );
      }
      return 0;
    });
  });
}
