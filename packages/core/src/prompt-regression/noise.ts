// Where the uncertainty of the difference comes from, and what would make it smaller: cases or repeats.
import { normalQuantile, pairedMean, varianceComponents, type VarianceComponents } from '../statistics/index.ts';
import { clustersOf } from './measures.ts';
import type { CaseResult } from './results.ts';

export interface Noise extends VarianceComponents {
  readonly n: number;
  /** Mean number of repeats. */
  readonly repeats: number;
  /** Part of the mean's variance that no number of repeats takes away, 0 … 1. */
  readonly casesPart: number;
}

/** Of the differences candidate − baseline, paired by repeat. @returns undefined when no case was asked twice */
export function noiseOf(results: readonly CaseResult[], rounds = Infinity): Noise | undefined {
  if (rounds < 2) return undefined;
  const scores = results.map(({ after, before }) => {
    const old = new Map(before?.repeats.map(({ repeat, pass }) => [repeat, Number(pass)]));
    return (after?.repeats ?? []).flatMap(({ repeat, pass }) => {
      const was = repeat < rounds ? old.get(repeat) : undefined;
      return was === undefined ? [] : [Number(pass) - was];
    });
  });
  const components = varianceComponents(scores);
  if (components === undefined) return undefined;
  const having = scores.filter(({ length }) => length > 0);
  const n = having.length;
  const repeats = having.reduce((sum, { length }) => sum + length, 0) / n;
  const within = components.within / repeats;
  const between = Math.max(components.between, n * clusteredVariance(results, scores) - within);
  const total = between + within;
  return { ...components, between, n, repeats, casesPart: total === 0 ? 0 : between / total };
}

/** Of the mean over cases that come from sources: what they have in common no repeat takes away. 0 without sources, or with one. */
function clusteredVariance(results: readonly CaseResult[], scores: readonly (readonly number[])[]): number {
  const { clusters } = clustersOf(results);
  if (clusters === undefined) return 0;
  const asked = scores.flatMap((own, index) =>
    own.length === 0
      ? []
      : [{ mean: own.reduce((sum, value) => sum + value, 0) / own.length, of: clusters[index] ?? '' }],
  );
  const { standardError } = pairedMean(
    asked.map(({ mean }) => mean),
    asked.map(({ of }) => of),
  );
  return Number.isFinite(standardError) ? standardError ** 2 : 0;
}

export interface Advice {
  /** Cases beyond those there are, each asked as often as now. */
  readonly moreCases: number;
  /** Repeats of the cases there are; undefined when no number of them would do. */
  readonly repeats?: number;
}

/**
 * What would probably settle a comparison: the variance of the mean must fall to (distance / (z₁₋α + z_power))², by more
 * cases, which shrink both parts, or by repeats, which shrink the part within cases alone.
 * @param distance from the difference to the nearer verdict, > 0
 */
export function adviceOf(noise: Noise, distance: number, alpha: number, power = 0.8): Advice {
  const { between, within, n, repeats } = noise;
  const target = (distance / (normalQuantile(1 - alpha) + normalQuantile(power))) ** 2;
  const needed = Math.ceil((between + within / repeats) / target);
  const rest = target - between / n;
  const enough = rest > 0 ? Math.max(Math.ceil(repeats), Math.ceil(within / (n * rest))) : undefined;
  return { moreCases: Math.max(0, needed - n), ...(enough !== undefined && { repeats: enough }) };
}
