// How many cases settle a comparison, and what a number of cases can show.
import { normalQuantile } from './normal.ts';

export interface Design {
  /** One-sided. */
  readonly alpha: number;
  readonly power: number;
}

/** As the field has it: five per cent on the side that matters, eighty per cent power. */
export const usualDesign: Design = { alpha: 0.05, power: 0.8 };

/**
 * Cases after which a comparison that goes on like the observed one settles, with the design's power:
 * n = (z₁₋α + z_power)² · Var(d) / distance², where distance is the way to the nearer of the two verdicts:
 * down to −margin for a pass, up to zero for a fail (Chow, Shao, Wang 2008, §4.1, paired).
 * Never less than the n at which no difference at all would pass, z² (1 − margin) / margin.
 * @param variance of one case's difference; for whole cases: share that differs − difference²
 * @returns Infinity when no number of cases would, as with margin 0 and no difference
 */
export function casesToSettle(
  observed: { readonly difference: number; readonly variance: number },
  margin: number,
  { alpha, power }: Design = usualDesign,
): number {
  const { difference, variance } = observed;
  const distance = Math.max(difference + margin, -difference);
  if (distance <= 0) return Infinity;
  const z = normalQuantile(1 - alpha);
  const n = ((z + normalQuantile(power)) ** 2 * variance) / distance ** 2;
  const passes = difference + margin >= -difference;
  const floor = !passes ? 0 : margin > 0 ? (z * z * (1 - margin)) / margin : Infinity;
  return Math.floor(Math.max(n, floor)) + 1;
}

/**
 * The smallest true difference that a McNemar test of n cases finds with the design's power, when a share
 * of `differing` cases changes sides: δ√n = z₁₋α √ψ + z_power √(ψ − δ²) (Miettinen 1968; Connor 1987).
 * @returns undefined when even a change of all differing cases in one direction would be missed
 */
export function detectableDifference(
  n: number,
  differing: number,
  { alpha, power }: Design = usualDesign,
): number | undefined {
  const a = normalQuantile(1 - alpha);
  const b = normalQuantile(power);
  const linear = a * Math.sqrt(n * differing);
  const root = linear ** 2 - (n + b * b) * (a * a - b * b) * differing;
  const delta = (linear + Math.sqrt(Math.max(0, root))) / (n + b * b);
  return delta <= differing ? delta : undefined;
}
