// Intervals for a mean paired difference, candidate − baseline on the same cases.
import { studentQuantile } from './distributions.ts';
import type { DifferenceInterval } from './non-inferiority.ts';
import { normalQuantile } from './normal.ts';

export interface PairedMean {
  readonly difference: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/** Below this many cases that differ, a t interval of scores that mostly agree promises too much. */
const fewDiffering = 10;

/**
 * Mean and standard error of paired differences.
 * @param clusters one name per difference: cases of one document or conversation do not count as independent.
 * The sum runs over clusters, with C / (C − 1) and C − 1 degrees of freedom (Miller 2024, arXiv:2411.00640, app. A).
 * @returns NaN and Infinity for an empty list; an infinite error for one case or one cluster
 */
export function pairedMean(differences: readonly number[], clusters?: readonly string[]): PairedMean {
  const n = differences.length;
  const difference = differences.reduce((sum, value) => sum + value, 0) / n;
  let groups: number;
  let squares = 0;
  if (clusters === undefined) {
    groups = n;
    for (const value of differences) squares += (value - difference) ** 2;
  } else {
    const sums = new Map<string, number>();
    for (const [index, value] of differences.entries()) {
      const cluster = clusters[index] ?? '';
      sums.set(cluster, (sums.get(cluster) ?? 0) + value - difference);
    }
    groups = sums.size;
    for (const sum of sums.values()) squares += sum ** 2;
  }
  const standardError = groups < 2 ? Infinity : Math.sqrt((groups / (groups - 1)) * squares) / n;
  return { difference, standardError, degreesOfFreedom: Math.max(1, groups - 1) };
}

/** The t interval, two-sided at 1 − 2α. */
export function tInterval(mean: PairedMean, alpha: number): DifferenceInterval {
  const { difference, standardError, degreesOfFreedom } = mean;
  if (!Number.isFinite(standardError)) return { difference, low: -Infinity, high: Infinity };
  const reach = studentQuantile(1 - alpha, degreesOfFreedom) * standardError;
  return { difference, low: difference - reach, high: difference + reach };
}

/**
 * Tango's score interval for the difference of two paired proportions, two-sided at 1 − 2α. Chosen over
 * Wald's and its adjustments since it keeps its level when few or no cases differ: without any difference it
 * still reaches z² / (n + z²) to both sides, where Wald's has no width at all.
 * Tango 1998, Statistics in Medicine 17:891–908.
 * @param worse cases right before and wrong now; may be a sum of parts of cases
 * @param better cases wrong before and right now
 */
export function scoreInterval(worse: number, better: number, n: number, alpha: number): DifferenceInterval {
  const z = normalQuantile(1 - alpha);
  const statistic = (delta: number): number => {
    const a = 2 * n;
    const b = -worse - better + (2 * n - better + worse) * delta;
    const c = -worse * delta * (1 - delta);
    const restricted = Math.max(0, (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a));
    const variance = n * (2 * restricted + delta * (1 - delta));
    const distance = better - worse - n * delta;
    if (variance <= 0) return distance === 0 ? 0 : Math.sign(distance) * Infinity;
    return distance / Math.sqrt(variance);
  };
  const difference = (better - worse) / n;
  return {
    difference,
    low: bisect((delta) => statistic(delta) > z, -1, difference),
    high: bisect((delta) => statistic(delta) > -z, difference, 1),
  };
}

/**
 * The interval for differences of scores between 0 and 1. Whole ones (a case changed sides or did not) take
 * the score interval. Others take the t interval, unless fewer than ten cases differ: then the score interval
 * on the summed losses and gains, which is wider than theirs, since of all scores with these sums the whole
 * ones vary most. The score interval knows no clusters: with them it is widened to the clustered one.
 */
export function boundedInterval(
  differences: readonly number[],
  alpha: number,
  clusters?: readonly string[],
): DifferenceInterval {
  let worse = 0;
  let better = 0;
  let differing = 0;
  let whole = true;
  // Scores lie between 0 and 1, but for those of a user's own.
  let furthest = 1;
  for (const value of differences) {
    if (value < 0) worse -= value;
    else better += value;
    if (value !== 0) differing += 1;
    whole &&= Number.isInteger(value);
    furthest = Math.max(furthest, Math.abs(value));
  }
  // No mean lies beyond the furthest of its differences, whatever a wide interval says; of one source nothing more is known.
  const clustered = (): DifferenceInterval => {
    const { difference, low, high } = tInterval(pairedMean(differences, clusters), alpha);
    return { difference, low: Math.max(-furthest, low), high: Math.min(furthest, high) };
  };
  if (differing >= fewDiffering && !(whole && clusters === undefined)) return clustered();
  const score = scoreInterval(worse, better, differences.length, alpha);
  if (clusters === undefined) return score;
  const { low, high } = clustered();
  return { ...score, low: Math.min(score.low, low), high: Math.max(score.high, high) };
}

/** Where a falling condition stops to hold, to the last bit. */
function bisect(holds: (value: number) => boolean, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
