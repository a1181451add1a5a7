// What a count of rare events says of their share, at the most and at the least.
import { regularizedBeta } from './special-functions.ts';

/**
 * The exact bounds of Clopper and Pearson (1934), each one-sided at level 1 − α: the share at which so few (or so many)
 * events would have had probability α. No event in n leaves 1 − α^(1/n), near 3 / n for α = 5 %.
 * @param events 0 … n
 * @returns shares between 0 and 1; 0 and 1 for n = 0
 */
export function clopperPearson(
  events: number,
  n: number,
  alpha: number,
): { readonly low: number; readonly high: number } {
  return {
    low: events === 0 ? 0 : betaQuantile(alpha, events, n - events + 1),
    high: events >= n ? 1 : betaQuantile(1 - alpha, events + 1, n - events),
  };
}

/** The x with I_x(a, b) = p, by bisection to the last bit. */
function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 1100; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (regularizedBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
