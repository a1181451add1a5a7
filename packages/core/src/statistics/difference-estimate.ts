// A paired difference with its uncertainty: what a gate decides on (90 %, so each side errs with 5 %) and what it shows (95 %).
import { bcaInterval, percentileInterval } from './bootstrap.ts';
import { studentCdf, studentQuantile } from './distributions.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { scoreInterval } from './paired.ts';
import { skewed, skewOf, withoutSkew } from './skewness.ts';

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
  /** The interval at any two-sided level, by the method that made the estimate: 0.9 gives `decision`. */
  readonly within: (level: number) => readonly [number, number];
}

type Within = DifferenceEstimate['within'];

/** The same few levels are asked for again and again, and each takes a quantile. */
export function remembered(within: Within): Within {
  const known = new Map<number, readonly [number, number]>();
  return (level) => {
    const found = known.get(level) ?? within(level);
    known.set(level, found);
    return found;
  };
}

export const decisionLevel = 0.9;
export const shownLevel = 0.95;

/**
 * Estimate ± t·SE; of skewed values, each bound is Student's or Hall's, whichever lies further out: so it errs less than
 * Student's on the side of the long tail and no more on the other.
 * @param degreesOfFreedom left out, the normal distribution: for DeLong's difference and other estimates of many rows
 * @param skew skewness of one value over √n
 */
export function estimateOf(
  difference: number,
  standardError: number,
  degreesOfFreedom = Infinity,
  skew = 0,
): DifferenceEstimate {
  const quantile = (p: number): number =>
    degreesOfFreedom === Infinity ? normalQuantile(p) : studentQuantile(p, degreesOfFreedom);
  const within = remembered((level) => {
    const t = quantile((1 + level) / 2);
    const low = Math.max(t, skewed(t, skew));
    const high = Math.max(t, -skewed(-t, skew));
    return [difference - low * standardError, difference + high * standardError];
  });
  const none = difference === 0 && standardError === 0;
  const t = none ? 0 : difference / standardError;
  // Nothing is skewed where nothing varies.
  const turned = Number.isFinite(t) ? withoutSkew(t, skew) : t;
  return {
    difference,
    standardError,
    decision: within(decisionLevel),
    shown: within(shownLevel),
    within,
    pLower: none ? 1 : studentCdf(Math.max(t, turned), degreesOfFreedom),
    pHigher: none ? 1 : studentCdf(-Math.min(t, turned), degreesOfFreedom),
  };
}

/** Mean of paired differences, SE = sd / √n, Student's t and Hall's. Null of fewer than two rows. */
export function pairedMeanEstimate(candidate: Float64Array, baseline: Float64Array): DifferenceEstimate | null {
  const n = candidate.length;
  if (n < 2) return null;
  let sum = 0;
  for (let row = 0; row < n; row++) sum += candidate[row]! - baseline[row]!;
  const mean = sum / n;
  let squares = 0;
  let cubes = 0;
  for (let row = 0; row < n; row++) {
    const off = candidate[row]! - baseline[row]! - mean;
    squares += off * off;
    cubes += off * off * off;
  }
  return estimateOf(mean, Math.sqrt(squares / (n - 1) / n), n - 1, skewOf(cubes, squares));
}

/**
 * Difference of two proportions on the same rows: Tango's score interval, and the p-value of its test at no
 * difference (McNemar's).
 * @param better rows that only the candidate has right
 * @param worse rows that only the baseline has right
 */
export function pairedProportionEstimate(better: number, worse: number, n: number): DifferenceEstimate | null {
  if (n < 1) return null;
  const within = remembered((level) => {
    const { low, high } = scoreInterval(worse, better, n, (1 - level) / 2);
    return [low, high];
  });
  const changed = better + worse;
  const z = changed === 0 ? 0 : (better - worse) / Math.sqrt(changed);
  // One made-up row each way (Bonett & Price 2012), so that a planned number of rows is finite when none changed.
  const [up, down] = [(better + 1) / (n + 2), (worse + 1) / (n + 2)];
  return {
    difference: (better - worse) / n,
    standardError: Math.sqrt((up + down - (up - down) ** 2) / (n + 2)),
    decision: within(decisionLevel),
    shown: within(shownLevel),
    within,
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
    // Fewer replicates than one lie beyond the bound: they cannot say where it is.
    ((1 - level) / 2) * (sorted.length + 1) < 1
      ? [-Infinity, Infinity]
      : jackknife === undefined
        ? percentileInterval(sorted, level)
        : bcaInterval(sorted, difference, jackknife, level);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sorted.length - 1);
  // (r + 1) / (B + 1): a p-value of simulation is never zero (Phipson & Smyth 2010).
  const chance = (count: number): number => (count + 1) / (sorted.length + 1);
  return {
    difference,
    standardError: Math.sqrt(variance),
    decision: within(decisionLevel),
    shown: within(shownLevel),
    within,
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
  within: () => [0, 0],
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
    within: (level) => turn(estimate.within(level)),
    pLower: estimate.pHigher,
    pHigher: estimate.pLower,
  };
}

/**
 * One-sided p-value of "the difference is at least `threshold`": the smallest error at which an upper bound lies below
 * it, had by turning the estimate's own interval around. 0.5 at most, where the estimate itself is not below.
 */
export function chanceBelow(estimate: DifferenceEstimate, threshold: number): number {
  const below = (alpha: number): boolean => estimate.within(1 - 2 * alpha)[1] < threshold;
  if (!below(0.499)) return 0.5;
  // Halved on a log scale: what matters is whether it is 5 % or 5 in ten thousand.
  let [low, high] = [Math.log(1e-9), Math.log(0.499)];
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (below(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** What a claim needs, oriented so that higher is better: a pass lies above the one line, a fail below the other. */
export interface ClaimLines {
  readonly pass: number;
  readonly fail: number;
}

/**
 * Rows that would settle a comparison with a chance of 80 %, if the difference stays what it looks like now
 * (n grows with (z₁₋α + z₀.₈)² · SE² · n over the squared distance to the nearer claim). Oriented: higher is better.
 * @param lines a margin's are −margin and 0; a gain's are both the gain
 * @returns null where no number of rows would: the difference sits on the very line
 */
export function rowsNeeded(
  { difference, standardError }: DifferenceEstimate,
  lines: ClaimLines,
  { rows, alpha = 0.05 }: { readonly rows: number; readonly alpha?: number },
): number | null {
  const distance = Math.max(difference - lines.pass, lines.fail - difference);
  if (!(distance > 0) || standardError === 0) return null;
  const reach = (normalQuantile(1 - alpha) + normalQuantile(0.8)) * standardError;
  return Math.max(rows + 1, Math.ceil(rows * (reach / distance) ** 2));
}

/**
 * The smallest true loss and gain that a comparison of this spread shows with a chance of 80 %: how far the interval
 * reaches, by its own method, and z₀.₈ · SE for a draw that falls short (Chow, Shao, Wang 2008, §4.1). Oriented: higher
 * is better; both are positive.
 * @param alpha one-sided error of the claim
 */
export function smallestSeen(
  estimate: DifferenceEstimate,
  alpha: number,
): { readonly loss: number; readonly gain: number } {
  const [low, high] = estimate.within(1 - 2 * alpha);
  const short = normalQuantile(0.8) * estimate.standardError;
  return { loss: high - estimate.difference + short, gain: estimate.difference - low + short };
}
