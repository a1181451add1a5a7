// pawl run export
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasErrors, isExpected, type Problem, type Run } from '@pawl/core';
import { flatGroups, flatTable, usualGroups, type FlatGroup, type FlatTable } from '@pawl/core/runs';
import type { World } from '@pawl/wiring';
import { Command, InvalidArgumentError, Option } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { exportFormats, formatOfPath } from './run-formats.ts';
import { showWarnings, showWrittenProblems } from './run-problems.ts';
import { addQueryOptions, chooseRuns, filterHelp, readChoice, type QueryOptions } from './run-query.ts';
import { vanished } from './run-show.ts';

interface ExportOptions extends QueryOptions {
  readonly format?: string;
  readonly output?: string;
  readonly with: readonly FlatGroup[];
  readonly json?: boolean;
  readonly directory?: string;
}

export function runExportCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('export')
    .summary('write runs as a table: JSON, CSV or Parquet')
    .description('Write runs as a flat table with a row for each: JSON, JSON lines, CSV or Parquet.');
  const formats = Object.entries(exportFormats).map(([name, { summary }]) => `${name} (${summary})`);
  return addQueryOptions(command)
    .addOption(
      new Option('--format <format>', `${formats.join(', ')}; default: by the file's name, else json`).choices(
        Object.keys(exportFormats),
      ),
    )
    .option('--output <file>', 'write there instead of printing')
    .addOption(
      new Option('--with <groups>', `columns besides the run's own: ${flatGroups.join(', ')}`)
        .argParser(groupList)
        .default(usualGroups, usualGroups.join(',')),
    )
    .option('--json', 'print problems and the outcome as JSON')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText('after', help)
    .action(async (options: ExportOptions) => {
      const { json = false, directory } = options;
      await inWorld({ shell, finish, json, ...(directory !== undefined && { directory }) }, (world) =>
        exportRuns(options, world, shell),
      );
    });
}

const help = `${filterHelp}

Examples:
  $ pawl run export --kind training --format parquet --output runs.parquet
  $ pawl run export --since 30d --with metrics,intervals,origin --output runs.csv`;

async function exportRuns(options: ExportOptions, world: World, shell: Shell): Promise<number> {
  const { json = false, output } = options;
  const choice = readChoice(options, world.clock.now());
  if (choice.value === undefined) return showWrittenProblems(choice.problems, options, { shell, json });
  const name = options.format ?? (output === undefined ? 'json' : formatOfPath(output)) ?? 'json';
  const format = exportFormats[name]!;
  if (output === undefined && format.text === undefined) return showProblems([noTerminal(name)], shell, json);
  const chosen = await chooseRuns(world.store, choice.value);
  showWarnings(chosen.warnings, options, shell);
  const runs: Run[] = [];
  const problems: Problem[] = [];
  for (const { id } of chosen.runs) {
    // Whole records: summaries leave out long parameters.
    const run = await world.store.read(id);
    if (run === undefined) problems.push(vanished(id));
    else runs.push(run);
  }
  if (problems.length > 0) return showProblems(problems, shell, json);
  let made: FlatTable | undefined;
  const request = { runs, world, table: () => (made ??= flatTable(runs, options.with)) };
  if (output === undefined) {
    shell.out((format.text?.(request) ?? '').trimEnd());
    return 0;
  }
  const path = resolve(shell.cwd, output);
  try {
    await mkdir(dirname(path), { recursive: true });
    problems.push(...(await format.write(request, path)));
  } catch (error) {
    problems.push(unwritable(output, error));
  }
  if (hasErrors(problems)) return showProblems(problems, shell, json);
  if (problems.length > 0) showWarnings(problems, {}, shell);
  const words = `${runs.length} run${runs.length === 1 ? '' : 's'} written to ${output}.`;
  shell.out(json ? JSON.stringify({ runs: runs.length, format: name, output }, null, 2) : words);
  return 0;
}

function groupList(text: string): readonly FlatGroup[] {
  return text.split(',').map((part) => {
    const group = flatGroups.find((name) => name === part.trim());
    if (group === undefined) throw new InvalidArgumentError(`"${part}" is none of ${flatGroups.join(', ')}.`);
    return group;
  });
}

const noTerminal = (format: string): Problem => ({
  code: 'EXPORT_NEEDS_FILE',
  severity: 'error',
  message: `${format} cannot be printed.`,
  hint: 'Name a file with --output.',
});

/** @throws what is a bug of ours, as it is */
function unwritable(output: string, error: unknown): Problem {
  const system = error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
  if (!system && !isExpected(error)) throw error;
  const { message, hint = 'Name a file that can be written.' } = isExpected(error) ? error : { message: codeOf(error) };
  return { code: 'EXPORT_UNWRITABLE', severity: 'error', message: `${output} cannot be written: ${message}`, hint };
}

const codeOf = (error: unknown): string => `${(error as NodeJS.ErrnoException).code}.`;
