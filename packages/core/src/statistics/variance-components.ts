// Where the noise of a suite comes from: cases that differ, or answers to the same case that differ.

export interface VarianceComponents {
  /** Variance of the cases' true scores. */
  readonly between: number;
  /** Variance of one answer around its case's true score. */
  readonly within: number;
}

/**
 * One-way random effects by the method of moments: within = MSW, between = max(0, (MSB − MSW) / k₀)
 * (Searle, Casella, McCulloch 1992, §3.6, with unequal repeats).
 * @param scores one list of repeats a case; cases without scores are left out
 * @returns undefined for fewer than two cases, or when no case was asked twice
 */
export function varianceComponents(scores: readonly (readonly number[])[]): VarianceComponents | undefined {
  const cases = scores.filter(({ length }) => length > 0);
  const total = cases.reduce((sum, { length }) => sum + length, 0);
  if (cases.length < 2 || total === cases.length) return undefined;
  const means = cases.map((repeats) => repeats.reduce((sum, value) => sum + value, 0) / repeats.length);
  const grand = cases.flat().reduce((sum, value) => sum + value, 0) / total;
  let inside = 0;
  let across = 0;
  for (const [index, repeats] of cases.entries()) {
    const mean = means[index] ?? 0;
    across += repeats.length * (mean - grand) ** 2;
    for (const value of repeats) inside += (value - mean) ** 2;
  }
  const within = inside / (total - cases.length);
  const squares = cases.reduce((sum, { length }) => sum + length ** 2, 0);
  const typical = (total - squares / total) / (cases.length - 1);
  return { within, between: Math.max(0, (across / (cases.length - 1) - within) / typical) };
}

/** Variance of the mean of all cases, n of them with `repeats` answers each: repeats shrink the second part only. */
export const varianceOfMean = ({ between, within }: VarianceComponents, n: number, repeats: number): number =>
  between / n + within / (n * repeats);
