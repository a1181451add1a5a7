// Whether the gap between groups is wider than in production: the same rows under both models.
import type { FairnessMetric } from '../formats/gate-fairness.ts';
import { decisionLevel, shownLevel, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { scoreInterval } from '../statistics/paired.ts';
import { gapOf, ratesOf, type Group, type Rate } from './fairness.ts';

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
  const tables = ratesOf[metric].map((rate) =>
    groups.map(({ kinds }) => tableOf(kinds, rate)).filter((table) => rowsOf(table) > 0),
  );
  const within = (level: number): Interval => {
    const alpha = (1 - level) / 2;
    return [
      -mostGrowth(
        tables.map((list) => list.map(exchanged)),
        alpha,
      ),
      mostGrowth(tables, alpha),
    ];
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

function tableOf(kinds: Float64Array, rate: Rate): Table {
  const of = (answers: number): number =>
    (rate === 'true positive rate' ? 0 : kinds[answers]!) + (rate === 'false positive rate' ? 0 : kinds[answers + 4]!);
  return { neither: of(0), onlyBaseline: of(1), onlyCandidate: of(2), both: of(3) };
}

const rowsOf = ({ both, neither, onlyCandidate, onlyBaseline }: Table): number =>
  both + neither + onlyCandidate + onlyBaseline;

const exchanged = (table: Table): Table => ({
  ...table,
  onlyCandidate: table.onlyBaseline,
  onlyBaseline: table.onlyCandidate,
});

/** A mean over a group's rows with its bounds. */
interface Bounded {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The upper bound of the first model's gap less the second's. */
function mostGrowth(tables: readonly (readonly Table[])[], alpha: number): number {
  let most = -Infinity;
  for (const list of tables) {
    const parts = list.map((table) => [changeIn(table, alpha / 2), sumIn(table, alpha / 2)] as const);
    parts.forEach((a, index) =>
      parts.forEach((b, other) => {
        if (index !== other) most = Math.max(most, Math.min(apart(a[0], b[0]), apart(a[1], b[1])));
      }),
    );
  }
  return most;
}

function changeIn(table: Table, alpha: number): Bounded {
  const { difference, low, high } = scoreInterval(table.onlyBaseline, table.onlyCandidate, rowsOf(table), alpha);
  return { mean: difference, low, high };
}

/** Candidate's share + baseline's is 1 + candidate's share − the share that the baseline calls negative. */
function sumIn(table: Table, alpha: number): Bounded {
  const { difference, low, high } = scoreInterval(table.neither, table.both, rowsOf(table), alpha);
  return { mean: difference, low, high };
}

/** The upper bound of a − b. */
const apart = (a: Bounded, b: Bounded): number => a.mean - b.mean + Math.hypot(a.high - a.mean, b.mean - b.low);

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
