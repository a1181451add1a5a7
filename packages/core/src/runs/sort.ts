// Sorting by anything a run holds. Runs without the value come last in both directions; equals stay newest first.
import type { Problem, Read } from '../formats/problem.ts';
import type { RunSummary } from '../formats/run.ts';
import { sortable, type Field } from './fields.ts';
import { readFields } from './field-list.ts';

export interface SortKey {
  readonly field: Field;
  readonly descending: boolean;
  readonly column: number;
}

/** `metrics.f1:desc,name`; MLflow's `metrics.f1 DESC` is read as well. Ascending where nothing is said. */
export function readSort(text: string): Read<readonly SortKey[]> {
  const { value, problems } = readFields(text, 'SORT_INVALID');
  if (value === undefined) return { problems };
  const faults: Problem[] = [];
  const keys = value.flatMap(({ field, modifier, column }) => {
    const direction = modifier.toLowerCase();
    if (!['', 'asc', 'desc'].includes(direction) || 'all' in field) {
      faults.push({
        code: 'SORT_INVALID',
        severity: 'error',
        message: 'all' in field ? `"${field.all}.*" is many fields.` : `"${modifier}" is no direction.`,
        hint: 'all' in field ? `Name one, as ${field.all}.NAME.` : 'Write asc or desc.',
        column,
      });
      return [];
    }
    return [{ field, descending: direction === 'desc', column }];
  });
  return faults.length > 0 ? { problems: faults } : { value: keys, problems: [] };
}

export function sortRuns(runs: readonly RunSummary[], keys: readonly SortKey[]): readonly RunSummary[] {
  if (keys.length === 0) return runs;
  const columns = keys.map(({ field, descending }) => ranksOf(runs, field, descending));
  const order = Uint32Array.from(runs, (_, index) => index);
  order.sort((a, b) => {
    for (let key = 0; key < columns.length; key++) {
      const column = columns[key]!;
      const difference = column[a]! - column[b]!;
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return Array.from(order, (index) => runs[index]!);
}

/**
 * One key of each run as a number, so that a hundred thousand runs compare quickly: numbers as they are, texts by
 * their place among the distinct ones. Numbers come before texts, so that a parameter which is both has one order;
 * runs without the value come last in both directions.
 */
function ranksOf(runs: readonly RunSummary[], field: Field, descending: boolean): Float64Array {
  const values = runs.map((run) => sortable(field, run));
  if (values.every((value) => typeof value !== 'string')) {
    const sign = descending ? -1 : 1;
    return Float64Array.from(values, (value) => (value === undefined ? Number.MAX_VALUE : sign * Number(value)));
  }
  const known = [...new Set(values)].filter((value) => value !== undefined).sort(ascending);
  const ranks = new Map<number | string, number>(
    known.map((value, rank) => [value, descending ? known.length - 1 - rank : rank]),
  );
  return Float64Array.from(values, (value) => (value === undefined ? known.length : ranks.get(value)!));
}

function ascending(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
