// The options that choose runs, the same for every command that takes many: list and export.
import { RunKind, Verdict, type Problem, type Read, type RunQuery, type RunSummary } from '@pawl/core';
import {
  dayMilliseconds,
  isDay,
  matcherOf,
  parseFilter,
  readSort,
  readTime,
  sortRuns,
  unknownNames,
  type Field,
  type ParsedFilter,
  type SortKey,
} from '@pawl/core/runs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { World } from '@pawl/wiring';
import { wholeNumber } from '../whole-number.ts';

export interface QueryOptions {
  readonly kind?: RunKind;
  readonly name?: string;
  readonly branch?: string;
  readonly author?: string;
  readonly verdict?: Verdict;
  readonly since?: string;
  readonly until?: string;
  readonly where?: string;
  readonly sort?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly page?: number;
  readonly all?: boolean;
}

/** @param limit what is taken where no limit is given; undefined for all */
export function addQueryOptions(command: Command, limit?: number): Command {
  return command
    .addOption(new Option('--kind <kind>', 'only this kind').choices(RunKind.options))
    .option('--name <name>', 'only this dataset, model, prompt, deployment or training')
    .option('--branch <branch>', 'only runs of this branch')
    .option('--author <author>', 'only runs that this person or account started')
    .addOption(new Option('--verdict <verdict>', 'only this verdict').choices(Verdict.options))
    .option('--since <time>', 'started then or later: 2026-11-01, 2026-11-01T08:00Z, 7d, 36h, 2w')
    .option('--until <time>', 'started before then; a day is included whole')
    .option('--where <filter>', 'only runs that meet this filter, as "metrics.f1 > 0.9 and params.lr <= 0.01"')
    .option('--sort <fields>', 'metrics.f1:desc,name instead of newest first; runs without the value come last')
    .option('--limit <n>', 'how many at most', wholeNumber, limit)
    .option('--offset <n>', 'leave out the first ones', wholeNumber)
    .option('--page <n>', 'which page of --limit runs, from 1', pageNumber)
    .option('--all', 'also runs that were taken back, and attempts that a newer one supersedes');
}

export const filterHelp = `
Filters compare metrics.NAME, params.NAME, tags.NAME and id, kind, name, verdict, status, headline, started, commit,
branch, pull_request, author, subject, trust, cost and attempt by = != > >= < <=, LIKE and ILIKE (% is any text, _ one
character), IN (…) and IS NULL, joined with and, or, not and parentheses. Names with blanks go in backticks:
metrics.\`f1 macro\`. A run without the value meets neither a condition nor its opposite.`;

/** The options, understood: what to ask the store, and what to do with its answer. */
export interface RunChoice {
  readonly query: RunQuery;
  readonly filter?: ParsedFilter;
  readonly sort: readonly SortKey[];
  readonly offset: number;
  readonly limit: number;
}

export function readChoice(options: QueryOptions, now: number): Read<RunChoice> {
  const problems: Problem[] = [];
  const { where, sort, since, until, page, limit = Number.POSITIVE_INFINITY } = options;
  const filter = where === undefined ? undefined : parseFilter(where, now);
  const keys = sort === undefined ? undefined : readSort(sort);
  problems.push(...(filter?.problems ?? []), ...(keys?.problems ?? []));
  const from = timeOption('--since', since, now, problems);
  const to = timeOption('--until', until, now, problems);
  if (page !== undefined && options.offset !== undefined)
    problems.push(usage('--page and --offset both say where to begin.', 'Give one of them.'));
  if (page !== undefined && !Number.isFinite(limit))
    problems.push(usage('--page needs to know how long a page is.', 'Give --limit as well.'));
  if (problems.length > 0) return { problems };
  const { kind, name, branch, author, verdict, all } = options;
  return {
    value: {
      query: {
        ...(kind !== undefined && { kind }),
        ...(name !== undefined && { name }),
        ...(branch !== undefined && { branch }),
        ...(author !== undefined && { author }),
        ...(verdict !== undefined && { verdict }),
        ...(from !== undefined && { since: from }),
        ...(to !== undefined && { until: until !== undefined && isDay(until) ? to + dayMilliseconds : to }),
        ...(all !== undefined && { all }),
      },
      ...(filter?.value !== undefined && { filter: filter.value }),
      sort: keys?.value ?? [],
      offset: page === undefined ? (options.offset ?? 0) : (page - 1) * limit,
      limit,
    },
    problems: [],
  };
}

export interface Chosen {
  readonly runs: readonly RunSummary[];
  /** There are runs after the last one shown. */
  readonly more: boolean;
  /** How many there are in all, where that is known without asking further. */
  readonly total?: number;
  /** Names that no run has, as warnings. */
  readonly warnings: readonly Problem[];
}

/** @param named fields that a table will show */
export async function chooseRuns(
  store: World['store'],
  choice: RunChoice,
  named: readonly Field[] = [],
): Promise<Chosen> {
  const { query, filter, sort, offset, limit } = choice;
  const matches = filter === undefined ? {} : { matches: matcherOf(filter.filter) };
  const whole = sort.length > 0;
  // One more than is shown tells whether there are more.
  const page = whole || !Number.isFinite(limit) ? {} : { offset, limit: limit + 1 };
  const found = await store.list({ ...query, ...matches, ...page });
  const inOrder = whole ? sortRuns(found, sort) : found;
  const paged = 'limit' in page;
  const begin = paged ? 0 : offset;
  const runs = inOrder.slice(begin, begin + limit);
  const more = inOrder.length > begin + runs.length && limit > 0;
  // Only who has seen every run can say that none has a name.
  const complete = !paged || (found.length <= limit && offset === 0);
  // A page beyond the last one does not tell where that was.
  const known = found.length <= limit && (found.length > 0 || offset === 0);
  const fields = [...(filter?.fields ?? []), ...sort, ...named.map((field) => ({ field }))];
  return {
    runs,
    more,
    ...(paged ? known && { total: offset + found.length } : { total: found.length }),
    warnings: complete ? await warningsOf(store, query, fields, filter === undefined ? found : undefined) : [],
  };
}

async function warningsOf(
  store: World['store'],
  query: RunQuery,
  fields: readonly { readonly field: Field; readonly column?: number }[],
  known: readonly RunSummary[] | undefined,
): Promise<readonly Problem[]> {
  if (!fields.some(({ field }) => field.group !== undefined)) return [];
  return unknownNames(fields, known ?? (await store.list(query)));
}

function timeOption(name: string, text: string | undefined, now: number, problems: Problem[]): number | undefined {
  if (text === undefined) return undefined;
  const time = readTime(text, now);
  if (time === undefined)
    problems.push(
      usage(
        `${name} is "${text}", which is no time.`,
        'Write 2026-11-01, 2026-11-01T08:00Z, or 7d, 36h, 2w for as long ago.',
      ),
    );
  return time;
}

const usage = (message: string, hint: string): Problem => ({ code: 'USAGE', severity: 'error', message, hint });

function pageNumber(text: string): number {
  const page = wholeNumber(text);
  if (page === 0) throw new InvalidArgumentError('Pages are counted from 1.');
  return page;
}
