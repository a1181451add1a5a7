// A suite and the columns of a file → one SELECT that answers all it can, and a query for each that needs its own.
import { binder, type Binder } from '../dataset/binder.ts';
import { listed } from '../dataset/plain-words.ts';
import { didYouMean } from '../formats/did-you-mean.ts';
import type { Expectation } from '../formats/expectation-types.ts';
import { quoteIdentifier, type Column, type SqlValue } from '../ports/data-engine.ts';
import { aggregateOf } from './aggregates.ts';
import { unexpectedRows } from './row-predicates.ts';
import { judgeSchema } from './schema-checks.ts';

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** How one expectation gets its numbers. Names (`m0`, `m1` …) are columns of the scan's single row. */
export type Check =
  /** Rows that are neither missing nor as expected are counted. `missing` is absent where missing is what is judged. */
  | { readonly how: 'rows'; readonly unexpected: string; readonly missing?: string }
  /** Rows of values that occur more than once; `group` is the index of its own query. */
  | { readonly how: 'unique'; readonly group: number; readonly missing: string }
  | { readonly how: 'value'; readonly value: string; readonly unit?: 'rows' }
  /** Judged by the columns' names and types alone. */
  | { readonly how: 'schema'; readonly success: boolean; readonly found: string }
  /** It cannot hold of this data, and `reason` says why: a missing column, a range of numbers on text. */
  | { readonly how: 'impossible'; readonly reason: string };

export interface PlannedExpectation {
  readonly expectation: Expectation;
  readonly check: Check;
}

export interface ValidationPlan {
  readonly columns: readonly Column[];
  readonly expectations: readonly PlannedExpectation[];
  /** One row: `total`, then every measure. */
  readonly scan: Statement;
  /** Each one row with `duplicates`. */
  readonly groups: readonly Statement[];
}

/** Equal measures are taken once, so ten expectations on a column count its missing values once. */
export function planValidation(
  expectations: readonly Expectation[],
  view: string,
  columns: readonly Column[],
): ValidationPlan {
  const bound = binder();
  const measures = new Map<string, string>();
  const used = new Set<string>();
  const groups: Statement[] = [];
  const measure = (sql: string): string => {
    const name = measures.get(sql) ?? `m${measures.size}`;
    measures.set(sql, name);
    return name;
  };
  const planned = expectations.map((expectation) => ({
    expectation,
    check: checkOf(expectation, columns, { bound, measure, used, groups, view }),
  }));
  const selected = [...measures].map(([sql, name]) => `${sql} AS ${name}`);
  const from = sourceOf(
    view,
    columns.filter(({ name }) => used.has(name)),
  );
  return {
    columns,
    expectations: planned,
    scan: { sql: `SELECT ${['count(*) AS total', ...selected].join(', ')} FROM ${from}`, values: bound.values() },
    groups,
  };
}

interface Planning {
  readonly bound: Binder;
  readonly measure: (sql: string) => string;
  readonly used: Set<string>;
  readonly groups: Statement[];
  readonly view: string;
}

function checkOf(expectation: Expectation, columns: readonly Column[], planning: Planning): Check {
  const schema = judgeSchema(expectation, columns);
  if (schema !== undefined) return { how: 'schema', ...schema };
  if (!('column' in expectation.arguments)) return { how: 'value', value: planning.measure('count(*)'), unit: 'rows' };
  const column = findColumn(expectation.arguments.column, columns);
  if (typeof column === 'string') return { how: 'impossible', reason: column };
  const { measure, used, bound, groups, view } = planning;
  const name = quoteIdentifier(column.name);
  used.add(column.name);
  switch (expectation.type) {
    case 'expect_column_values_to_not_be_null':
      return { how: 'rows', unexpected: measure(`count(*) - count(${name})`) };
    case 'expect_column_values_to_be_null':
      return { how: 'rows', unexpected: measure(`count(${name})`) };
    case 'expect_column_values_to_be_unique':
      groups.push({
        sql: `SELECT coalesce(sum(n), 0) AS duplicates FROM (SELECT count(*) AS n FROM ${sourceOf(view, [column])} WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING count(*) > 1)`,
        values: [],
      });
      return { how: 'unique', group: groups.length - 1, missing: measure(`count(*) - count(${name})`) };
  }
  const aggregate = aggregateOf(expectation, column);
  if (aggregate !== undefined) {
    return 'reason' in aggregate
      ? { how: 'impossible', ...aggregate }
      : { how: 'value', value: measure(aggregate.sql) };
  }
  const rows = unexpectedRows(expectation, column, bound);
  if ('reason' in rows) return { how: 'impossible', reason: rows.reason };
  return {
    how: 'rows',
    unexpected: measure(`count(*) FILTER (WHERE ${rows.sql})`),
    missing: measure(`count(*) - count(${name})`),
  };
}

/** At most `limit` rows that are not as expected, with their number in the file; undefined when rows cannot be shown. */
export function planSample(
  planned: PlannedExpectation,
  view: string,
  columns: readonly Column[],
  limit: number,
): Statement | undefined {
  const { expectation, check } = planned;
  if ((check.how !== 'rows' && check.how !== 'unique') || !('column' in expectation.arguments)) return undefined;
  const column = findColumn(expectation.arguments.column, columns);
  if (typeof column === 'string') return undefined;
  const bound = binder();
  const name = quoteIdentifier(column.name);
  const where = sampleCondition(expectation, column, bound, sourceOf(view, [column]));
  if (where === undefined) return undefined;
  return {
    sql: `SELECT row, CAST(${name} AS VARCHAR) AS value FROM (SELECT row_number() OVER () AS row, ${name} FROM ${sourceOf(view, [column])}) WHERE ${where} LIMIT ${Math.trunc(limit)}`,
    values: bound.values(),
  };
}

function sampleCondition(expectation: Expectation, column: Column, bound: Binder, source: string): string | undefined {
  const name = quoteIdentifier(column.name);
  if (expectation.type === 'expect_column_values_to_not_be_null') return `${name} IS NULL`;
  if (expectation.type === 'expect_column_values_to_be_null') return `${name} IS NOT NULL`;
  if (expectation.type === 'expect_column_values_to_be_unique') {
    return `${name} IN (SELECT ${name} FROM ${source} WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING count(*) > 1)`;
  }
  const rows = unexpectedRows(expectation, column, bound);
  return 'reason' in rows ? undefined : rows.sql;
}

/** NaN counts as missing, as pandas has it. */
function sourceOf(view: string, columns: readonly Column[]): string {
  const name = quoteIdentifier(view);
  if (!columns.some(({ type }) => /^(FLOAT|DOUBLE)$/.test(type))) return name;
  const selected = columns.map((column) => {
    const quoted = quoteIdentifier(column.name);
    return /^(FLOAT|DOUBLE)$/.test(column.type)
      ? `nullif(${quoted}, CAST('NaN' AS ${column.type})) AS ${quoted}`
      : quoted;
  });
  return `(SELECT ${selected.join(', ')} FROM ${name})`;
}

/** Names are matched exactly, as in pandas. */
function findColumn(name: string, columns: readonly Column[]): Column | string {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name);
  const meant = didYouMean(name, names);
  return `there is no column "${name}"; ${meant.startsWith('did') ? meant : `there are ${listed(names)}`}`;
}
