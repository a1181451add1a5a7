// Looks for slices with a loss, in one half of the rows; the other half, which the search never saw, tests what it
// found. So the estimates shown are not the luckiest of thousands, and the tests need no correction for the search.
import type { CodedColumn } from './slice-columns.ts';

export interface SearchPlan {
  readonly seed: number;
  readonly depth: 1 | 2;
  /** In each half. */
  readonly minimumRows: number;
  /** How many are handed on to be tested. */
  readonly tested: number;
  /** Cluster of each row: a cluster is searched or tested, never both. */
  readonly clusters?: Int32Array | undefined;
}

export interface FoundSlice {
  /** `carrier = HA and month ≥ 11` */
  readonly title: string;
  /** The rows it is tested on. */
  readonly rows: Int32Array;
}

export interface SliceFindings {
  readonly slices: readonly FoundSlice[];
  /** How many conditions and pairs of them were looked at. */
  readonly looked: number;
  readonly searchedRows: number;
  readonly testedRows: number;
}

/** Pairs are built on the most suspicious conditions alone. */
const beam = 30;
/** A mean loss that is less than one standard error above nothing is not worth a test. */
const leastSurprise = 1;
/** A pair is worth its longer name only where the loss is denser than in either of its parts. */
const denser = 1.25;

/** A loss that is the same on every row is as sure as can be, not without a rank. */
const leastSpread = 1e-12;

interface Condition {
  readonly column: number;
  readonly code: number;
}

interface Suspect extends Tally {
  readonly conditions: readonly Condition[];
}

interface Tally {
  readonly rows: number;
  readonly mean: number;
  /** The mean in standard errors. */
  readonly t: number;
}

/**
 * @param losses candidate's loss − baseline's, one a row; NaN where a row has no say
 */
export function findSlices(columns: readonly CodedColumn[], losses: Float64Array, plan: SearchPlan): SliceFindings {
  const { seed, clusters } = plan;
  const searched = losses.length === 0 ? [] : rowsWhere(losses.length, (row) => inSearch(clusters?.[row] ?? row, seed));
  const rows = Int32Array.from(searched).filter((row) => !Number.isNaN(losses[row]));
  const singles = tallies(columns, losses, rows).filter(({ rows }) => rows >= plan.minimumRows);
  const pairs = plan.depth === 1 ? { found: [], looked: 0 } : pairsOf(singles, { columns, losses, rows, plan });
  const suspects = [...singles, ...pairs.found].filter(({ t }) => t >= leastSurprise).toSorted((a, b) => b.t - a.t);
  const tested = rowsWhere(losses.length, (row) => !inSearch(clusters?.[row] ?? row, seed));
  const slices = withoutTwins(suspects)
    .slice(0, plan.tested)
    .map(({ conditions }) => ({
      title: conditions.map(({ column, code }) => columns[column]!.conditions[code - 1]!).join(' and '),
      rows: Int32Array.from(
        tested.filter((row) => conditions.every(({ column, code }) => columns[column]!.codes[row] === code)),
      ),
    }))
    .filter(({ rows }) => rows.length >= plan.minimumRows);
  return { slices, looked: singles.length + pairs.looked, searchedRows: searched.length, testedRows: tested.length };
}

/** A coin for each row or cluster: the finaliser of MurmurHash3 over its number and the seed. */
function inSearch(unit: number, seed: number): boolean {
  let hash = Math.imul(unit + 1, 0x9e3779b1) ^ seed;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) & 1) === 0;
}

function rowsWhere(rows: number, holds: (row: number) => boolean): number[] {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) if (holds(row)) found.push(row);
  return found;
}

/** Rows, mean loss and its standard errors of every condition of every column. */
function tallies(columns: readonly CodedColumn[], losses: Float64Array, rows: Int32Array): Suspect[] {
  return columns.flatMap((column, index) =>
    tally(column, losses, rows).map((found, code): Suspect => ({
      ...found,
      conditions: [{ column: index, code: code + 1 }],
    })),
  );
}

function tally({ codes, conditions }: CodedColumn, losses: Float64Array, rows: Int32Array): Tally[] {
  const count = new Float64Array(conditions.length + 1);
  const sum = new Float64Array(conditions.length + 1);
  const squares = new Float64Array(conditions.length + 1);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const code = codes[row]!;
    const loss = losses[row]!;
    count[code]! += 1;
    sum[code]! += loss;
    squares[code]! += loss * loss;
  }
  return conditions.map((_, index) => {
    const code = index + 1;
    const n = count[code]!;
    const mean = n === 0 ? 0 : sum[code]! / n;
    const variance = n < 2 ? 0 : Math.max(0, (squares[code]! - n * mean * mean) / (n - 1));
    return { rows: n, mean, t: mean === 0 ? 0 : mean / Math.sqrt(Math.max(variance, mean * mean * leastSpread) / n) };
  });
}

interface PairSetting {
  readonly columns: readonly CodedColumn[];
  readonly losses: Float64Array;
  readonly rows: Int32Array;
  readonly plan: SearchPlan;
}

function pairsOf(singles: readonly Suspect[], setting: PairSetting): { found: Suspect[]; looked: number } {
  const { columns, losses, rows, plan } = setting;
  const key = ({ column, code }: Condition): number => column * 256 + code;
  const known = new Map(singles.map((single) => [key(single.conditions[0]!), single]));
  const seen = new Set<string>();
  const found: Suspect[] = [];
  const leading = singles.filter(({ t }) => t > 0).toSorted((a, b) => b.t - a.t);
  for (const first of leading.slice(0, beam)) {
    const [one] = first.conditions;
    const { codes } = columns[one!.column]!;
    const within = rows.filter((row) => codes[row] === one!.code);
    for (const pair of tallies(columns, losses, within)) {
      const [other] = pair.conditions;
      const second = known.get(key(other!));
      if (other!.column === one!.column || pair.rows < plan.minimumRows || second === undefined) continue;
      const conditions = [one!, other!].toSorted((a, b) => a.column - b.column);
      const name = conditions.map(key).join();
      if (seen.size === seen.add(name).size) continue;
      const suspicious = pair.t > Math.max(first.t, second.t);
      if (suspicious && pair.mean > denser * Math.max(first.mean, second.mean)) found.push({ ...pair, conditions });
    }
  }
  return { found, looked: seen.size };
}

/** Two conditions of the same rows, as a code and its name: the first is kept. */
function withoutTwins(suspects: readonly Suspect[]): Suspect[] {
  const seen = new Set<string>();
  return suspects.filter(({ rows, mean }) => seen.size !== seen.add(`${rows} ${mean.toPrecision(10)}`).size);
}
