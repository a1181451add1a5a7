// How far two raters agree beyond chance: a judge model and people, or a judge and itself.
import { normalQuantile } from './normal.ts';

export interface Agreement {
  readonly n: number;
  /** Share of items on which both say the same. */
  readonly observed: number;
  /** Cohen's kappa: NaN when both use one category alone, since chance then explains everything. */
  readonly kappa: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Cohen 1960, Educational and Psychological Measurement 20:37–46; standard error by Fleiss, Cohen, Everitt 1969,
 * Psychological Bulletin 72:323–327.
 * @param table counts, row = first rater's category, column = second's; square
 * @param level of the interval, two-sided
 */
export function cohensKappa(table: readonly (readonly number[])[], level = 0.95): Agreement {
  const n = table.flat().reduce((sum, count) => sum + count, 0);
  const share = (row: number, column: number): number => (table[row]?.[column] ?? 0) / n;
  const categories = table.map((_, index) => index);
  const rows = categories.map((row) => categories.reduce((sum, column) => sum + share(row, column), 0));
  const columns = categories.map((column) => categories.reduce((sum, row) => sum + share(row, column), 0));
  const at = (list: readonly number[], index: number): number => list[index] ?? 0;
  const observed = categories.reduce((sum, index) => sum + share(index, index), 0);
  const expected = categories.reduce((sum, index) => sum + at(rows, index) * at(columns, index), 0);
  const kappa = (observed - expected) / (1 - expected);
  let spread = -((kappa - expected * (1 - kappa)) ** 2);
  for (const row of categories) {
    for (const column of categories) {
      const margins = at(columns, row) + at(rows, column);
      spread += share(row, column) * (row === column ? (1 - margins * (1 - kappa)) ** 2 : ((1 - kappa) * margins) ** 2);
    }
  }
  const standardError = Math.sqrt(Math.max(0, spread) / n) / (1 - expected);
  const reach = normalQuantile(0.5 + level / 2) * standardError;
  return { n, observed, kappa, standardError, low: kappa - reach, high: Math.min(1, kappa + reach) };
}
