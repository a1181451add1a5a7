// How two runs' values of one metric differ, and how sure that is. Said by what it rests on: pairs of the same
// cases, two intervals of their own, or nothing but the values.
import type { Metric } from '../formats/run.ts';
import { boundedInterval, pairedMean, tInterval } from '../statistics/paired.ts';
import type { CaseRow, RunCases } from './case-lines.ts';

export interface MetricDifference {
  /** Later run − first run, in the metric's own unit. */
  readonly difference: number;
  /** 95 %, or the level that both runs give. */
  readonly interval?: readonly [number, number];
  readonly level?: number;
  /** `paired`: on the same cases. `unpaired`: from both runs' own intervals. `values`: nothing is known of its uncertainty. */
  readonly basis: 'paired' | 'unpaired' | 'values';
  /** Pairs. */
  readonly n?: number;
  /** Where the interval leaves out zero and the metric says which way is better. */
  readonly change?: 'better' | 'worse';
}

const shownLevel = 0.95;

/**
 * @param first the run that the others are compared with
 * @param cases both runs' cases, where both kept them
 * @returns undefined when either run has no value
 */
export function metricDifference(
  name: string,
  sides: { readonly first: Metric | undefined; readonly later: Metric | undefined },
  cases?: readonly [RunCases, RunCases],
): MetricDifference | undefined {
  const { first, later } = sides;
  if (first?.value === undefined || first.value === null) return undefined;
  if (later?.value === undefined || later.value === null) return undefined;
  const paired = cases === undefined ? undefined : pairedDifference(name, cases);
  const found = paired ??
    unpairedDifference(first, later) ?? { difference: later.value - first.value, basis: 'values' };
  return withChange(found, later.direction ?? first.direction);
}

function pairedDifference(name: string, [first, later]: readonly [RunCases, RunCases]): MetricDifference | undefined {
  if (!first.sampled || !later.sampled) return undefined;
  const differences: number[] = [];
  let bounded = true;
  for (const [id, before] of first.rows) {
    const after = later.rows.get(id);
    if (after === undefined || !samePair(before, after)) continue;
    const [old, now] = [scoreOf(before, name), scoreOf(after, name)];
    if (old === null || now === null) continue;
    bounded &&= old >= 0 && old <= 1 && now >= 0 && now <= 1;
    differences.push(now - old);
  }
  if (differences.length < 2) return undefined;
  const alpha = (1 - shownLevel) / 2;
  const { difference, low, high } = bounded
    ? boundedInterval(differences, alpha)
    : tInterval(pairedMean(differences), alpha);
  return { difference, interval: [low, high], level: shownLevel, basis: 'paired', n: differences.length };
}

/** A case whose expected answer was changed is another case, whatever its name. */
export const samePair = (before: CaseRow, after: CaseRow): boolean => before.expected === after.expected;

/** The share that passed is `accuracy` in every feature; all else is a score of that name. */
function scoreOf(row: CaseRow, name: string): number | null {
  if (name === 'accuracy') return row.pass;
  return Object.hasOwn(row.scores, name) ? (row.scores[name] ?? null) : null;
}

/**
 * The interval of a difference from two intervals of independent estimates, which need not be symmetric: the squared
 * distances to the near limits add up (MOVER; Zou & Donner 2008, Statistics in Medicine 27:1693–1702, formula 4).
 * Where both runs saw the same cases it is wider than need be.
 */
function unpairedDifference(first: Metric, later: Metric): MetricDifference | undefined {
  const [old, now] = [ownInterval(first), ownInterval(later)];
  if (old === undefined || now === undefined || old.level !== now.level) return undefined;
  const difference = now.value - old.value;
  return {
    difference,
    interval: [
      difference - Math.hypot(now.value - now.low, old.high - old.value),
      difference + Math.hypot(now.high - now.value, old.value - old.low),
    ],
    level: now.level,
    basis: 'unpaired',
  };
}

/** A metric's interval speaks of its value unless it has a difference from a baseline: then it speaks of that. */
export function ownInterval(
  metric: Metric,
): { readonly value: number; readonly low: number; readonly high: number; readonly level: number } | undefined {
  const { value, interval, difference, level = shownLevel } = metric;
  if (value === null || interval === undefined || (difference !== undefined && difference !== null)) return undefined;
  const [low, high] = interval;
  return low <= value && value <= high ? { value, low, high, level } : undefined;
}

function withChange(found: MetricDifference, direction: Metric['direction']): MetricDifference {
  const { interval } = found;
  if (interval === undefined || direction === undefined) return found;
  const [low, high] = interval;
  if (low <= 0 && high >= 0) return found;
  return { ...found, change: low > 0 === (direction === 'higher') ? 'better' : 'worse' };
}
