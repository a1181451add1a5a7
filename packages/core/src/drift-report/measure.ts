// Asks the engine for both sides of every column. One column is in memory at a time.
import { quoteIdentifier, type DataEngine } from '../ports/data-engine.ts';
import { missingShare } from './bad-data.ts';
import { compareCategories, compareNumbers, type Comparison } from './compare-column.ts';
import type { MeasuredColumn } from './decide.ts';
import type { DriftPolicy } from '../formats/drift-policy.ts';
import { planDrift, profileStatement, readProfile, type ColumnPlan, type Side } from './plan.ts';
import type { Column } from '../ports/data-engine.ts';

export const referenceView = 'reference';
export const currentView = 'current';

export interface BothSides {
  readonly reference: Side & { readonly rows: number };
  readonly current: Side & { readonly rows: number };
}

export async function profileSide(
  engine: DataEngine,
  view: string,
  columns: readonly Column[],
): Promise<Side & { readonly rows: number }> {
  const [row = {}] = await engine.query(profileStatement(view, columns));
  return { columns, profile: readProfile(row, columns), rows: Number(row['total']) };
}

/** @throws DataError when the data turn out to be unreadable half-way */
export async function measureColumns(
  engine: DataEngine,
  { reference, current }: BothSides,
  options: { readonly policy: DriftPolicy; readonly progress: (message: string) => void },
): Promise<readonly MeasuredColumn[]> {
  const { policy, progress } = options;
  const measured: MeasuredColumn[] = [];
  for (const [index, plan] of planDrift(reference, current, policy).entries()) {
    const [before, after] = [reference.profile.get(plan.name), current.profile.get(plan.name)];
    if (plan.compare === 'skip' || plan.compare === 'missing' || before === undefined || after === undefined) {
      measured.push({ plan });
      continue;
    }
    progress(`Comparing ${plan.name}`);
    const missing = missingShare(before, after, policy['missing-rise']);
    const comparison =
      before.present > 0 && after.present > 0 ? await compareColumn(engine, plan, seedOf(index)) : undefined;
    measured.push({ plan, missing, ...(comparison !== undefined && { comparison }) });
  }
  return measured;
}

/** Fixed, so that the same data give the same report, byte for byte. */
const seedOf = (index: number): number => 0x5eed + index;

async function compareColumn(
  engine: DataEngine,
  plan: ColumnPlan & { integers?: boolean },
  seed: number,
): Promise<Comparison | undefined> {
  const column = quoteIdentifier(plan.name);
  if (plan.compare === 'numeric') {
    const reference = await sortedNumbers(engine, referenceView, column);
    const current = await sortedNumbers(engine, currentView, column);
    if (reference.length === 0 || current.length === 0) return undefined;
    return compareNumbers(reference, current, { integers: plan.integers === true, seed });
  }
  const one = (view: string, a: number, b: number): string =>
    `SELECT CAST(${column} AS VARCHAR) AS value, ${a} AS a, ${b} AS b FROM ${quoteIdentifier(view)} WHERE ${column} IS NOT NULL`;
  const rows = await engine.query(
    `SELECT value, sum(a) AS a, sum(b) AS b FROM (${one(referenceView, 1, 0)} UNION ALL ${one(currentView, 0, 1)}) GROUP BY value`,
  );
  return compareCategories(
    new Map(rows.map((row) => [String(row['value']), [Number(row['a']), Number(row['b'])] as const])),
    seed,
  );
}

/** Typed arrays sort by number, natively; NaN and infinities count as missing and are left out. */
async function sortedNumbers(engine: DataEngine, view: string, column: string): Promise<Float64Array> {
  const numbers = await engine.numbers(
    `SELECT CAST(${column} AS DOUBLE) FROM ${quoteIdentifier(view)} WHERE ${column} IS NOT NULL`,
  );
  const sorted = numbers.sort();
  let [start, end] = [0, sorted.length];
  while (end > start && !Number.isFinite(sorted[end - 1])) end--;
  while (start < end && sorted[start] === -Infinity) start++;
  return sorted.subarray(start, end);
}
