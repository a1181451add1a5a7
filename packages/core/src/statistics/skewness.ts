// Student's t where values are skewed, as differences of log-losses and squared errors are: the t statistic is then
// skewed itself, and its interval misses the truth twice as often as it says on the side of the long tail, or more.
// Hall 1992, J. R. Statist. Soc. B 54:221–228: a cubic of t that takes the skewness out and can be turned around.

/**
 * Hall's transformation of a t statistic, rising everywhere.
 * @param skew skewness of one value over √n: Σ d³ / (Σ d²)^1.5 of the deviations d
 */
export const withoutSkew = (t: number, skew: number): number =>
  t + skew * (t * t * (1 / 3) + 1 / 6) + (skew * skew * t * t * t) / 27;

/** The t that `withoutSkew` takes to z. */
export function skewed(z: number, skew: number): number {
  // So little skewness that the quotient would be one of rounding errors.
  if (Math.abs(skew) < 1e-7) return z;
  return (3 / skew) * (Math.cbrt(1 + skew * (z - skew / 6)) - 1);
}

/** Σ d³ / (Σ d²)^1.5; 0 without spread, and where a sum is too large for a number: Student's t is then all that is left. */
export function skewOf(cubes: number, squares: number): number {
  const skew = cubes / squares / Math.sqrt(squares);
  return squares > 0 && Number.isFinite(skew) ? skew : 0;
}
