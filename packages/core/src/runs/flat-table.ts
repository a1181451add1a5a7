// Runs as one flat table: a row for each run, a column for each thing any of them holds.
import { canonicalJson } from '../formats/canonical.ts';
import type { ParamValue, Run, RunSummary } from '../formats/run.ts';
import { timeOf } from '../formats/time.ts';

export type ColumnType = 'text' | 'number' | 'boolean' | 'time';

export interface FlatColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export interface FlatTable {
  readonly columns: readonly FlatColumn[];
  /** Texts, numbers, booleans, or null where a run has no such value. Times are ISO 8601 texts. */
  readonly rows: readonly (readonly ParamValue[])[];
}

/** What a row can hold besides the run's own facts. */
export const flatGroups = [
  'metrics',
  'params',
  'tags',
  'origin',
  'intervals',
  'baseline',
  'inputs',
  'artifacts',
  'environment',
] as const;
export type FlatGroup = (typeof flatGroups)[number];
export const usualGroups: readonly FlatGroup[] = ['metrics', 'params', 'tags', 'origin'];

type Values = Readonly<Record<string, ParamValue | undefined>>;

/** Columns `metrics.NAME`, `params.NAME` …, in order of their names after the run's own. */
export function flatTable(runs: readonly Run[], groups: readonly FlatGroup[]): FlatTable {
  return tableOf(
    runs.map((run) => [
      ownValues(run),
      ...flatGroups.filter((group) => groups.includes(group)).map((group) => prefixed(group, readers[group](run))),
    ]),
  );
}

/** The same of summaries, which hold no more than lists show. */
export function flatSummaries(runs: readonly RunSummary[]): FlatTable {
  return tableOf(
    runs.map(({ metrics, params = {}, tags = {}, ...run }) => [
      {
        id: run.id,
        kind: run.kind,
        name: run.name,
        verdict: run.verdict,
        status: run.status,
        headline: run.headline,
        startedAt: run.startedAt,
        commit: run.commit,
        branch: run.branch,
        pullRequest: run.pullRequest,
        actor: run.actor,
        costUsd: run.costUsd,
      },
      prefixed('metrics', metrics),
      prefixed('params', params),
      prefixed('tags', tags),
    ]),
  );
}

const ownValues = (run: Run): Values => ({
  id: run.id,
  kind: run.kind,
  name: run.name,
  verdict: run.verdict,
  status: run.status,
  advisory: run.advisory,
  headline: run.headline,
  startedAt: run.startedAt,
  endedAt: run.endedAt,
  subject: run.subject?.digest,
  costUsd: run.costUsd,
});

const readers: Readonly<Record<FlatGroup, (run: Run) => Values>> = {
  metrics: ({ metrics }) => mapped(metrics, ({ value }) => value),
  params: ({ params }) => params,
  tags: ({ tags = {} }) => tags,
  origin: ({ origin }) => {
    const { repository, commit, branch, dirty, pullRequest, actor, url, trust } = origin;
    return { repository, commit, branch, dirty, pullRequest, actor, url, trust };
  },
  intervals: ({ metrics }) =>
    Object.fromEntries(
      Object.entries(metrics).flatMap(([name, { n, interval, level, baseline, difference }]) => [
        [`${name}.n`, n],
        [`${name}.low`, interval?.[0]],
        [`${name}.high`, interval?.[1]],
        [`${name}.level`, level],
        [`${name}.baseline`, baseline ?? undefined],
        [`${name}.difference`, difference ?? undefined],
      ]),
    ),
  baseline: ({ baseline }) => ({
    source: baseline?.source,
    name: baseline?.name,
    version: baseline?.version,
    commit: baseline?.commit,
  }),
  inputs: ({ inputs }) =>
    Object.fromEntries(inputs.map(({ role, path, digest }) => [path === undefined ? role : `${role}.${path}`, digest])),
  artifacts: ({ artifacts = [] }) => Object.fromEntries(artifacts.map(({ name, digest }) => [name, digest])),
  environment: ({ environment = {} }) => environment,
};

const mapped = <T>(values: Readonly<Record<string, T>>, read: (value: T) => ParamValue): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, read(value)]));

const prefixed = (group: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]));

const times: ReadonlySet<string> = new Set(['startedAt', 'endedAt']);

/** @param given for each run the parts of its row; the first part's columns always stand, in its order */
function tableOf(given: readonly (readonly Values[])[]): FlatTable {
  const parts = Math.max(0, ...given.map((row) => row.length));
  const names = Array.from({ length: parts }, (_, part) => {
    const found = new Set<string>();
    for (const row of given) {
      for (const [name, value] of Object.entries(row[part] ?? {}))
        if (part === 0 || value !== undefined) found.add(name);
    }
    return part === 0 ? [...found] : [...found].toSorted();
  }).flat();
  const merged = given.map((row) => new Map(row.flatMap((part) => Object.entries(part))));
  const rows = merged.map((values) => names.map((name) => cellOf(values.get(name))));
  const columns = names.map((name, index) => ({ name, type: typeOf(name, rows, index) }));
  return { columns, rows: rows.map((row) => row.map((cell, index) => typed(cell, columns[index]!.type))) };
}

/** Foreign records may hold more than scalars: told as JSON rather than lost. */
function cellOf(value: unknown): ParamValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return canonicalJson(value);
}

/** A column is numbers or booleans only when all of its values are. */
function typeOf(name: string, rows: readonly (readonly ParamValue[])[], index: number): ColumnType {
  let type: 'number' | 'boolean' | undefined;
  if (times.has(name)) return rows.every((row) => row[index] === null || isTime(row[index]!)) ? 'time' : 'text';
  for (const row of rows) {
    const value = row[index];
    if (value === null || value === undefined) continue;
    const found = typeof value;
    if (found === 'string' || (type !== undefined && type !== found)) return 'text';
    type = found as 'number' | 'boolean';
  }
  return type ?? (name.startsWith('metrics.') ? 'number' : 'text');
}

const isTime = (value: ParamValue): boolean => typeof value === 'string' && !Number.isNaN(timeOf(value));

const typed = (cell: ParamValue, type: ColumnType): ParamValue =>
  cell !== null && type === 'text' ? String(cell) : cell;
