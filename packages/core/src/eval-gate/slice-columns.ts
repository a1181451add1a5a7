// Columns as conditions: `carrier = HA`, `3.5 ≤ x < 7`, `age is missing`. One byte a row and column is kept of them,
// and columns are read one at a time, so that a million rows of thirty columns stay at 30 MB.
import { columnFamily, isNumeric } from '../dataset/column-family.ts';
import type { Column, DataEngine } from '../ports/data-engine.ts';
import { quantileOf } from '../statistics/bootstrap.ts';
import { numbers, texts, type OpenTable } from './read-evidence.ts';
import { mostValues, type ValuesLeftOut } from './slice-values.ts';

export interface CodedColumn {
  readonly column: string;
  /** What code 1, 2, … stands for. */
  readonly conditions: readonly string[];
  /** One a row; 0 where no condition holds: a value too rare to look at. */
  readonly codes: Uint8Array;
  /** Of a column's values, those that make no condition. */
  readonly valuesLeftOut?: ValuesLeftOut;
}

/** A column that makes no conditions, and why. */
export interface LeftOut {
  readonly column: string;
  readonly why: string;
}

export interface CodingPlan {
  /** Values of fewer rows make no condition. */
  readonly minimumRows: number;
  /** Parts of equal size that numbers are cut into. */
  readonly bins: number;
}

/** Numbers of so few values are looked at value by value. */
const fewValues = 10;
/** Quantiles are taken of about so many. */
const quantileRows = 100_000;
/** A text that differs from row to row names rows. */
const idShare = 0.5;

export async function readCoded(
  engine: DataEngine,
  { table, id, column }: { readonly table: OpenTable; readonly id: string; readonly column: Column },
  plan: CodingPlan,
): Promise<CodedColumn | LeftOut> {
  const family = columnFamily(column.type);
  if (family === 'other') return { column: column.name, why: `it is ${column.type}` };
  if (!isNumeric(family)) return codeTexts(column.name, await texts(engine, table, column.name, id), plan);
  return codeNumbers(column.name, await numbers(engine, table, column.name, id), {
    ...plan,
    whole: family === 'integer',
  });
}

/** @param values null, and NaN of numbers, is a missing value */
export function codeTexts(
  column: string,
  values: ArrayLike<string | number | null>,
  { minimumRows }: CodingPlan,
): CodedColumn | LeftOut {
  const rows = values.length;
  const mostDistinct = Math.max(fewValues, rows * idShare);
  const known = new Map<string | number | null, number>();
  const counts: number[] = [];
  const found = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const value = values[row]!;
    let index = known.get(value);
    if (index === undefined) {
      index = known.size;
      if (index >= mostDistinct) return differs(column);
      known.set(value, index);
      counts.push(0);
    }
    counts[index]! += 1;
    found[row] = index;
  }
  const enough = [...known].filter(([, index]) => counts[index]! >= minimumRows && counts[index]! < rows);
  // Codes are bytes, and 0 is taken.
  const kept = enough
    .toSorted(([a, m], [b, n]) => counts[n]! - counts[m]! || (String(a) < String(b) ? -1 : 1))
    .slice(0, mostValues);
  if (kept.length === 0) return { column, why: tooRare(minimumRows) };
  const codeOf = new Uint8Array(known.size);
  kept.forEach(([, index], code) => (codeOf[index] = code + 1));
  const codes = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) codes[row] = codeOf[found[row]!]!;
  const rare = known.size - enough.length;
  const beyond = enough.length - kept.length;
  return {
    column,
    conditions: kept.map(([value]) => valueCondition(column, textOf(value))),
    codes,
    ...(rare + beyond > 0 && { valuesLeftOut: { column, looked: kept.length, rare, beyond, minimumRows } }),
  };
}

const textOf = (value: string | number | null): string | null =>
  value === null || (typeof value === 'number' && Number.isNaN(value)) ? null : String(value);

/** @param values NaN where there is no number */
export function codeNumbers(
  column: string,
  values: Float64Array,
  plan: CodingPlan & { readonly whole: boolean },
): CodedColumn | LeftOut {
  const { bins, minimumRows, whole } = plan;
  if (isFew(values)) return codeTexts(column, values, plan);
  const sorted = sampleOf(values);
  // A sort of all rows only where the sample makes it likely.
  if (whole && allDiffer(sorted) && allDiffer(values.slice().sort())) return differs(column);
  const cuts = quantileCuts(sorted, bins);
  return cuts.length === 0 ? { column, why: tooRare(minimumRows) } : codeCuts(column, values, cuts);
}

/** Every so many rows' number, ascending: quantiles of a hundred thousand are those of a million to a reader. */
function sampleOf(values: Float64Array): Float64Array {
  const stride = Math.max(1, Math.floor(values.length / quantileRows));
  const picked = new Float64Array(Math.ceil(values.length / stride));
  let count = 0;
  for (let row = 0; row < values.length; row += stride) if (!Number.isNaN(values[row])) picked[count++] = values[row]!;
  return picked.subarray(0, count).sort();
}

function isFew(values: Float64Array): boolean {
  const known = new Set<number>();
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    known.add(values[row]!);
    if (known.size > fewValues) return false;
  }
  return true;
}

function allDiffer(sorted: Float64Array): boolean {
  for (let index = 1; index < sorted.length; index++) if (sorted[index] === sorted[index - 1]) return false;
  return true;
}

/** @param cuts ascending; a value on a cut belongs above it */
export function codeCuts(column: string, values: Float64Array, cuts: readonly number[]): CodedColumn {
  const codes = new Uint8Array(values.length).fill(cuts.length + 2);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    let code = 1;
    while (code <= cuts.length && value >= cuts[code - 1]!) code += 1;
    codes[row] = code;
  }
  return { column, conditions: [...cutConditions(column, cuts), valueCondition(column, null)], codes };
}

function cutConditions(column: string, cuts: readonly number[]): string[] {
  const text = (value: number): string => String(value).replace('-', '−');
  const between = cuts.slice(1).map((cut, index) => `${text(cuts[index]!)} ≤ ${column} < ${text(cut)}`);
  return [`${column} < ${text(cuts[0]!)}`, ...between, `${column} ≥ ${text(cuts.at(-1)!)}`];
}

export function valueCondition(column: string, value: string | null): string {
  if (value === null) return `${column} is missing`;
  return `${column} = ${value === '' ? '""' : value}`;
}

/** Where parts of equal size begin, rounded to what a reader can keep in mind: a hundredth of the usual range. */
function quantileCuts(sorted: Float64Array, bins: number): number[] {
  const range = quantileOf(sorted, 0.95) - quantileOf(sorted, 0.05);
  const digits = range > 0 ? Math.min(20, Math.max(0, 1 - Math.floor(Math.log10(range)))) : 0;
  const cuts = Array.from({ length: bins - 1 }, (_, index) =>
    Number(quantileOf(sorted, (index + 1) / bins).toFixed(digits)),
  );
  // A cut at or below the least value would leave nothing below it.
  return [...new Set(cuts)].filter((cut) => cut > sorted[0]! && cut <= sorted.at(-1)!);
}

const differs = (column: string): LeftOut => ({ column, why: 'its values differ from row to row' });
const tooRare = (minimumRows: number): string => `none of its values divides the rows into parts of ${minimumRows}`;
