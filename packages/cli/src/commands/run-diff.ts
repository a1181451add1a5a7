// pawl run diff
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { usageExitCode, type Problem } from '@pawl/core';
import { renderHtmlBlocks, renderTerminalBlocks } from '@pawl/core/report';
import {
  caseFileOf,
  compareRuns,
  comparisonBlocks,
  comparisonTitle,
  findRun,
  selectorHelp,
  type RunComparison,
  type RunWithCases,
} from '@pawl/core/runs';
import type { World } from '@pawl/wiring';
import { Command } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';
import { vanished } from './run-show.ts';

interface DiffOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly directory?: string;
}

export function runDiffCommand(shell: Shell, finish: Finish): Command {
  return new Command('diff')
    .summary('compare runs: metrics, cases, parameters, data, code')
    .description(
      'Compare runs: metrics, cases, parameters, data, environment, code. The first is what the others are compared with.',
    )
    .argument('<run>', selectorHelp)
    .argument('<runs...>', 'one run or more to compare with it')
    .option('--json', 'print the comparison as JSON, with every case that changed sides')
    .option('--html <file>', 'also write it as an HTML page')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText('after', help)
    .action(async (first: string, others: readonly string[], options: DiffOptions) => {
      const { json = false, html, directory } = options;
      await inWorld({ shell, finish, json, ...(directory !== undefined && { directory }) }, async (world) => {
        const read = await readRuns([first, ...others], world);
        if (read.problems.length > 0) return showProblems(read.problems, shell, json);
        const comparison = compareRuns(read.runs);
        if (json) shell.out(JSON.stringify(comparison, null, 2));
        else shell.out(renderTerminalBlocks(comparisonBlocks(comparison), shell).trimEnd());
        return html === undefined || (await writePage(comparison, html, shell)) ? 0 : usageExitCode;
      });
    });
}

const help = `
Where both runs kept their cases, a metric's difference comes of the same cases, pair by pair, with its 95 %
interval; else of the runs' own intervals, or of the values alone, and it is said which.

Examples:
  $ pawl run diff latest~1 latest
  $ pawl run diff latest~1:eval-gate/flight-delay latest:eval-gate/flight-delay --html diff.html`;

async function readRuns(
  named: readonly string[],
  { store }: World,
): Promise<{ readonly runs: readonly RunWithCases[]; readonly problems: readonly Problem[] }> {
  const runs: RunWithCases[] = [];
  const problems: Problem[] = [];
  for (const text of named) {
    const found = await findRun(store, text);
    problems.push(...found.problems);
    if (found.value === undefined) continue;
    const run = await store.read(found.value.id);
    if (run === undefined) {
      problems.push(vanished(found.value.id));
      continue;
    }
    const file = caseFileOf(run);
    const cases = file === undefined ? undefined : await store.readResult(run.id, file);
    runs.push({ run, ...(file !== undefined && cases !== undefined && { caseFile: { file, text: cases } }) });
  }
  const ids = new Set(runs.map(({ run }) => run.id));
  if (problems.length === 0 && ids.size < 2) problems.push(same([...ids].join('')));
  return { runs, problems };
}

const same = (id: string): Problem => ({
  code: 'RUN_SAME',
  severity: 'error',
  message: `All of these are run ${id}.`,
  hint: 'Name two different runs; latest~1 is the one before the latest.',
});

async function writePage(comparison: RunComparison, path: string, shell: Shell): Promise<boolean> {
  const file = resolve(shell.cwd, path);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, renderHtmlBlocks(comparisonTitle(comparison), comparisonBlocks(comparison)));
    return true;
  } catch (error) {
    shell.err(`The page cannot be written to ${path}: ${(error as NodeJS.ErrnoException).code}.`);
    return false;
  }
}
