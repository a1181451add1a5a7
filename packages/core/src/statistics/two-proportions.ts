// Two shares of different rows: how far apart they are, as a difference and as a ratio.
import { normalQuantile } from './normal.ts';

export interface Count {
  readonly events: number;
  /** Above zero. */
  readonly of: number;
}

/** Wilson's score interval (1927) of one share, two-sided at 1 − 2α: statsmodels' `proportion_confint`, `wilson`. */
export function wilsonInterval({ events, of }: Count, alpha: number): readonly [number, number] {
  const z = normalQuantile(1 - alpha);
  const share = events / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const reach = (z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

/**
 * a − b, two-sided at 1 − 2α: Newcombe's hybrid of two score intervals (1998, method 10), which keeps its level for
 * small groups and shares near 0 and 1. statsmodels' `confint_proportions_2indep`, `newcomb`.
 * @param correlation of the two shares, where rows of both come from the same clusters (Zou & Donner 2008)
 */
export function newcombeInterval(a: Count, b: Count, alpha: number, correlation = 0): readonly [number, number] {
  const [p, q] = [a.events / a.of, b.events / b.of];
  const [lowP, highP] = wilsonInterval(a, alpha);
  const [lowQ, highQ] = wilsonInterval(b, alpha);
  return [
    p - q - correlatedReach(p - lowP, highQ - q, correlation),
    p - q + correlatedReach(highP - p, q - lowQ, correlation),
  ];
}

/** How far the difference of two estimates reaches, from how far each does: √(x² + y² − 2ρxy). */
export const correlatedReach = (x: number, y: number, correlation: number): number =>
  Math.sqrt(Math.max(0, x * x + y * y - 2 * correlation * x * y));

/**
 * a / b, two-sided at 1 − 2α, on the logarithm's scale, with half an event added to each (Walter 1975), so that no event
 * has an interval too. statsmodels' `confint_proportions_2indep`, `ratio`, `log-adjusted`.
 * @param correlation of the two shares
 */
export function ratioInterval(a: Count, b: Count, alpha: number, correlation = 0): readonly [number, number] {
  const [x, m, y, n] = [a.events + 0.5, a.of + 0.5, b.events + 0.5, b.of + 0.5];
  const middle = Math.log(x / m) - Math.log(y / n);
  const [ofA, ofB] = [Math.sqrt(Math.max(0, 1 / x - 1 / m)), Math.sqrt(Math.max(0, 1 / y - 1 / n))];
  const reach = normalQuantile(1 - alpha) * correlatedReach(ofA, ofB, correlation);
  return [Math.exp(middle - reach), Math.exp(middle + reach)];
}
