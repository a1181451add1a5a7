// The one rule that turns an interval of a difference into a verdict.
import type { Verdict } from '../formats/verdict.ts';

export interface DifferenceInterval {
  /** Candidate − baseline, oriented so that higher is better. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Non-inferiority with three states. The interval is two-sided at level 1 − 2α, so each side errs with α.
 * `pass`: even its low end is above −margin. `fail`: even its high end is below zero. Else the evidence is
 * too thin. Pass is looked at first: a drop that is surely smaller than the margin is no failure, however
 * many cases made it significant.
 * @param margin the largest loss that does not matter, ≥ 0, in the metric's own unit
 */
export function judgeNonInferiority(interval: DifferenceInterval, margin: number): Exclude<Verdict, 'error'> {
  if (interval.low > -margin) return 'pass';
  return interval.high < 0 ? 'fail' : 'inconclusive';
}

/**
 * Superiority by a stated gain, with three states: `pass` where even the low end lies above the gain, `fail` where even
 * the high end lies below it.
 * @param gain the least improvement that must be shown, in the metric's own unit
 */
export function judgeSuperiority({ low, high }: DifferenceInterval, gain: number): Exclude<Verdict, 'error'> {
  if (low > gain) return 'pass';
  return high < gain ? 'fail' : 'inconclusive';
}
