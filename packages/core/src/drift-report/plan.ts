// Columns of both sides and a first profile → what is compared, and how.
import { columnFamily, isNumeric } from '../dataset/column-family.ts';
import type { DriftPolicy } from '../formats/drift-policy.ts';
import { quoteIdentifier, type Column, type SqlValue } from '../ports/data-engine.ts';

/** What one query says of a column of one side. */
export interface ColumnProfile {
  readonly rows: number;
  /** Neither NULL nor NaN. */
  readonly present: number;
  /** Different values; only of text, whole numbers and booleans. */
  readonly distinct?: number;
}

export type Kind = 'numeric' | 'categorical';

export type ColumnPlan =
  | { readonly name: string; readonly compare: Kind; readonly integers: boolean; readonly threshold: number }
  /** `reason` is shown, so that nobody takes a skipped column for a stable one. */
  | { readonly name: string; readonly compare: 'skip'; readonly reason: string }
  /** It is on one side only: that is a change of the data, told as such. */
  | { readonly name: string; readonly compare: 'missing'; readonly from: 'current' | 'reference' };

export const profileStatement = (view: string, columns: readonly Column[]): string =>
  `SELECT ${['count(*) AS total', ...columns.flatMap(profileMeasures)].join(', ')} FROM ${quoteIdentifier(view)}`;

function profileMeasures({ name, type }: Column, index: number): string[] {
  const column = quoteIdentifier(name);
  const family = columnFamily(type);
  const present =
    family === 'float' && !type.startsWith('DECIMAL')
      ? `count(*) FILTER (WHERE ${column} IS NOT NULL AND isfinite(${column}))`
      : `count(${column})`;
  const counted = family === 'text' || family === 'integer' || family === 'boolean';
  return [`${present} AS p${index}`, ...(counted ? [`count(DISTINCT ${column}) AS d${index}`] : [])];
}

export function readProfile(
  row: Readonly<Record<string, SqlValue>>,
  columns: readonly Column[],
): Map<string, ColumnProfile> {
  return new Map(
    columns.map(({ name }, index) => {
      const distinct = row[`d${index}`];
      return [
        name,
        {
          rows: Number(row['total']),
          present: Number(row[`p${index}`]),
          ...(distinct !== undefined && { distinct: Number(distinct) }),
        },
      ];
    }),
  );
}

export interface Side {
  readonly columns: readonly Column[];
  readonly profile: ReadonlyMap<string, ColumnProfile>;
}

/** Columns of the reference in their order, then those that only the current side has. */
export function planDrift(reference: Side, current: Side, policy: DriftPolicy): readonly ColumnPlan[] {
  const currentTypes = new Map(current.columns.map(({ name, type }) => [name, type]));
  const referenceNames = new Set(reference.columns.map(({ name }) => name));
  const plans = reference.columns.map((column): ColumnPlan => {
    const { name } = column;
    const type = currentTypes.get(name);
    if (ignores(policy, name)) return { name, compare: 'skip', reason: 'left out by the policy' };
    if (type === undefined) return { name, compare: 'missing', from: 'current' };
    return planColumn(
      column,
      type,
      { reference: reference.profile.get(name), current: current.profile.get(name) },
      policy,
    );
  });
  const added = current.columns.filter(({ name }) => !referenceNames.has(name) && !ignores(policy, name));
  return [...plans, ...added.map(({ name }): ColumnPlan => ({ name, compare: 'missing', from: 'reference' }))];
}

const columnPolicy = (policy: DriftPolicy, name: string) =>
  Object.hasOwn(policy.columns, name) ? policy.columns[name] : undefined;
const ignores = (policy: DriftPolicy, name: string): boolean => columnPolicy(policy, name)?.ignore === true;

/** More different values than this are no categories; the distance would only count novelties. */
const mostCategories = 10_000;

function planColumn(
  column: Column,
  currentType: string,
  profiles: { readonly reference: ColumnProfile | undefined; readonly current: ColumnProfile | undefined },
  policy: DriftPolicy,
): ColumnPlan {
  const { name } = column;
  const skip = (reason: string): ColumnPlan => ({ name, compare: 'skip', reason });
  const families = [columnFamily(column.type), columnFamily(currentType)] as const;
  const { reference = noProfile, current = noProfile } = profiles;
  const written = columnPolicy(policy, name);
  const threshold = written?.threshold ?? policy.threshold;
  const numbers = families.every(isNumeric);
  const integers =
    families.every((family) => family === 'integer') &&
    reference.present === reference.rows &&
    current.present === current.rows;
  if (written?.kind === 'numeric' && numbers) return { name, compare: 'numeric', integers, threshold };
  if (written?.kind === 'categorical') return { name, compare: 'categorical', integers, threshold };
  if (!numbers && families[0] !== families[1]) return skip(`its type changed from ${column.type} to ${currentType}`);
  if (families[0] === 'temporal') return skip('times move by nature');
  if (families[0] === 'other') return skip(`${column.type} cannot be compared`);
  if (families[0] === 'boolean') return { name, compare: 'categorical', integers, threshold };
  const distinct = reference.distinct ?? 0;
  if (families[0] === 'text') {
    if (distinct > 0.5 * reference.present && reference.present > 20)
      return skip('it looks like free text or an identifier');
    return distinct > mostCategories
      ? skip(`it has ${distinct} different values`)
      : { name, compare: 'categorical', integers, threshold };
  }
  if (families.every((family) => family === 'integer') && reference.distinct !== undefined) {
    const unique = distinct === reference.present && current.distinct === current.present;
    if (unique && reference.present > 20) return skip('every value is different: it looks like an identifier');
    if (distinct <= 10) return { name, compare: 'categorical', integers, threshold };
  }
  return { name, compare: 'numeric', integers, threshold };
}

const noProfile: ColumnProfile = { rows: 0, present: 0 };
