// One command for each feature: its options are the feature's inputs, its exit code is the verdict's.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  configuredInputs,
  exitCodeOf,
  exitCodes,
  hasErrors,
  isExpected,
  mergeInputs,
  readInputs,
  usageExitCode,
  type Input,
  type Inputs,
  type InputSpec,
  type Outcome,
  type Slug,
} from '@pawl/core';
import { renderHtml, renderSummary, renderTerminal } from '@pawl/core/report';
import type { World } from '@pawl/wiring';
import { Command, Option } from 'commander';
import { inWorld, type Finish } from './in-world.ts';
import { showExpected, showProblems } from './show-problems.ts';
import type { Shell } from './terminal-io.ts';

export interface Feature<S extends InputSpec> {
  readonly slug: Slug;
  /** The verb: `validate`. */
  readonly name: string;
  readonly summary: string;
  readonly inputs: S;
  readonly examples: readonly string[];
  /** The positional input that may be given several times: each is judged by itself. */
  readonly several?: string;
  /** Where a run was made is told in its record alone: with `--no-store` Git is not asked. */
  readonly originInRecord?: boolean;
  /** Adds options that are no inputs. */
  options?(command: Command): void;
  /** What such options say in other words: values of inputs. */
  given?(options: Readonly<Record<string, unknown>>): Readonly<Record<string, string>>;
  execute(inputs: Inputs<S>, world: World, options: object): Promise<Outcome & { readonly shown?: Shown }>;
}

/** What is printed and returned instead of the report and the verdict's exit code. */
export interface Shown {
  /** For `--json`, from the report and the run's id. */
  json(report: object): object;
  readonly text?: string;
  readonly code?: number;
}

interface CommonOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly markdown?: string;
  readonly store: boolean;
  readonly directory?: string;
}

/** @param finish is told the exit code */
export function featureCommand<S extends InputSpec>(feature: Feature<S>, shell: Shell, finish: Finish): Command {
  const command = new Command(feature.name).summary(feature.summary).description(feature.summary);
  const positional = Object.entries(feature.inputs).filter(([, input]) => input.positional === true);
  for (const [name, input] of positional)
    command.argument(
      input.type === 'list' || name === feature.several ? `[${name}...]` : `[${name}]`,
      input.description,
    );
  for (const [name, input] of Object.entries(feature.inputs))
    if (input.positional !== true) command.addOption(optionOf(name, input));
  addCommonOptions(command);
  feature.options?.(command);
  command.addHelpText(
    'after',
    `\nExamples:\n${feature.examples.map((line) => `  $ ${line}`).join('\n')}\n\nExit codes: 0 pass, 1 fail, 2 wrong usage or files, 3 could not be judged, 4 inconclusive.`,
  );
  command.action(async (...args: unknown[]) => {
    const options = command.opts<CommonOptions & Record<string, unknown>>();
    const { several } = feature;
    const given = Object.fromEntries([
      ...positional.map(([name], index) => [name, textOf(args[index])] as const),
      ...Object.keys(feature.inputs).flatMap((name) =>
        typeof options[camelCase(name)] === 'boolean' && feature.inputs[name]?.type !== 'boolean'
          ? []
          : camelCase(name) in options
            ? [[name, textOf(options[camelCase(name)])] as const]
            : [],
      ),
      ...Object.entries(feature.given?.(options) ?? {}),
    ]);
    const values = several === undefined ? [] : (given[several] ?? '').split('\n');
    const all = values.length < 2 ? [given] : values.map((value) => ({ ...given, [several ?? '']: value }));
    await runFeature(feature, all, options, { shell, finish });
  });
  return command;
}

function addCommonOptions(command: Command): void {
  command
    .option('--json', 'print the report as JSON')
    .option('--html <file>', 'also write the report as an HTML page')
    .option('--markdown <file>', 'also write the report as Markdown, as in the comment on a pull request')
    .option('--no-store', 'do not record the run in Git')
    .option('-C, --directory <folder>', 'work in this folder instead of here');
}

/** @param all what was given, for each thing that is judged */
async function runFeature<S extends InputSpec>(
  feature: Feature<S>,
  all: readonly Record<string, string | undefined>[],
  options: CommonOptions,
  { shell, finish }: { readonly shell: Shell; readonly finish: Finish },
): Promise<void> {
  const { json = false, directory } = options;
  const unrecorded = !options.store && feature.originInRecord === true;
  const place = { shell, finish, json, unrecorded, ...(directory !== undefined && { directory }) };
  await inWorld(place, async (world) => {
    const codes: number[] = [];
    for (const given of all) codes.push(await runOnce(feature, given, options, { shell, world }));
    return worstOf.find((code) => codes.includes(code)) ?? Math.max(...codes);
  });
}

/** Of several exit codes the first of these is the command's: wrong files, not judged, failed, not settled. */
const worstOf: readonly number[] = [usageExitCode, exitCodes.error, 100, exitCodes.fail, exitCodes.inconclusive];

async function runOnce<S extends InputSpec>(
  feature: Feature<S>,
  given: Record<string, string | undefined>,
  options: CommonOptions,
  { shell, world }: { readonly shell: Shell; readonly world: World },
): Promise<number> {
  const { json = false } = options;
  const configured = configuredInputs(world.config, feature.slug);
  // What the command line gives wins, and is then not pawl.yml's mistake.
  const isConfigured = (name: string) => name in configured && (given[name] ?? '').trim() === '';
  const read = readInputs(
    feature.inputs,
    mergeInputs(configured, given),
    (name) => wordsFor(name, feature.inputs[name], isConfigured(name)),
    (name) => (isConfigured(name) ? world.placeInConfig(feature.slug, name) : undefined),
  );
  if (read.value === undefined || hasErrors(read.problems)) return showProblems(read.problems, shell, json);
  try {
    return await tell(await feature.execute(read.value, world, options), options, { world, shell });
  } catch (error) {
    if (!isExpected(error)) throw error;
    showExpected(error, shell, json);
    return exitCodes.error;
  }
}

/** How a message calls an input: as its writer wrote it. */
function wordsFor(name: string, input: Input | undefined, configured: boolean): string {
  if (configured) return `input "${name}"`;
  return input?.positional === true ? `argument "${name}"` : `--${name}`;
}

async function tell(
  outcome: Outcome & { readonly shown?: Shown },
  options: CommonOptions,
  { world, shell }: { readonly world: World; readonly shell: Shell },
): Promise<number> {
  const { report, usage, shown } = outcome;
  const runId = options.store && !usage ? await keep(outcome, world, shell) : undefined;
  const told = { ...report, ...(runId !== undefined && { runId }) };
  const written =
    options.json === true
      ? JSON.stringify(shown?.json(told) ?? told, null, 2)
      : (shown?.text ?? renderTerminal(report, shell));
  shell.out(written);
  const pages = [
    [options.html, () => renderHtml([report])],
    [options.markdown, () => renderSummary(report, {})],
  ] as const;
  for (const [path, page] of pages)
    if (path !== undefined && !(await writePage(path, page(), shell))) return usageExitCode;
  return shown?.code ?? exitCodeOf(outcome);
}

/** The verdict stands whether or not the run could be kept. @returns the run's id when it was */
async function keep({ run, results }: Outcome, world: World, shell: Shell): Promise<string | undefined> {
  if (run === undefined) return undefined;
  try {
    const receipt = await world.store.add({ runs: [{ run, results }], operations: [] });
    if (receipt.kept === 'spool')
      shell.err(
        `The run is kept aside, since the remote did not take it: ${receipt.reason ?? 'no reason was given'}. "pawl store push" tries again.`,
      );
    return run.id;
  } catch (error) {
    if (!isExpected(error)) throw error;
    shell.err(`The run was not recorded: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`);
    return undefined;
  }
}

async function writePage(path: string, page: string, shell: Shell): Promise<boolean> {
  const file = resolve(shell.cwd, path);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, page);
    return true;
  } catch (error) {
    shell.err(`The report cannot be written to ${path}: ${(error as NodeJS.ErrnoException).code}.`);
    return false;
  }
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
