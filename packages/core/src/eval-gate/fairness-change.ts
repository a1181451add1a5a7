// Whether the gap between groups is wider than in production: the same rows under both models.
import type { FairnessMetric } from '../formats/gate-fairness.ts';
import { decisionLevel, shownLevel, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { scoreInterval } from '../statistics/paired.ts';
import { correlatedReach } from '../statistics/two-proportions.ts';
import { correlationOf, countsFor, trustedRows, type Quantity } from './fairness-sampling.ts';
import { gapOf, ratesOf, rowsOf, type Group, type Rate } from './fairness.ts';

type Interval = readonly [number, number];

/** How answers of the two models go together among a group's rows that count. */
interface Table {
  readonly both: number;
  readonly neither: number;
  readonly onlyCandidate: number;
  readonly onlyBaseline: number;
}

/**
 * Candidate's gap − production's. A gap is the largest of absolute differences, so its estimate is too large where the
 * truth is near zero, and a bootstrap of it errs up to four times as often as it says (simulated). Bounded instead:
 * where d and d′ are the candidate's and production's difference of two groups, gap − gap′ is at most the largest, over
 * all ordered pairs, of min(d − d′, d + d′): of the candidate's widest pair it holds that gap = d and gap′ ≥ |d′|. Each of
 * the two sums is a mean over rows of one group less that of the other: Tango's score interval within each group,
 * put together as Newcombe does (Zou & Donner 2008), each at α / 2, so that both hold with α. The lower bound is the
 * same with the models exchanged.
 * @returns null where a gap has no value
 */
export function gapChange(groups: readonly Group[], metric: FairnessMetric): DifferenceEstimate | null {
  const [after, before] = [gapOf(groups, metric, 'candidate'), gapOf(groups, metric, 'baseline')];
  if (after === undefined || before === undefined) return null;
  const counted = ratesOf[metric].map((rate) => ({ rate, groups: groups.filter((group) => rowsOf(group, rate) > 0) }));
  const within = (level: number): Interval => {
    const alpha = (1 - level) / 2;
    return [-mostGrowth(counted, alpha, exchanged), mostGrowth(counted, alpha, (table) => table)];
  };
  const decision = within(decisionLevel);
  return {
    difference: after.difference - before.difference,
    standardError: (decision[1] - decision[0]) / (2 * 1.6448536269514722),
    decision,
    shown: within(shownLevel),
    within,
    pLower: chance((alpha) => within(1 - 2 * alpha)[1] >= 0),
    pHigher: chance((alpha) => within(1 - 2 * alpha)[0] <= 0),
  };
}

/** As so many rows drawn one by one as tell the same of the quantity. */
function tableOf({ kinds, design }: Group, rate: Rate, quantity: Quantity, alpha: number): Table {
  const of = (answers: number): number =>
    (countsFor(rate, answers) ? kinds[answers]! : 0) + (countsFor(rate, answers + 4) ? kinds[answers + 4]! : 0);
  const all = of(0) + of(1) + of(2) + of(3);
  const scale = design === undefined ? 1 : trustedRows(design.trust(rate, quantity), alpha) / all;
  return { neither: scale * of(0), onlyBaseline: scale * of(1), onlyCandidate: scale * of(2), both: scale * of(3) };
}

const exchanged = (table: Table): Table => ({
  ...table,
  onlyCandidate: table.onlyBaseline,
  onlyBaseline: table.onlyCandidate,
});

/** A mean over a group's rows with its bounds. */
interface Bounded {
  readonly group: Group;
  readonly rate: Rate;
  readonly quantity: Quantity;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

type Counted = readonly { readonly rate: Rate; readonly groups: readonly Group[] }[];

/** The upper bound of the first model's gap less the second's; `turn` says which is the first. */
function mostGrowth(counted: Counted, alpha: number, turn: (table: Table) => Table): number {
  let most = -Infinity;
  for (const { rate, groups } of counted) {
    const parts = groups.map((group) => {
      const bounded = (quantity: Quantity): Bounded => {
        const table = turn(tableOf(group, rate, quantity, alpha / 2));
        return { group, rate, quantity, ...(quantity === 'change' ? changeIn : sumIn)(table, alpha / 2) };
      };
      return [bounded('change'), bounded('sum')] as const;
    });
    parts.forEach((a, index) =>
      parts.forEach((b, other) => {
        if (index !== other) most = Math.max(most, Math.min(apart(a[0], b[0]), apart(a[1], b[1])));
      }),
    );
  }
  return most;
}

type Bounds = Pick<Bounded, 'mean' | 'low' | 'high'>;

function changeIn({ onlyBaseline, onlyCandidate, both, neither }: Table, alpha: number): Bounds {
  const rows = both + neither + onlyCandidate + onlyBaseline;
  const { difference, low, high } = scoreInterval(onlyBaseline, onlyCandidate, rows, alpha);
  return { mean: difference, low, high };
}

/** Candidate's share + baseline's is 1 + candidate's share − the share that the baseline calls negative. */
function sumIn({ onlyBaseline, onlyCandidate, both, neither }: Table, alpha: number): Bounds {
  const rows = both + neither + onlyCandidate + onlyBaseline;
  const { difference, low, high } = scoreInterval(neither, both, rows, alpha);
  return { mean: difference, low, high };
}

/** The upper bound of a − b. */
function apart(a: Bounded, b: Bounded): number {
  const [ofA, ofB] = [a, b].map(({ group, rate, quantity }) => group.design?.trust(rate, quantity));
  const together = ofA === undefined || ofB === undefined ? 0 : correlationOf(ofA, ofB);
  return a.mean - b.mean + correlatedReach(a.high - a.mean, b.mean - b.low, together);
}

/** The smallest α at which an interval still holds: the p-value of what it is about. */
function chance(holds: (alpha: number) => boolean): number {
  let [low, high] = [1e-9, 0.5];
  if (holds(high)) return 0.5;
  if (!holds(low)) return low;
  for (let step = 0; step < 40; step++) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}
