// McNemar's test on the cases that changed sides: worse (right before, wrong now) and better.
import { binomialCdf } from './distributions.ts';

export interface McNemar {
  /** Two-sided. */
  readonly p: number;
  /** One-sided, against "the candidate is worse". */
  readonly pWorse: number;
}

/** The exact conditional test: worse ~ Binomial(worse + better, ½) when nothing changed. */
export function exactMcNemar(worse: number, better: number): McNemar {
  const n = worse + better;
  if (n === 0) return { p: 1, pWorse: 1 };
  return { p: Math.min(1, 2 * binomialCdf(Math.min(worse, better), n, 0.5)), pWorse: binomialCdf(better, n, 0.5) };
}

/**
 * The mid-p version: half of the observed point's probability is left out, which takes away most of the
 * exact test's caution and keeps its level in all but odd corners.
 * Fagerland, Lydersen, Laake 2013, doi:10.1186/1471-2288-13-91.
 */
export function midPMcNemar(worse: number, better: number): McNemar {
  const n = worse + better;
  if (n === 0) return { p: 1, pWorse: 1 };
  const point = (k: number): number => binomialCdf(k, n, 0.5) - binomialCdf(k - 1, n, 0.5);
  const low = Math.min(worse, better);
  const p = worse === better ? 1 - point(low) : 2 * (binomialCdf(low, n, 0.5) - point(low)) + point(low);
  return { p: Math.min(1, p), pWorse: binomialCdf(better, n, 0.5) - point(better) / 2 };
}
