// One measured figure, beside its peer's from the same run where there is one.

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
  /** Ours over the peer's, or the other way round when more is better: said in the name. */
  readonly ratio?: number;
  /** The budget in words, from the design. */
  readonly budget?: string;
}

export interface BenchRequest {
  readonly short: boolean;
  /** Takes Markdown that stands below the results on the committed page. */
  readonly page: (markdown: string) => void;
}

export interface Bench {
  run(request: BenchRequest): Promise<readonly BenchResult[]>;
}

/** How often something was so, against the budget for it. */
export const shareResult = (name: string, share: number, budget: string): BenchResult => ({
  name,
  value: 100 * share,
  unit: '%',
  budget,
});

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};
