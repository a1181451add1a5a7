// How differently a model treats groups: shares by group, by the rows' weights, and the widest gap between two of them
// with its interval. Pure.
import type { FairnessMetric } from '../formats/gate-fairness.ts';
import { isPlain } from '../statistics/sampling.ts';
import { newcombeInterval, ratioInterval, type Count } from '../statistics/two-proportions.ts';
import { correlationOf, countsFor, designOf, trustedRows, type GroupDesign } from './fairness-sampling.ts';
import type { RowAnswers, Side } from './task.ts';

/** Rows of a group by kind: truth · 4 + candidate's answer · 2 + the baseline's, each 1 where positive. */
export interface Group {
  /** `sex = f` */
  readonly name: string;
  /** By weight. */
  readonly kinds: Float64Array;
  /** Its rows, where they weigh or belong together; left out, each counts once and by itself. */
  readonly design?: GroupDesign;
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
  const { positive, sampling } = answers;
  const plain = sampling === undefined || isPlain(sampling);
  const groups = names.map((name) => ({ name, kinds: new Float64Array(8) }));
  const kinds = new Uint8Array(plain ? 0 : codes.length);
  for (let row = 0; row < codes.length; row++) {
    const group = groups[codes[row]! - 1];
    if (group === undefined) continue;
    const [truth, said] = [answers.truth(row), answers.prediction('candidate', row)];
    const before = compared && answers.prediction('baseline', row) === positive ? 1 : 0;
    const kind = (truth === positive ? 4 : 0) + (said === positive ? 2 : 0) + before;
    group.kinds[kind]! += sampling?.weights?.[row] ?? 1;
    kinds[row] = kind;
  }
  if (plain) return groups;
  const members = groups.map((): number[] => []);
  for (let row = 0; row < codes.length; row++) members[codes[row]! - 1]?.push(row);
  return groups.map((group, index) => ({
    ...group,
    design: designOf(kinds, Int32Array.from(members[index]!), sampling),
  }));
}

/** A share by weight. */
export function rateOf(kinds: Float64Array, rate: Rate, side: Side): Count {
  let [events, of] = [0, 0];
  for (let kind = 0; kind < 8; kind++) {
    if (!countsFor(rate, kind)) continue;
    of += kinds[kind]!;
    if ((kind & sides[side]) !== 0) events += kinds[kind]!;
  }
  return { events, of };
}

const sides: Readonly<Record<Side, number>> = { candidate: 2, baseline: 1 };

/** Rows that a share is of, by number. */
export const rowsOf = ({ kinds, design }: Group, rate: Rate): number =>
  rateOf(design?.rows ?? kinds, rate, 'candidate').of;

/** The share as one of as many rows drawn one by one as tell the same: what its interval is taken of. */
export function trustedCount({ kinds, design }: Group, rate: Rate, side: Side, alpha: number): Count {
  const count = rateOf(kinds, rate, side);
  if (design === undefined || count.of === 0) return count;
  const of = trustedRows(design.trust(rate, side), alpha);
  return { events: (count.events / count.of) * of, of };
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
  /** Between which. */
  readonly smallest?: Pair;
}

/** As fairlearn's `…_difference` and `…_ratio` (between groups; of two rates the worse). Groups without rows that count are passed over. */
export function gapOf(groups: readonly Group[], metric: FairnessMetric, side: Side): Gap | undefined {
  let widest: (Pair & { difference: number }) | undefined;
  let smallest: (Pair & { ratio: number }) | undefined;
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
    const ratio = lowest / highest;
    if (highest > 0 && (smallest === undefined || ratio < smallest.ratio)) smallest = { rate, high, low, ratio };
  }
  return (
    widest && {
      difference: widest.difference,
      widest,
      ratio: smallest?.ratio ?? null,
      ...(smallest !== undefined && { smallest }),
    }
  );
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
    groups.flatMap((a, index) => groups.slice(index + 1).map((b) => ({ a, b, rate, side }) as const)),
  );
  const sharp = alpha / Math.max(1, pairs.length);
  const bounds = pairs.map((pair): Interval => {
    const strict = between(pair, of, sharp);
    return simultaneous
      ? strict
      : of === 'difference'
        ? [strict[0], between(pair, of, alpha)[1]]
        : [between(pair, of, alpha)[0], strict[1]];
  });
  const [lows, highs] = [bounds.map(([low]) => low), bounds.map(([, high]) => high)];
  return of === 'difference'
    ? [Math.max(0, ...lows), Math.max(0, ...highs)]
    : [Math.min(1, ...lows), Math.min(1, ...highs)];
}

/** Of two groups, without their order: a difference of 0 … 1, a ratio of 0 … 1. */
function between(
  { a, b, rate, side }: { readonly a: Group; readonly b: Group; readonly rate: Rate; readonly side: Side },
  of: 'difference' | 'ratio',
  alpha: number,
): Interval {
  const together =
    a.design === undefined || b.design === undefined
      ? 0
      : correlationOf(a.design.trust(rate, side), b.design.trust(rate, side));
  const shares = [trustedCount(a, rate, side, alpha), trustedCount(b, rate, side, alpha)] as const;
  if (of === 'difference') {
    const [low, high] = newcombeInterval(...shares, alpha, together);
    return [Math.max(0, low, -high), Math.max(Math.abs(low), Math.abs(high))];
  }
  const [low, high] = ratioInterval(...shares, alpha, together);
  return [Math.min(low, 1 / high), Math.min(1, high < 1 ? high : low > 1 ? 1 / low : 1)];
}
