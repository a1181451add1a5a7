// What a classifier of two classes does as its threshold moves: precision, recall and F1 at each.
import { countBelow, splitScores } from './classification.ts';

export interface RatesAt {
  /** A row is called positive from this score on. */
  readonly threshold: number;
  /** Share of the rows called positive that are; null where none is called so. */
  readonly precision: number | null;
  /** Share of the positive rows that are called so. */
  readonly recall: number;
  readonly f1: number;
}

/**
 * @param scores one per row, higher for the positive class
 * @param positives 1 where the row is of the positive class
 * @param thresholds left out, every distinct score, from the highest down, thinned to about `limit`: scikit-learn's
 *   `precision_recall_curve` at these thresholds
 * @returns null without a positive row
 */
export function ratesAtThresholds(
  scores: Float64Array,
  positives: Uint8Array,
  { thresholds, limit = 100 }: { readonly thresholds?: readonly number[]; readonly limit?: number } = {},
): readonly RatesAt[] | null {
  const { above, below } = splitScores(scores, positives);
  if (above.length === 0) return null;
  above.sort();
  below.sort();
  return (thresholds ?? thinned(scores, limit)).map((threshold) => {
    const hits = above.length - countBelow(above, threshold);
    const called = hits + below.length - countBelow(below, threshold);
    return {
      threshold,
      precision: called === 0 ? null : hits / called,
      recall: hits / above.length,
      f1: (2 * hits) / (called + above.length),
    };
  });
}

function thinned(scores: Float64Array, limit: number): number[] {
  const distinct = [...new Set(scores)].sort((a, b) => b - a);
  const step = Math.max(1, Math.ceil(distinct.length / limit));
  return distinct.filter((_, index) => index % step === step - 1 || index === distinct.length - 1);
}
