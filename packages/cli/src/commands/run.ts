// pawl run list | show
import { Report, RunKind, Verdict, type Problem, type RunQuery, type RunSummary } from '@pawl/core';
import { renderTerminal } from '@pawl/core/report';
import { Command, Option } from 'commander';
import { inWorld, type Finish, type Place } from '../in-world.ts';
import { showProblems } from '../show-problems.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { wholeNumber } from '../whole-number.ts';

export function runCommand(shell: Shell, finish: Finish): Command {
  return new Command('run')
    .summary('browse the runs that Git holds')
    .addCommand(list(shell, finish))
    .addCommand(show(shell, finish));
}

function list(shell: Shell, finish: Finish): Command {
  return new Command('list')
    .summary('list runs, newest first')
    .description('List runs, newest first.')
    .addOption(new Option('--kind <kind>', 'only this kind').choices(RunKind.options))
    .option('--name <name>', 'only this dataset, model, prompt or deployment')
    .option('--branch <branch>', 'only runs of this branch')
    .addOption(new Option('--verdict <verdict>', 'only this verdict').choices(Verdict.options))
    .option('--limit <n>', 'how many at most', wholeNumber, 20)
    .option('--json', 'print an array of summaries')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (options: RunQuery & { json?: boolean; directory?: string }) => {
      await inWorld(placeOf(options, shell, finish), async (world) => {
        const { json, directory: _, ...query } = options;
        const runs = await world.store.list(query);
        shell.out(json === true ? JSON.stringify(runs, null, 2) : runTable(runs, shell.width));
        return 0;
      });
    });
}

function show(shell: Shell, finish: Finish): Command {
  return new Command('show')
    .summary("show one run's report")
    .description("Show one run's report.")
    .argument('<id>', 'the run, or the first letters of its id')
    .option('--json', "print the run's record")
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .action(async (id: string, options: { json?: boolean; directory?: string }) => {
      await inWorld(placeOf(options, shell, finish), async (world) => {
        const matches = (await world.store.list()).filter((run) => run.id.startsWith(id.toUpperCase()));
        const [found] = matches;
        if (found === undefined || matches.length > 1) {
          return showProblems([noOneRun(id, matches)], shell, options.json === true);
        }
        const run = await world.store.read(found.id);
        if (options.json === true) shell.out(JSON.stringify(run, null, 2));
        else shell.out(await reportText(found, await world.store.readResult(found.id, 'report.json'), shell));
        return 0;
      });
    });
}

const placeOf = (
  { json, directory }: { readonly json?: boolean; readonly directory?: string },
  shell: Shell,
  finish: Finish,
): Place => ({ shell, finish, ...(json !== undefined && { json }), ...(directory !== undefined && { directory }) });

const noOneRun = (id: string, matches: readonly RunSummary[]): Problem => ({
  code: matches.length === 0 ? 'RUN_UNKNOWN' : 'RUN_AMBIGUOUS',
  severity: 'error',
  message: matches.length === 0 ? `No run begins with "${id}".` : `${matches.length} runs begin with "${id}".`,
  hint: matches.length === 0 ? '"pawl run list" shows those there are.' : 'Give more letters.',
});

async function reportText(summary: RunSummary, text: string | undefined, shell: Shell): Promise<string> {
  if (text === undefined)
    return `${summary.id} ${summary.kind} ${summary.name}: ${summary.headline ?? 'no report was kept'}`;
  const report = Report.safeParse(JSON.parse(text));
  return report.success
    ? renderTerminal(report.data, shell)
    : `The report of ${summary.id} was written by a newer Pawl. "pawl run show ${summary.id} --json" prints the record.`;
}

function runTable(runs: readonly RunSummary[], width: number): string {
  if (runs.length === 0)
    return 'No runs yet. "pawl validate", "pawl eval", "pawl gate" and "pawl drift" record one each.';
  const rows = runs.map((run) => [
    run.id.slice(0, 13),
    run.startedAt.slice(5, 16).replace('T', ' '),
    run.kind,
    run.name,
    run.verdict ?? '',
    run.headline ?? '',
  ]);
  return table(['run', 'started', 'kind', 'name', 'verdict', 'headline'], rows, width);
}
