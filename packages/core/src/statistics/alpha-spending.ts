// What is left of an error rate for one more look at the same evidence.

/** One-sided error of a claim that is looked at once. */
export const usualAlpha = 0.05;

/**
 * The k-th look's share of α: α · 6 / (π² k²). Since Σ 1/k² = π²/6 the shares of all looks that may ever come add up
 * to α, so by Boole's inequality all of them together err at most that often, however the looks depend on one another
 * and whoever decides to look again.
 * @param look 1, 2, 3, …
 * @throws RangeError for anything else
 */
export function spentAlpha(look: number, alpha = usualAlpha): number {
  if (!Number.isInteger(look) || look < 1) throw new RangeError(`there is no look ${look}`);
  return (alpha * 6) / (Math.PI * look) ** 2;
}
