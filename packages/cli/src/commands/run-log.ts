// pawl run log, and the commands beside it by which training code leaves a run without a server.
import { hasErrors, type Problem } from '@pawl/core';
import { runDropPath, RunStatus } from '@pawl/core/tracking';
import { logDrop, logOnce, logToRun } from '@pawl/tracking';
import type { World } from '@pawl/wiring';
import { Command, Option } from 'commander';
import { inWorld, type Finish, type Place } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { runEndCommand } from './run-end.ts';
import { runExecCommand } from './run-exec.ts';
import { runStartCommand } from './run-start.ts';
import {
  hasValues,
  nameFlagProblem,
  showLogged,
  showWarnings,
  stepNumber,
  valuesOf,
  withPlaceOptions,
  withStartOptions,
  type StartOptions,
} from './run-values.ts';

/** Adds `log`, `start`, `end` and `exec` to `pawl run`. */
export function addRunLogging(run: Command, shell: Shell, finish: Finish): Command {
  return run
    .addCommand(runLogCommand(shell, finish))
    .addCommand(runStartCommand(shell, finish))
    .addCommand(runEndCommand(shell, finish))
    .addCommand(runExecCommand(shell, finish));
}

interface LogOptions extends StartOptions {
  readonly from?: string;
  readonly status?: RunStatus;
}

const examples = `
Examples:
  $ pawl run log --name flight-delay --metric f1=0.91 --param lr=0.1 --artifact models/delay.onnx
  $ pawl run log 01KAM3 --metric loss=0.31 --step 10
  $ pawl run log --from .pawl/run.json`;

function runLogCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('log')
    .summary('record a run, or add to one that is open')
    .description(
      `Record a run in one go (--name), from a file (--from), or add to an open run (its id, or PAWL_RUN_ID).\nWith nothing given, ${runDropPath} is recorded. Prints the run's id.`,
    )
    .argument('[id]', 'an open run, or the first letters of its id')
    .addHelpText('after', examples);
  withStartOptions(command)
    .option('--step <number>', 'the training step of these metrics', stepNumber)
    .addOption(new Option('--status <status>', 'how it ended').choices(RunStatus.options))
    .option('--from <file>', 'a run in one file of JSON; see docs/run-json.md');
  return withPlaceOptions(command, 'print the receipt').action(
    async (given: string | undefined, options: LogOptions) => {
      const place: Place = { shell, finish, ...options };
      await inWorld(place, (world) => log(world, { given, options, place }));
    },
  );
}

interface Asked {
  readonly given: string | undefined;
  readonly options: LogOptions;
  readonly place: Place;
}

async function log(world: World, { given, options, place }: Asked): Promise<number> {
  const { shell, json = false } = place;
  const { name, from, status, diff = true, kind = 'training' } = options;
  const refuse = (problems: readonly Problem[]): number => showProblems(problems, shell, json);
  const capture = { env: shell.env, diff };
  const open = given ?? (name === undefined && from === undefined ? shell.env['PAWL_RUN_ID'] : undefined);

  if (open !== undefined && open !== '') {
    const values = valuesOf(options, [name, from, status].some((one) => one !== undefined) ? [notForOpen] : [], place);
    if (values === undefined) return 2;
    if (!hasValues(options)) return refuse([nothingToLog]);
    const logged = await logToRun(world, open, values);
    if (logged.value === undefined) return refuse(logged.problems);
    if (json) shell.out(JSON.stringify({ ...logged.value, problems: logged.problems }, null, 2));
    else showWarnings(logged.problems, place);
    return 0;
  }

  if (name !== undefined) {
    const values = valuesOf(options, [nameFlagProblem(name), from === undefined ? undefined : eitherOr], place);
    if (values === undefined) return 2;
    const run = { ...values, kind, name, status: status ?? 'finished' };
    const logged = await logOnce(world, run, capture);
    return logged.value === undefined ? refuse(logged.problems) : showLogged(logged.value, place);
  }

  if (hasValues(options) || status !== undefined) return refuse([from === undefined ? nameless : eitherOr]);
  const logged = await logDrop(world, capture, from);
  if (logged.value === undefined || hasErrors(logged.problems)) return refuse(logged.problems);
  return showLogged({ ...logged.value, problems: logged.problems }, place);
}

const usage = (message: string, hint: string): Problem => ({ code: 'RUN_LOG_USAGE', severity: 'error', message, hint });

const notForOpen = usage(
  'An open run has its name already, and ends with "pawl run end".',
  'Leave out --name, --from and --status; or leave out the id to record another run.',
);
const nothingToLog = usage('There is nothing to log.', 'Give --metric, --param, --tag, --artifact or --data.');
const eitherOr = usage('--from names a whole run.', 'Write the values into that file, or give --name and no --from.');
const nameless = usage(
  'Nothing says which run these values belong to.',
  'Give --name NAME for a run of its own, or the id of an open run.',
);
