// Student's t and the binomial distribution: what intervals and tests are read from.
import { normalCdf } from './normal.ts';
import { logGamma, regularizedBeta } from './special-functions.ts';

/** Student's t with `df` > 0 degrees of freedom, which need not be whole. */
export function studentCdf(t: number, df: number): number {
  if (df === Infinity) return normalCdf(t);
  const tail = 0.5 * regularizedBeta(df / (df + t * t), df / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t with P(T ≤ t) = p: Newton's steps on the distribution function, kept inside a bracket that each of them
 * narrows, so that they are right for every df and quick for the usual ones.
 */
export function studentQuantile(p: number, df: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN;
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, df);
  let low = -1;
  while (studentCdf(low, df) > p) low *= 2;
  let high = low === -1 ? 0 : low / 2;
  const density = studentDensity(df);
  let at = (low + high) / 2;
  for (let step = 0; step < 200; step++) {
    const miss = studentCdf(at, df) - p;
    if (miss < 0) low = at;
    else high = at;
    const newton = at - miss / density(at);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - at) <= Number.EPSILON * Math.abs(at)) return next;
    at = next;
  }
  return at;
}

function studentDensity(df: number): (t: number) => number {
  if (df === Infinity) return (t) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const scale = Math.exp(logGamma((df + 1) / 2) - logGamma(df / 2)) / Math.sqrt(df * Math.PI);
  return (t) => scale * (1 + (t * t) / df) ** (-(df + 1) / 2);
}

/** P(X ≤ k) of n trials with probability p each. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return regularizedBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1);
}
