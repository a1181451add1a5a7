// What these rows could show: the smallest loss and gain that the gate finds four times in five.
import { usualAlpha } from '../statistics/alpha-spending.ts';
import { estimateOf, smallestSeen, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { normalCdf } from '../statistics/normal.ts';
import type { AskedOfKey } from './asked.ts';
import { spreadOf } from './spread.ts';
import type { TaskEvidence } from './task.ts';

export interface Power {
  /** The smallest true loss that is called one with a chance of 80 %, in the metric's unit, positive. */
  readonly loss: number;
  /** The smallest true gain that passes what asks for one with a chance of 80 %, positive. */
  readonly gain: number;
  /** Chance that a model which is just as good passes; absent where being better is asked for. */
  readonly equalPasses?: number;
  /** `paired`: from the two models' rows. `alone`: at the most, from the candidate's own. */
  readonly basis: 'paired' | 'alone';
}

export interface PowerSetting {
  readonly alpha: number;
  /** How many key metrics there are: by Holm, a lone loss must be sure at α over their number. */
  readonly keys: number;
}

/** @param estimate oriented so that higher is better */
export function pairedPower(
  estimate: DifferenceEstimate,
  { margin, gain = 0 }: AskedOfKey,
  { alpha, keys }: PowerSetting,
): Power | undefined {
  const { loss } = smallestSeen(estimate, alpha / keys);
  // All key metrics must pass, and each at its own level: no correction.
  const seen = smallestSeen(estimate, alpha);
  if (!(estimate.standardError > 0) || !Number.isFinite(loss) || !Number.isFinite(seen.gain)) return undefined;
  const reach = estimate.difference - estimate.within(1 - 2 * alpha)[0];
  return {
    loss,
    gain: gain + seen.gain,
    ...(margin > 0 && { equalPasses: normalCdf((margin - reach) / estimate.standardError) }),
    basis: 'paired',
  };
}

/**
 * Without a second model: two models of this one's spread that err independently would differ with √2 times its
 * standard error. Real pairs err on the same rows and differ by less, so what is said is the most it can be.
 */
export function powerAlone(
  evidence: TaskEvidence,
  metric: string,
  { asked, keys }: { readonly asked: AskedOfKey; readonly keys: number },
): Power | undefined {
  const spread = spreadOf(evidence, metric);
  if (spread === undefined) return undefined;
  const apart = estimateOf(0, Math.SQRT2 * spread.standardError, spread.degreesOfFreedom);
  const power = pairedPower(apart, asked, { alpha: usualAlpha, keys });
  return power && { loss: power.loss, gain: power.gain, basis: 'alone' };
}
