// One command for each feature: its options are the feature's inputs, its exit code is the verdict's.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  blameConfig,
  configuredInputs,
  exitCodeOf,
  hasErrors,
  mergeInputs,
  readInputs,
  type Input,
  type Inputs,
  type InputSpec,
  type Outcome,
  type Slug,
} from '@pawl/core';
import { renderHtml, renderTerminal } from '@pawl/core/report';
import { openWorld, type World } from '@pawl/wiring';
import { Command, Option } from 'commander';
import { showProblems } from './show-problems.ts';
import type { Shell } from './terminal-io.ts';

export interface Feature<S extends InputSpec> {
  readonly slug: Slug;
  /** The verb: `validate`. */
  readonly name: string;
  readonly summary: string;
  readonly inputs: S;
  readonly examples: readonly string[];
  execute(inputs: Inputs<S>, world: World): Promise<Outcome>;
}

interface CommonOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly store: boolean;
  readonly directory?: string;
}

/** @param finish is told the exit code */
export function featureCommand<S extends InputSpec>(
  feature: Feature<S>,
  shell: Shell,
  finish: (code: number) => void,
): Command {
  const command = new Command(feature.name).summary(feature.summary).description(feature.summary);
  const positional = Object.entries(feature.inputs).filter(([, input]) => input.positional === true);
  for (const [name, input] of positional)
    command.argument(input.type === 'list' ? `[${name}...]` : `[${name}]`, input.description);
  for (const [name, input] of Object.entries(feature.inputs))
    if (input.positional !== true) command.addOption(optionOf(name, input));
  addCommonOptions(command);
  command.addHelpText(
    'after',
    `\nExamples:\n${feature.examples.map((line) => `  $ ${line}`).join('\n')}\n\nExit codes: 0 pass, 1 fail, 2 wrong usage or files, 3 could not be judged, 4 inconclusive.`,
  );
  command.action(async (...args: unknown[]) => {
    const options = command.opts<CommonOptions & Record<string, unknown>>();
    const given = Object.fromEntries([
      ...positional.map(([name], index) => [name, textOf(args[index])] as const),
      ...Object.keys(feature.inputs).flatMap((name) =>
        camelCase(name) in options ? [[name, textOf(options[camelCase(name)])] as const] : [],
      ),
    ]);
    finish(await runFeature(feature, given, options, shell));
  });
  return command;
}

export function addCommonOptions(command: Command): void {
  command
    .option('--json', 'print the report as JSON')
    .option('--html <file>', 'also write the report as an HTML page')
    .option('--no-store', 'do not record the run in Git')
    .option('-C, --directory <folder>', 'work in this folder instead of here');
}

async function runFeature<S extends InputSpec>(
  feature: Feature<S>,
  given: Record<string, string | undefined>,
  options: CommonOptions,
  shell: Shell,
): Promise<number> {
  const root = resolve(shell.cwd, options.directory ?? '.');
  const progress = options.json === true ? () => {} : shell.err;
  await using world = await openWorld({ root, env: shell.env, progress });
  const configured = configuredInputs(world.config, feature.slug);
  const read = readInputs(feature.inputs, mergeInputs(configured, given), (name) => `--${name}`);
  const problems = [...world.problems, ...read.problems.map((problem) => blameConfig(problem, configured))];
  if (read.value === undefined || hasErrors(problems)) return showProblems(problems, shell, options.json === true);
  const outcome = await feature.execute(read.value, world);
  if (options.store && outcome.run !== undefined && !outcome.usage) await keep(outcome, world, shell);
  if (options.html !== undefined) {
    const file = resolve(shell.cwd, options.html);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, renderHtml([outcome.report]));
  }
  shell.out(
    options.json === true
      ? JSON.stringify({ ...outcome.report, runId: outcome.run?.id }, null, 2)
      : renderTerminal(outcome.report, shell),
  );
  return exitCodeOf(outcome);
}

async function keep(outcome: Outcome, world: World, shell: Shell): Promise<void> {
  if (outcome.run === undefined) return;
  const receipt = await world.store.add({ runs: [{ run: outcome.run, results: outcome.results }], operations: [] });
  if (receipt.kept === 'spool')
    shell.err(
      `The run is kept aside, since the remote did not take it: ${receipt.reason ?? 'no reason was given'}. "pawl store push" tries again.`,
    );
}

function optionOf(name: string, input: Input): Option {
  const flags =
    input.type === 'boolean'
      ? `--${name} [true|false]`
      : `--${name} <${input.type === 'choice' ? (input.choices ?? []).join('|') : input.type}>`;
  const defaults = input.default === undefined ? '' : ` (default: ${input.default})`;
  const option = new Option(flags, input.description + defaults);
  return input.type === 'list'
    ? option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    : option;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.join('\n') : String(value);
}

const camelCase = (name: string): string => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
