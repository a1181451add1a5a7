// pawl run list
import type { Problem, RunSummary } from '@pawl/core';
import {
  expandColumns,
  flatSummaries,
  readColumns,
  shortId,
  tableCsv,
  tableOfFields,
  valueWords,
  type Field,
  type ListedField,
} from '@pawl/core/runs';
import { Command, Option } from 'commander';
import { inWorld, type Finish } from '../in-world.ts';
import { table } from '../table.ts';
import type { Shell } from '../terminal-io.ts';
import { showWarnings, showWrittenProblems } from './run-problems.ts';
import { addQueryOptions, chooseRuns, filterHelp, readChoice, type Chosen, type QueryOptions } from './run-query.ts';

interface ListOptions extends QueryOptions {
  readonly columns?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly directory?: string;
}

const usualColumns = 'run,started,kind,name,verdict,headline';

export function runListCommand(shell: Shell, finish: Finish): Command {
  const command = new Command('list').summary('list runs, newest first').description('List runs, newest first.');
  return addQueryOptions(command, 20)
    .option('--columns <fields>', `what to show of each, as name,verdict,metrics.f1,params.*; default: ${usualColumns}`)
    .addOption(new Option('--json', 'print an array of summaries').conflicts('csv'))
    .option('--csv', 'print CSV, with all metrics, parameters and tags unless --columns says otherwise')
    .option('-C, --directory <folder>', 'work in this folder instead of here')
    .addHelpText('after', help)
    .action(async (options: ListOptions) => {
      const { json = false, directory } = options;
      await inWorld({ shell, finish, json, ...(directory !== undefined && { directory }) }, async (world) => {
        const choice = readChoice(options, world.clock.now());
        const columns = readColumns(options.columns ?? usualColumns);
        const problems: readonly Problem[] = [...choice.problems, ...columns.problems];
        if (choice.value === undefined || columns.value === undefined)
          return showWrittenProblems(problems, options, { shell, json });
        const shown = options.columns === undefined ? [] : namedFields(columns.value);
        const chosen = await chooseRuns(world.store, choice.value, shown);
        showWarnings(chosen.warnings, options, shell);
        if (json) shell.out(JSON.stringify(chosen.runs, null, 2));
        else if (options.csv === true) shell.out(csvOf(chosen.runs, options, columns.value).trimEnd());
        else shell.out(forPeople(chosen, options, { columns: columns.value, width: shell.width }));
        return 0;
      });
    });
}

const help = `${filterHelp}

Examples:
  $ pawl run list --kind training --sort metrics.f1:desc --columns run,name,metrics.f1,params.lr
  $ pawl run list --where 'metrics.f1 > 0.9 and tags.team = "search"' --since 7d
  $ pawl run list --where "verdict in (fail, error)" --branch main --json`;

const namedFields = (columns: readonly ListedField[]): readonly Field[] =>
  columns.flatMap(({ field }) => ('all' in field ? [] : [field]));

const csvOf = (runs: readonly RunSummary[], { columns }: ListOptions, fields: readonly ListedField[]): string =>
  tableCsv(columns === undefined ? flatSummaries(runs) : tableOfFields(expandColumns(fields, runs), runs));

function forPeople(
  { runs, more, total }: Chosen,
  options: ListOptions,
  { columns, width }: { readonly columns: readonly ListedField[]; readonly width: number },
): string {
  if (runs.length === 0) return nothing(options);
  const fields = expandColumns(columns, runs);
  const rows = runs.map((run) => fields.map((field) => cell(field, run)));
  const titles = fields.map(({ title }) => (title === 'id' ? 'run' : title));
  const lines = table(titles, rows, width);
  return more ? `${lines}\n\n${moreWords(runs.length, total, options)}` : lines;
}

function nothing(options: ListOptions): string {
  const { kind, name, branch, author, verdict, since, until, where, page = 1, offset } = options;
  if (page > 1 || (offset ?? 0) > 0) return 'No run is so far down the list.';
  return [kind, name, branch, author, verdict, since, until, where].some((asked) => asked !== undefined)
    ? 'No run is like that.'
    : 'No runs yet. "pawl validate", "pawl eval", "pawl gate" and "pawl drift" record one each.';
}

function moreWords(shown: number, total: number | undefined, { page = 1, offset }: ListOptions): string {
  const of = total === undefined ? 'There are more' : `${shown} of ${total} shown`;
  return offset === undefined
    ? `${of}: --page ${page + 1} shows the next, --limit more at once.`
    : `${of}: --offset ${offset + shown} shows the next, --limit more at once.`;
}

function cell(field: Field, run: RunSummary): string {
  const value = field.read(run);
  if (value === undefined || value === null) return '';
  if (field.title === 'id') return shortId(run.id);
  if (field.title === 'commit') return String(value).slice(0, 7);
  // The year goes: what is looked at here is rarely older.
  if (field.type === 'time') return String(value).slice(5, 16).replace('T', ' ');
  return field.type === 'number' ? valueWords(value) : String(value);
}
