// The interval of a difference of two ROC curves' areas on the same rows (DeLong, DeLong & Clarke-Pearson 1988).
import { countBelow, splitScores } from './classification.ts';

export interface PairedAuc {
  readonly candidate: number;
  readonly baseline: number;
  /** Candidate − baseline. */
  readonly difference: number;
  readonly standardError: number;
}

/** For every positive row the share of negatives it beats, and for every negative the share of positives that beat it. */
interface Placements {
  readonly ofPositives: Float64Array;
  readonly ofNegatives: Float64Array;
}

/**
 * Paired difference of ROC AUC with DeLong's standard error.
 * @param positives 1 where the row is positive
 * @returns null where one of the two classes has fewer than two rows: no variance can be had
 */
export function delong(candidate: Float64Array, baseline: Float64Array, positives: Uint8Array): PairedAuc | null {
  const a = placements(candidate, positives);
  const b = placements(baseline, positives);
  const m = a.ofPositives.length;
  const n = a.ofNegatives.length;
  if (m < 2 || n < 2) return null;
  const areaOf = ({ ofPositives }: Placements): number => ofPositives.reduce((sum, share) => sum + share, 0) / m;
  const variance =
    varianceOfDifference(a.ofPositives, b.ofPositives) / m + varianceOfDifference(a.ofNegatives, b.ofNegatives) / n;
  const [areaA, areaB] = [areaOf(a), areaOf(b)];
  return { candidate: areaA, baseline: areaB, difference: areaA - areaB, standardError: Math.sqrt(variance) };
}

function placements(scores: Float64Array, positives: Uint8Array): Placements {
  const { above, below } = splitScores(scores, positives);
  const sortedAbove = above.toSorted();
  const sortedBelow = below.toSorted();
  const place = (sorted: Float64Array, value: number): number =>
    (countBelow(sorted, value) + countBelow(sorted, value, true)) / (2 * sorted.length);
  return {
    ofPositives: above.map((score) => place(sortedBelow, score)),
    ofNegatives: below.map((score) => 1 - place(sortedAbove, score)),
  };
}

/** Unbiased variance of a − b. */
function varianceOfDifference(a: Float64Array, b: Float64Array): number {
  let mean = 0;
  for (let index = 0; index < a.length; index++) mean += (a[index]! - b[index]!) / a.length;
  let squares = 0;
  for (let index = 0; index < a.length; index++) squares += (a[index]! - b[index]! - mean) ** 2;
  return squares / (a.length - 1);
}
