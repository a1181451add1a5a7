// Columns of a list: `run,started,name,metrics.f1`, and `metrics.*` for all that the runs at hand have.
import type { Problem, Read } from '../formats/problem.ts';
import type { ParamValue, RunSummary } from '../formats/run.ts';
import { readFields, type FieldOrAll, type ListedField } from './field-list.ts';
import { groupField, type Field } from './fields.ts';
import type { ColumnType, FlatTable } from './flat-table.ts';

export function readColumns(text: string): Read<readonly ListedField[]> {
  const { value, problems } = readFields(text, 'COLUMNS_INVALID');
  const [odd] = (value ?? []).filter(({ modifier }) => modifier !== '');
  if (odd === undefined) return value === undefined ? { problems } : { value, problems };
  const problem: Problem = {
    code: 'COLUMNS_INVALID',
    severity: 'error',
    message: `"${odd.modifier}" says nothing of a column.`,
    hint: 'Put a , between names: name,metrics.f1.',
    column: odd.column,
  };
  return { problems: [problem] };
}

/** Each column that one of the runs has, by name. */
export function expandColumns(
  columns: readonly { readonly field: FieldOrAll }[],
  runs: readonly RunSummary[],
): readonly Field[] {
  return columns.flatMap(({ field }) => {
    if (!('all' in field)) return [field];
    const { all } = field;
    const keys = [...new Set(runs.flatMap((run) => Object.keys(run[all] ?? {})))].toSorted();
    return keys.map((key) => groupField(all, key));
  });
}

export function tableOfFields(fields: readonly Field[], runs: readonly RunSummary[]): FlatTable {
  const rows = runs.map((run) => fields.map((field): ParamValue => field.read(run) ?? null));
  const typeOf = ({ type }: Field): ColumnType => (type === 'number' || type === 'time' ? type : 'text');
  return { columns: fields.map((field) => ({ name: field.title, type: typeOf(field) })), rows };
}
