// How differently a model treats groups: shares by group, the widest gap between two of them, and whether it is surely
// within what the policy allows, surely outside, or not known. Pure.
import type { FairnessMetric, FairnessRule } from '../formats/gate-fairness.ts';
import type { Verdict } from '../formats/verdict.ts';
import { newcombeInterval, ratioInterval, type Count } from '../statistics/two-proportions.ts';
import type { RowAnswers, Side } from './task.ts';

/** Rows of a group by kind: truth · 4 + candidate's answer · 2 + the baseline's, each 1 where positive. */
export interface Group {
  readonly name: string;
  readonly kinds: Float64Array;
}

/** What a share is of: all rows, the truly positive, the truly negative. */
export type Rate = 'selection rate' | 'true positive rate' | 'false positive rate';

export const ratesOf: Readonly<Record<FairnessMetric, readonly Rate[]>> = {
  'demographic-parity': ['selection rate'],
  'equal-opportunity': ['true positive rate'],
  'equalised-odds': ['true positive rate', 'false positive rate'],
};

/** @param codes of each row its group + 1, 0 for none */
export function countGroups(
  names: readonly string[],
  codes: ArrayLike<number>,
  answers: RowAnswers & { readonly positive: number },
  compared: boolean,
): Group[] {
  const { positive } = answers;
  const groups = names.map((name) => ({ name, kinds: new Float64Array(8) }));
  for (let row = 0; row < codes.length; row++) {
    const group = groups[codes[row]! - 1];
    if (group === undefined) continue;
    const [truth, said] = [answers.truth(row), answers.prediction('candidate', row)];
    const before = compared && answers.prediction('baseline', row) === positive ? 1 : 0;
    group.kinds[(truth === positive ? 4 : 0) + (said === positive ? 2 : 0) + before]! += 1;
  }
  return groups;
}

const sides: Readonly<Record<Side, number>> = { candidate: 2, baseline: 1 };

export function rateOf(kinds: Float64Array, rate: Rate, side: Side): Count {
  let [events, of] = [0, 0];
  for (let kind = 0; kind < 8; kind++) {
    const truth = kind >= 4;
    if ((rate === 'true positive rate' && !truth) || (rate === 'false positive rate' && truth)) continue;
    of += kinds[kind]!;
    if ((kind & sides[side]) !== 0) events += kinds[kind]!;
  }
  return { events, of };
}

/** The two groups that differ most in a share. */
export interface Pair {
  readonly rate: Rate;
  readonly high: Group;
  readonly low: Group;
}

export interface Gap {
  /** The largest difference between two groups, and between which. */
  readonly difference: number;
  readonly widest: Pair;
  /** The smallest ratio between two groups; null where no group has any event. */
  readonly ratio: number | null;
}

/** As fairlearn's `…_difference` and `…_ratio` (between groups; of two rates the worse). Groups without rows that count are passed over. */
export function gapOf(groups: readonly Group[], metric: FairnessMetric, side: Side): Gap | undefined {
  let widest: (Pair & { difference: number }) | undefined;
  let ratio: number | null = null;
  for (const rate of ratesOf[metric]) {
    let [high, low, highest, lowest] = [groups[0]!, groups[0]!, -Infinity, Infinity];
    for (const group of groups) {
      const { events, of } = rateOf(group.kinds, rate, side);
      if (of === 0) continue;
      const share = events / of;
      if (share > highest) [high, highest] = [group, share];
      if (share < lowest) [low, lowest] = [group, share];
    }
    if (highest === -Infinity) continue;
    const difference = highest - lowest;
    if (widest === undefined || difference > widest.difference) widest = { rate, high, low, difference };
    if (highest > 0) ratio = Math.min(ratio ?? Infinity, lowest / highest);
  }
  return widest && { difference: widest.difference, widest, ratio };
}

type Interval = readonly [number, number];

/**
 * Where the widest gap may lie. Low: the largest lower bound of any pair, each at α over the number of pairs, so that
 * all together err with α (Bonferroni). High: the largest upper bound; `simultaneous` says at which level. To show
 * both bounds hold for all pairs at once; to decide that every pair is within, each pair may be tested at α alone
 * (intersection–union), which is as safe and asks for fewer rows.
 */
export function gapInterval(
  groups: readonly Group[],
  { metric, side }: { readonly metric: FairnessMetric; readonly side: Side },
  {
    alpha,
    of,
    simultaneous,
  }: { readonly alpha: number; readonly of: 'difference' | 'ratio'; readonly simultaneous: boolean },
): Interval {
  const pairs = ratesOf[metric].flatMap((rate) =>
    groups.flatMap((a, index) =>
      groups.slice(index + 1).map((b) => [rateOf(a.kinds, rate, side), rateOf(b.kinds, rate, side)] as const),
    ),
  );
  const sharp = alpha / Math.max(1, pairs.length);
  const bounds = pairs.map(([a, b]): Interval => {
    const strict = between(a, b, of, sharp);
    return simultaneous
      ? strict
      : of === 'difference'
        ? [strict[0], between(a, b, of, alpha)[1]]
        : [between(a, b, of, alpha)[0], strict[1]];
  });
  const [lows, highs] = [bounds.map(([low]) => low), bounds.map(([, high]) => high)];
  return of === 'difference'
    ? [Math.max(0, ...lows), Math.max(0, ...highs)]
    : [Math.min(1, ...lows), Math.min(1, ...highs)];
}

/** Of two groups, without their order: a difference of 0 … 1, a ratio of 0 … 1. */
function between(a: Count, b: Count, of: 'difference' | 'ratio', alpha: number): Interval {
  if (of === 'difference') {
    const [low, high] = newcombeInterval(a, b, alpha);
    return [Math.max(0, low, -high), Math.max(Math.abs(low), Math.abs(high))];
  }
  const [low, high] = ratioInterval(a, b, alpha);
  return [Math.min(low, 1 / high), Math.min(1, high < 1 ? high : low > 1 ? 1 / low : 1)];
}

/** What one demand of a rule says. */
export interface Finding {
  readonly verdict: Verdict;
  readonly reason?: string;
}

/**
 * @param rules how many fairness rules the policy has: that any of them fails by chance is held at α over all
 */
export function judgeGap(
  groups: readonly Group[],
  rule: FairnessRule,
  { alpha, rules }: { readonly alpha: number; readonly rules: number },
): Finding[] {
  const { metric, maximum, 'minimum-ratio': minimum } = rule;
  const asked = { metric, side: 'candidate' } as const;
  const interval = (of: 'difference' | 'ratio', share: number): Interval =>
    gapInterval(groups, asked, { alpha: share, of, simultaneous: false });
  const findings: Finding[] = [];
  if (maximum !== undefined) {
    const outside = interval('difference', alpha / rules)[0] > maximum;
    const within = interval('difference', alpha)[1] <= maximum;
    const text = `the ${maximum} that the policy allows`;
    findings.push(
      threeStates({ outside, within, surely: `surely above ${text}`, unsure: `not surely within ${text}` }),
    );
  }
  if (minimum !== undefined) {
    const gap = gapOf(groups, metric, 'candidate');
    if (gap?.ratio === null)
      return [...findings, { verdict: 'inconclusive', reason: 'no group has any row that the ratio could be of' }];
    const outside = interval('ratio', alpha / rules)[1] < minimum;
    const within = interval('ratio', alpha)[0] >= minimum;
    const text = `the ${minimum} that the policy asks for`;
    findings.push(
      threeStates({
        outside,
        within,
        surely: `a ratio surely below ${text}`,
        unsure: `a ratio not surely above ${text}`,
      }),
    );
  }
  return findings;
}

const threeStates = (found: { outside: boolean; within: boolean; surely: string; unsure: string }): Finding =>
  found.outside
    ? { verdict: 'fail', reason: found.surely }
    : found.within
      ? { verdict: 'pass' }
      : { verdict: 'inconclusive', reason: found.unsure };
