// pawl run show
import { Report, type Run } from '@pawl/core';
import { escapeTerminal, oneLine, renderTerminal, renderTerminalBlocks } from '@pawl/core/report';
import {
  caseBlocks,
  caseChoices,
  curveBlocks,
  findRun,
  historyFiles,
  listCases,
  runBlocks,
  runTitle,
  selectorHelp,
  type CaseChoice,
} from '@pawl/core/runs';
import type { World } from '@pawl/wiring';
import { Command, Option } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import type { Shell } from '../terminal-io.ts';

interface ShowOptions {
  readonly json?: boolean;
  readonly cases?: CaseChoice;
  readonly directory?: string;
}

export function runShowCommand(shell: Shell, finish: Finish): Command {
  return new Command('show')
    .summary("show one run's report and record")
    .description("Show one run's report and record: what it was given, what it found, where it came from.")
    .argument('<id>', selectorHelp)
    .addOption(
      new Option(
        '--cases <newly-wrong|newly-right|wrong|all>',
        'list every such case of an evaluation with its answers, instead of the report',
      ).choices(caseChoices),
    )
    .option('--json', "print the run's record, or the cases as they are recorded")
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText('after', examples)
    .action(async (text: string, { json = false, cases, directory }: ShowOptions) => {
      await inWorld({ shell, finish, json, ...(directory !== undefined && { directory }) }, async (world) => {
        const { value: found, problems } = await findRun(world.store, text);
        if (found === undefined) return showProblems(problems, shell, json);
        const run = await world.store.read(found.id);
        if (run === undefined) return showProblems([vanished(found.id)], shell, json);
        if (cases !== undefined) return showCases(run, cases, { world, shell, json });
        if (json) shell.out(JSON.stringify(run, null, 2));
        else shell.out((await pageOf(run, world, shell)).trimEnd());
        return 0;
      });
    });
}

const examples = `
Examples:
  $ pawl run show latest
  $ pawl run show latest:eval-gate/flight-delay
  $ pawl run show 01KAB3
  $ pawl run show latest:mail-triage --cases newly-wrong`;

/** Listed, and not to be read: the index knows what the data lack. */
export const vanished = (id: string) =>
  ({
    code: 'RUN_UNREADABLE',
    severity: 'error',
    message: `The record of run ${id} cannot be read.`,
    hint: '"pawl store verify" says what is wrong with the store.',
  }) as const;

interface CasesPage {
  readonly world: World;
  readonly shell: Shell;
  readonly json: boolean;
}

async function showCases(run: Run, choice: CaseChoice, { world, shell, json }: CasesPage): Promise<number> {
  const text = await world.store.readResult(run.id, 'cases.jsonl');
  if (text === undefined) return showProblems([withoutCases(run)], shell, json);
  const { value: cases, problems } = listCases(text, choice);
  if (json) {
    shell.out(JSON.stringify(cases, null, 2));
    return 0;
  }
  for (const { message } of problems) shell.err(message);
  shell.out(renderTerminalBlocks(caseBlocks(cases, choice), { ...shell, rows: Infinity }).trimEnd());
  return 0;
}

const withoutCases = (run: Run) =>
  ({
    code: 'RUN_WITHOUT_CASES',
    severity: 'error',
    message: `Run ${run.id} (${runTitle(run)}) keeps no cases.`,
    hint: 'Runs of prompt-regression do; "pawl run show" without --cases shows what this one has.',
  }) as const;

const manyRows = 200;

async function pageOf(run: Run, { store }: World, shell: Shell): Promise<string> {
  const title = oneLine(escapeTerminal(runTitle(run)));
  const report = await reportText(run, await store.readResult(run.id, 'report.json'), shell);
  const histories: string[] = [];
  for (const file of historyFiles(run.results)) histories.push((await store.readResult(run.id, file)) ?? '');
  const blocks = [...runBlocks(run, await store.operations(run.id)), ...curveBlocks(histories)];
  return `${report ?? `${title}\n`}\n${renderTerminalBlocks(blocks, { ...shell, rows: manyRows })}`;
}

async function reportText(run: Run, text: string | undefined, shell: Shell): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const report = Report.safeParse(parsed(text));
  return report.success
    ? renderTerminal(report.data, shell)
    : `${oneLine(escapeTerminal(runTitle(run)))}\n\nThe report of this run cannot be read by this Pawl; its record can.\n`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
