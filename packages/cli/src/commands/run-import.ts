// pawl run import | push: runs of other trackers into the store, and ours to MLflow.
import { exitCodes, type Problem } from '@pawl/core';
import { exportRuns, importRuns, parsePlace, runsOf, ExchangeError } from '@pawl/experiments';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { addQueryOptions, chooseRuns, filterHelp, readChoice, type QueryOptions } from './run-query.ts';

interface ImportOptions {
  readonly experiment: readonly string[];
  readonly rev: readonly string[];
  readonly unfinished?: boolean;
  readonly json?: boolean;
  readonly directory?: string;
}

/** Adds `import` to `pawl run`. */
export function addRunImport(run: Command, shell: Shell, finish: Finish): Command {
  return run.addCommand(runImportCommand(shell, finish));
}

/** Adds `push` to `pawl run`. */
export function addRunPush(run: Command, shell: Shell, finish: Finish): Command {
  return run.addCommand(runPushCommand(shell, finish));
}

function runImportCommand(shell: Shell, finish: Finish): Command {
  return new Command('import')
    .summary('bring runs of MLflow, W&B or DVC into the store')
    .description('Bring runs of MLflow, W&B or DVC into the store. A second import adds only what is new.')
    .argument('<source>', 'mlflow:FOLDER, mlflow:https://HOST, wandb:FOLDER or dvc')
    .option(
      '--experiment <name>',
      'only this experiment or project; repeatable. For DVC: the name of the runs',
      collect,
      [],
    )
    .option(
      '--rev <revision>',
      'DVC: only this commit or experiment; repeatable. Default: HEAD and every experiment',
      collect,
      [],
    )
    .option('--unfinished', 'also runs that have not ended')
    .option('--json', 'print ids, counts and problems')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText('after', importHelp)
    .action(async (source: string, options: ImportOptions) => {
      await inWorld(placeOf(options, shell, finish), (world) => importFrom(source, options, { world, shell }));
    });
}

const importHelp = `
Examples:
  $ pawl run import mlflow:mlruns --experiment flight-delay
  $ pawl run import mlflow:http://127.0.0.1:5000
  $ pawl run import wandb:wandb
  $ pawl run import dvc --rev main --rev higher-lr

Artifacts are not copied: their address is recorded, and their digest where it is known. A SQLite store of MLflow is
read through its server. Credentials come from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD. Exits with 0 when everything is here, with 3 when something was left out or cut.`;

interface Doing {
  readonly world: World;
  readonly shell: Shell;
}

async function importFrom(source: string, options: ImportOptions, { world, shell }: Doing): Promise<number> {
  const { json = false, experiment, rev, unfinished = false } = options;
  const { sha256 } = await world.context();
  const place = parsePlace(source, world.root);
  const runs = runsOf({ ...place, experiments: experiment, revisions: rev, environment: shell.env, sha256 });
  const { imported, present, skipped, problems, spooled } = await importRuns(runs, {
    store: world.store,
    sha256,
    unfinished,
  });
  if (json) shell.out(JSON.stringify({ imported, present, skipped, problems }, null, 2));
  else {
    if (problems.length > 0) showProblems(problems, shell, false);
    shell.out(
      `${sentence('imported', imported.length)}${present.length > 0 ? `; ${present.length} here already` : ''}${skipped > 0 ? `; ${skipped} left out` : ''}.`,
    );
  }
  if (spooled?.reason !== undefined) shell.err(`The runs are kept aside: ${spooled.reason}`);
  return problems.length === 0 ? 0 : exitCodes.error;
}

interface PushOptions extends QueryOptions {
  readonly to: string;
  readonly json?: boolean;
  readonly directory?: string;
}

function runPushCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('push')
    .summary('send runs to MLflow: a server, or a folder that "mlflow ui" reads')
    .description(
      'Send runs to MLflow: a server, or a folder that "mlflow ui" reads. A run that is there is not sent again.',
    )
    .argument('[id...]', 'these runs, or those that the options choose')
    .requiredOption('--to <target>', 'mlflow:FOLDER or mlflow:https://HOST');
  return addQueryOptions(command)
    .option('--json', 'print ids, counts and problems')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText(
      'after',
      `${filterHelp}\n\nExamples:\n  $ pawl run push --kind training --to mlflow:mlruns\n  $ pawl run push 01KAM3 --to mlflow:http://127.0.0.1:5000`,
    )
    .action(async (ids: readonly string[], options: PushOptions) => {
      await inWorld(placeOf(options, shell, finish), (world) => push(ids, options, { world, shell }));
    });
}

async function push(given: readonly string[], options: PushOptions, { world, shell }: Doing): Promise<number> {
  const { json = false } = options;
  const { tool, at } = parsePlace(options.to, world.root);
  if (tool !== 'mlflow')
    throw new ExchangeError(
      'EXCHANGE_PLACE',
      `Runs are sent to MLflow, not to ${tool}.`,
      'Write --to mlflow:FOLDER or --to mlflow:https://HOST.',
    );
  const choice = readChoice(options, world.clock.now());
  if (choice.value === undefined) return showProblems(choice.problems, shell, json);
  const chosen = await chooseRuns(world.store, choice.value);
  const ids = given.length === 0 ? chosen.runs.map(({ id }) => id) : [];
  const problems: Problem[] = [];
  for (const prefix of given) {
    const matches = chosen.runs.filter(({ id }) => id.startsWith(prefix.toUpperCase()));
    const [found] = matches;
    if (found === undefined || matches.length > 1) problems.push(noOneRun(prefix, matches.length));
    else ids.push(found.id);
  }
  if (problems.length > 0) return showProblems(problems, shell, json);
  const result = await exportRuns(ids, { store: world.store, target: at, environment: shell.env });
  const { pushed, present, skipped } = result;
  if (json) shell.out(JSON.stringify(result, null, 2));
  else {
    if (result.problems.length > 0) showProblems(result.problems, shell, false);
    shell.out(
      `${sentence('pushed', pushed.length)}${present.length > 0 ? `; ${present.length} there already` : ''}${skipped > 0 ? `; ${skipped} left out` : ''}.`,
    );
  }
  return skipped > 0 ? exitCodes.error : 0;
}

const sentence = (word: string, count: number): string => `${count} run${count === 1 ? '' : 's'} ${word}`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const placeOf = (
  { json, directory }: { readonly json?: boolean; readonly directory?: string },
  shell: Shell,
  finish: Finish,
) => ({
  shell,
  finish,
  ...(json !== undefined && { json }),
  ...(directory !== undefined && { directory }),
});

const noOneRun = (prefix: string, count: number): Problem => ({
  code: 'RUN_UNKNOWN',
  severity: 'error',
  message: count === 0 ? `No run begins with "${prefix}".` : `${count} runs begin with "${prefix}".`,
  hint: count === 0 ? '"pawl run list" shows the runs there are.' : 'Give more letters.',
});
