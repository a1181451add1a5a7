// The options by which a run's values are given, and the words in which it is told what became of a run.
import { hasErrors, type Problem } from '@pawl/core';
import { LoggedKind, nameProblem, readValueFlags, type LoggedValues } from '@pawl/core/tracking';
import type { Logged } from '@pawl/tracking';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Place } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';

export interface ValueOptions {
  readonly metric?: readonly string[];
  readonly param?: readonly string[];
  readonly tag?: readonly string[];
  readonly artifact?: readonly string[];
  readonly data?: readonly string[];
  readonly step?: number;
  readonly json?: boolean;
  readonly directory?: string;
}

export interface StartOptions extends ValueOptions {
  readonly kind?: LoggedKind;
  readonly name?: string;
  /** False with --no-diff. */
  readonly diff?: boolean;
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export const withValueOptions = (command: Command): Command =>
  command
    .option('--metric <name=number>', 'a metric; give it again for each', collect)
    .option('--param <name=value>', 'a param; give it again for each', collect)
    .option('--tag <name=text>', 'a tag; give it again for each', collect)
    .option('--artifact <path>', 'a file the run made, as PATH, NAME=PATH or NAME=URL@sha256:DIGEST', collect)
    .option('--data <path>', 'data the run read: a file, folder, glob, .dvc file or URL@sha256:DIGEST', collect);

export const withStartOptions = (command: Command): Command =>
  withValueOptions(
    command
      .addOption(new Option('--kind <kind>', 'what kind of run it is').choices(LoggedKind.options).default('training'))
      .option('--name <name>', 'the model or experiment it belongs to'),
  ).option('--no-diff', 'do not keep uncommitted changes with the run');

export const withPlaceOptions = (command: Command, json: string): Command =>
  command.option('--json', json).option('-C, --directory <folder>', 'work in this folder instead of here');

export function stepNumber(text: string): number {
  const step = Number(text);
  if (text.trim() === '' || !Number.isFinite(step)) throw new InvalidArgumentError('Give a number.');
  return step;
}

export const hasValues = ({ metric, param, tag, artifact, data }: ValueOptions): boolean =>
  [metric, param, tag, artifact, data].some((texts) => texts !== undefined);

/** Every mistake at once; undefined when there is one. */
export function valuesOf(
  options: ValueOptions,
  more: readonly (Problem | undefined)[],
  place: Place,
): LoggedValues | undefined {
  const { metric = [], param = [], tag = [], artifact = [], data = [], step } = options;
  const read = readValueFlags({ metric, param, tag, artifact, data, ...(step !== undefined && { step }) });
  const problems = [...more.filter((problem) => problem !== undefined), ...read.problems];
  if (read.value !== undefined && !hasErrors(problems)) return read.value;
  showProblems(problems, place.shell, place.json === true);
  return undefined;
}

export const nameFlagProblem = (name: string | undefined): Problem | undefined => nameProblem(name ?? '', '--name');

/** The id alone goes to standard output, for scripts; words go beside it. */
export function showLogged({ id, receipt, problems }: Logged, { shell, json = false }: Place): number {
  if (json) {
    shell.out(JSON.stringify({ id, ...(receipt ?? { already: true }), problems }, null, 2));
    return 0;
  }
  shell.out(id);
  showWarnings(problems, { shell });
  if (receipt === undefined) shell.err('It had been logged before; nothing was added.');
  else if (receipt.kept === 'spool') {
    showWarnings([keptAside(receipt.reason)], { shell });
  } else shell.err(receipt.kept === 'remote' ? 'Logged; the remote has it.' : 'Logged; this repository keeps it.');
  return 0;
}

export function showWarnings(problems: readonly Problem[], { shell }: Pick<Place, 'shell'>): void {
  if (problems.length > 0) showProblems(problems, { ...shell, out: () => {} }, false);
}

const keptAside = (reason = 'The remote did not take it; `pawl store push` tries again.'): Problem => ({
  code: 'RUN_SPOOLED',
  severity: 'warning',
  message: `The run is kept aside on this machine. ${reason}`,
});
