// A paired difference with its uncertainty: what a gate decides on (90 %, so each side errs with 5 %) and what it shows (95 %).
import { bcaInterval, percentileInterval } from './bootstrap.ts';
import { studentCdf, studentQuantile } from './distributions.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { scoreInterval } from './paired.ts';

export interface DifferenceEstimate {
  /** Candidate − baseline, in the metric's own unit. */
  readonly difference: number;
  readonly standardError: number;
  /** Two-sided 90 %. */
  readonly decision: readonly [number, number];
  /** Two-sided 95 %. */
  readonly shown: readonly [number, number];
  /** One-sided p-value of "the candidate is not lower": small when it is surely lower. */
  readonly pLower: number;
  readonly pHigher: number;
}

export const decisionLevel = 0.9;
export const shownLevel = 0.95;

/**
 * Estimate ± t·SE.
 * @param degreesOfFreedom left out, the normal distribution: for DeLong's difference and other estimates of many rows
 */
export function estimateOf(difference: number, standardError: number, degreesOfFreedom = Infinity): DifferenceEstimate {
  const quantile = (p: number): number =>
    degreesOfFreedom === Infinity ? normalQuantile(p) : studentQuantile(p, degreesOfFreedom);
  const within = (level: number): [number, number] => {
    const reach = quantile((1 + level) / 2) * standardError;
    return [difference - reach, difference + reach];
  };
  const none = difference === 0 && standardError === 0;
  const t = none ? 0 : difference / standardError;
  return {
    difference,
    standardError,
    decision: within(decisionLevel),
    shown: within(shownLevel),
    pLower: none ? 1 : studentCdf(t, degreesOfFreedom),
    pHigher: none ? 1 : studentCdf(-t, degreesOfFreedom),
  };
}

/** Mean of paired differences, SE = sd / √n, Student's t. Null of fewer than two rows. */
export function pairedMeanEstimate(candidate: Float64Array, baseline: Float64Array): DifferenceEstimate | null {
  const n = candidate.length;
  if (n < 2) return null;
  let sum = 0;
  for (let row = 0; row < n; row++) sum += candidate[row]! - baseline[row]!;
  const mean = sum / n;
  let squares = 0;
  for (let row = 0; row < n; row++) squares += (candidate[row]! - baseline[row]! - mean) ** 2;
  return estimateOf(mean, Math.sqrt(squares / (n - 1) / n), n - 1);
}

/**
 * Difference of two proportions on the same rows: Tango's score interval, and the p-value of its test at no
 * difference (McNemar's).
 * @param better rows that only the candidate has right
 * @param worse rows that only the baseline has right
 */
export function pairedProportionEstimate(better: number, worse: number, n: number): DifferenceEstimate | null {
  if (n < 1) return null;
  const within = (level: number): [number, number] => {
    const { low, high } = scoreInterval(worse, better, n, (1 - level) / 2);
    return [low, high];
  };
  const changed = better + worse;
  const z = changed === 0 ? 0 : (better - worse) / Math.sqrt(changed);
  // One made-up row each way (Bonett & Price 2012), so that a planned number of rows is finite when none changed.
  const [up, down] = [(better + 1) / (n + 2), (worse + 1) / (n + 2)];
  return {
    difference: (better - worse) / n,
    standardError: Math.sqrt((up + down - (up - down) ** 2) / (n + 2)),
    decision: within(decisionLevel),
    shown: within(shownLevel),
    pLower: changed === 0 ? 1 : normalCdf(z),
    pHigher: changed === 0 ? 1 : normalCdf(-z),
  };
}

/** From bootstrap replicates: percentiles, or BCa where jackknife values are given. NaN replicates are left out. */
export function replicateEstimate(
  difference: number,
  replicates: Float64Array,
  jackknife?: Float64Array,
): DifferenceEstimate | null {
  const sorted = replicates.filter((value) => !Number.isNaN(value)).sort();
  // Where more than one draw in twenty has no value, the rest speaks for a different population.
  if (sorted.length < replicates.length * 0.95 || sorted.length < 100) return null;
  const within = (level: number): readonly [number, number] =>
    jackknife === undefined ? percentileInterval(sorted, level) : bcaInterval(sorted, difference, jackknife, level);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sorted.length - 1);
  // (r + 1) / (B + 1): a p-value of simulation is never zero (Phipson & Smyth 2010).
  const chance = (count: number): number => (count + 1) / (sorted.length + 1);
  return {
    difference,
    standardError: Math.sqrt(variance),
    decision: within(decisionLevel),
    shown: within(shownLevel),
    pLower: chance(sorted.filter((value) => value >= 0).length),
    pHigher: chance(sorted.filter((value) => value <= 0).length),
  };
}

/** The same model on both sides: the difference is zero, not nearly zero. */
export const noDifference: DifferenceEstimate = {
  difference: 0,
  standardError: 0,
  decision: [0, 0],
  shown: [0, 0],
  pLower: 1,
  pHigher: 1,
};

/** Seen from the other side: for metrics where lower is better. */
export function negated(estimate: DifferenceEstimate): DifferenceEstimate {
  const turn = ([low, high]: readonly [number, number]): readonly [number, number] => [-high, -low];
  return {
    difference: -estimate.difference,
    standardError: estimate.standardError,
    decision: turn(estimate.decision),
    shown: turn(estimate.shown),
    pLower: estimate.pHigher,
    pHigher: estimate.pLower,
  };
}

/**
 * Rows that would settle a comparison with a chance of 80 %, if the difference stays what it looks like now
 * (n grows with (z₀.₉₅ + z₀.₈)² · SE² · n over the squared distance to the nearer claim). Oriented: higher is better.
 * @returns null where no number of rows would: the difference sits on the very line
 */
export function rowsNeeded(estimate: DifferenceEstimate, margin: number, rows: number): number | null {
  const { difference, standardError } = estimate;
  const distance = Math.max(difference + margin, -difference);
  if (!(distance > 0) || standardError === 0) return null;
  const reach = (normalQuantile(0.95) + normalQuantile(0.8)) * standardError;
  return Math.max(rows + 1, Math.ceil(rows * (reach / distance) ** 2));
}
