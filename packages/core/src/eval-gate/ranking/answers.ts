// Items as they were read → queries that can be compared: each with its items, weight, group and slices, or problems.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../../formats/problem.ts';
import { idProblems, missing, quoted, rowsHave, rowsProblem, type Texts } from '../alignment.ts';
import { labelProblems } from '../numbers-read.ts';
import { makeSampling, type RawSampling } from '../read-sampling.ts';
import type { RankingSample } from './sample.ts';

export interface RawItems {
  /** Path, for messages. */
  readonly file: string;
  readonly ids: Texts;
  readonly queries: Texts;
  readonly relevance: Float64Array;
  /** By item, as they stand in the file. */
  readonly sampling: RawSampling;
  readonly slices: Readonly<Record<string, Texts>>;
}

export function makeRanking(raw: RawItems, data: GatePolicy['data']): Read<RankingSample> {
  const { file, ids, relevance } = raw;
  if (ids.length === 0)
    return { problems: [rowsProblem('GATE_NO_ROWS', file, 'There are no rows.', 'Give a dataset with rows.')] };
  const problems = [
    ...idProblems(ids, data.id, file),
    ...missing(raw.queries, ids, (count, first) =>
      rowsProblem(
        'GATE_QUERY_MISSING',
        file,
        `${rowsHave(count)} no "${data.query}" (first: ${first}).`,
        'Every item belongs to a query.',
      ),
    ),
    ...labelProblems(relevance, ids, { file, column: data.label }),
    ...negativeRelevance(raw, data.label),
  ];
  if (problems.length > 0) return { problems };
  const { queries, items } = byQuery(raw.queries as readonly string[]);
  const first = items.map((list) => list[0]!);
  const torn = [
    ...Object.entries(raw.slices).flatMap(([column, values]) => tornQuery(raw, { column, values, items })),
    ...groupColumns(raw.sampling, data).flatMap(([column, values]) => tornQuery(raw, { column, values, items })),
  ];
  if (torn.length > 0) return { problems: torn };
  const ofQueries = {
    ...(raw.sampling.weights !== undefined && {
      weights: Float64Array.from(first, (row) => raw.sampling.weights![row]!),
    }),
    ...(raw.sampling.clusters !== undefined && { clusters: first.map((row) => raw.sampling.clusters![row]!) }),
    ...(raw.sampling.strata !== undefined && { strata: first.map((row) => raw.sampling.strata![row]!) }),
  };
  const sampling = makeSampling(ofQueries, { ids: queries, file, data });
  if (sampling.value === undefined || hasErrors(sampling.problems)) return { problems: sampling.problems };
  const value = {
    ids: ids as readonly string[],
    relevance,
    queries,
    items,
    sampling: sampling.value,
    slices: Object.fromEntries(
      Object.entries(raw.slices).map(([column, values]) => [column, first.map((row) => values[row]!)]),
    ),
  };
  return { value, problems: sampling.problems };
}

function negativeRelevance({ relevance, ids, file }: RawItems, column: string): Problem[] {
  const first = relevance.findIndex((value) => value < 0);
  if (first === -1) return [];
  const message = `"${column}" is below 0 (first: ${quoted([ids[first]!])}, ${relevance[first]}).`;
  return [
    rowsProblem(
      'GATE_RELEVANCE',
      file,
      message,
      'Relevance is 0 for an item that does not help, more for one that does.',
    ),
  ];
}

/** Queries in the order they first occur. */
function byQuery(queryOf: readonly string[]): { queries: string[]; items: Int32Array[] } {
  const lists = new Map<string, number[]>();
  queryOf.forEach((query, row) => {
    const list = lists.get(query);
    if (list === undefined) lists.set(query, [row]);
    else list.push(row);
  });
  return { queries: [...lists.keys()], items: [...lists.values()].map((list) => Int32Array.from(list)) };
}

type Values = Texts | Float64Array;

function groupColumns({ weights, clusters, strata }: RawSampling, data: GatePolicy['data']): [string, Values][] {
  const columns: [string | undefined, Values | undefined][] = [
    [data.weight, weights],
    [data.cluster, clusters],
    [data.strata, strata],
  ];
  return columns.filter((entry): entry is [string, Values] => entry[0] !== undefined && entry[1] !== undefined);
}

interface QueryColumn {
  readonly column: string;
  readonly values: Values;
  readonly items: readonly Int32Array[];
}

function tornQuery({ queries, file }: RawItems, { column, values, items }: QueryColumn): Problem[] {
  const torn = items.find((list) => list.some((row) => !Object.is(values[row], values[list[0]!])));
  if (torn === undefined) return [];
  const other = torn.find((row) => !Object.is(values[row], values[torn[0]!]))!;
  const said = [values[torn[0]!], values[other]].map((value) => (value === null ? 'none' : `"${value}"`)).join(' and ');
  const message = `"${column}" differs within the query ${quoted([queries[torn[0]!]!])}: ${said}.`;
  return [
    rowsProblem(
      'GATE_QUERY_TORN',
      file,
      message,
      'Queries are compared whole; this column must be the same on all of their items.',
    ),
  ];
}
