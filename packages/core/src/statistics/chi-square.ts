// The chi-square distribution's tail, and the test that two samples fall on kinds alike.
import { logGamma } from './special-functions.ts';

export interface ChiSquareTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/**
 * Pearson's test of homogeneity of two samples, `scipy.stats.chi2_contingency(…, correction=False)`. Kinds that
 * neither side has are left out. Unlike Evidently's one-sample form it knows that the reference is a sample
 * too, and a new kind does not make the statistic infinite.
 */
export function chiSquareTest(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareTest {
  const kinds = Array.from(reference, (count, kind) => [count, current[kind] ?? 0] as const).filter(
    ([a, b]) => a + b > 0,
  );
  const n = kinds.reduce((sum, [a]) => sum + a, 0);
  const m = kinds.reduce((sum, [, b]) => sum + b, 0);
  let statistic = 0;
  for (const [a, b] of kinds) {
    const [expectedA, expectedB] = [((a + b) * n) / (n + m), ((a + b) * m) / (n + m)];
    statistic += (a - expectedA) ** 2 / expectedA + (b - expectedB) ** 2 / expectedB;
  }
  const degreesOfFreedom = kinds.length - 1;
  return { statistic, degreesOfFreedom, pValue: degreesOfFreedom < 1 ? 1 : chiSquareTail(statistic, degreesOfFreedom) };
}

/** P(X > x) of a chi-square variable: `scipy.stats.chi2.sf`. */
export const chiSquareTail = (x: number, degreesOfFreedom: number): number => upperGamma(degreesOfFreedom / 2, x / 2);

/** Q(a, x), the regularized upper incomplete gamma function: series below the mean, Lentz' fraction above (DLMF 8.11, 8.9.2). */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 100_000; k++) {
      term *= x / (a + k);
      sum += term;
      if (term < sum * 1e-17) break;
    }
    return 1 - front * sum;
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 100_000; k++) {
    const step = -k * (k - a);
    b += 2;
    d = 1 / nonZero(step * d + b, tiny);
    c = nonZero(b + step / c, tiny);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return front * fraction;
}

const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);
