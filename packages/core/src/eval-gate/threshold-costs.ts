// What decisions cost at every threshold, and where they cost least. A model with two classes is called positive from
// a threshold on; which one is right depends on what each kind of error costs.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileOf } from '../statistics/bootstrap.ts';
import { drawMultinomial } from '../statistics/multinomial.ts';
import type { BusinessMetric } from '../formats/gate-business.ts';
import { classText } from './classification/answers.ts';

/** What one row costs, by truth and answer; a gain is a negative cost. */
export interface DecisionCosts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

export interface ThresholdCost {
  /** A row is called positive when its probability is at least this. */
  readonly threshold: number;
  /** Mean cost of a row. */
  readonly cost: number;
}

export interface ThresholdCosts {
  /** Ascending by threshold, at most 201: for a chart. */
  readonly points: readonly ThresholdCost[];
  /** Where the rows at hand cost least; of equals the one nearest to the threshold in use. */
  readonly best: ThresholdCost;
  /** 95 % of bootstrap draws have their cheapest threshold here. */
  readonly interval: readonly [number, number];
  /** The threshold in use. */
  readonly current: ThresholdCost;
  /** Current − best cost of a row, with its 95 % interval; each draw's rows cost both thresholds. */
  readonly saving: { readonly value: number; readonly interval: readonly [number, number] };
  /**
   * Where probabilities that mean what they say would have it: (FP − TN) / (FP − TN + FN − TP), Elkan 2001. Undefined
   * where one answer is cheaper whatever the truth.
   */
  readonly calibrated?: number;
}

export interface ThresholdPlan {
  /** In use now, 0 … 1. */
  readonly threshold: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Probabilities are drawn together in this many cells of equal size at most. */
const mostCells = 400;
const mostPoints = 201;

/** One threshold, and the rows from it up to the next. */
interface Cell {
  readonly threshold: number;
  positives: number;
  negatives: number;
}

/**
 * @param chance probability of the positive class, one a row
 * @param positives 1 where the row is positive
 * @returns undefined of no rows
 */
export function thresholdCosts(
  chance: Float64Array,
  positives: Uint8Array,
  costs: DecisionCosts,
  plan: ThresholdPlan,
): ThresholdCosts | undefined {
  const rows = chance.length;
  if (rows === 0) return undefined;
  const exact = cellsOf(chance, positives);
  const all = costsFrom(exact, costs, rows);
  const best = all[cheapest(all, plan.threshold)]!;
  const current = { threshold: plan.threshold, cost: costAt(chance, positives, costs, plan.threshold) };
  const coarse = merged(exact, [best.threshold, plan.threshold]);
  const { thresholds, savings } = draws(coarse, { costs, rows, plan, best: best.threshold });
  const range = (values: Float64Array): readonly [number, number] => [
    quantileOf(values, 0.025),
    quantileOf(values, 0.975),
  ];
  const calibrated = calibratedThreshold(costs);
  return {
    points: thinned(all),
    best,
    interval: range(thresholds),
    current,
    saving: { value: current.cost - best.cost, interval: range(savings) },
    ...(calibrated !== undefined && { calibrated }),
  };
}

/** The costs of a policy's matrix; undefined where it lacks one, or names other classes. */
export function decisionCosts(
  matrix: NonNullable<BusinessMetric['cost-matrix']>,
  classes: readonly string[],
  positive: number,
): DecisionCosts | undefined {
  const cost = (truth: number, said: number): number | undefined => {
    const row = Object.entries(matrix).find(([name]) => classText(name) === classes[truth])?.[1] ?? {};
    const found = Object.entries(row).find(([name]) => classText(name) === classes[said])?.[1];
    return found ?? (truth === said ? 0 : undefined);
  };
  const negative = 1 - positive;
  const [falsePositive, falseNegative] = [cost(negative, positive), cost(positive, negative)];
  if (classes.length !== 2 || falsePositive === undefined || falseNegative === undefined) return undefined;
  return {
    truePositive: cost(positive, positive)!,
    falsePositive,
    falseNegative,
    trueNegative: cost(negative, negative)!,
  };
}

/** One cell a distinct probability, and one from 1 on where no row is so sure: there nothing is called positive. */
function cellsOf(chance: Float64Array, positives: Uint8Array): Cell[] {
  const order = Uint32Array.from(chance, (_, row) => row).sort((a, b) => chance[a]! - chance[b]!);
  const cells: Cell[] = [];
  for (const row of order) {
    const threshold = chance[row]!;
    let cell = cells.at(-1);
    if (cell?.threshold !== threshold) {
      cell = { threshold, positives: 0, negatives: 0 };
      cells.push(cell);
    }
    if (positives[row] === 1) cell.positives += 1;
    else cell.negatives += 1;
  }
  return cells.at(-1)!.threshold < 1 ? [...cells, { threshold: 1, positives: 0, negatives: 0 }] : cells;
}

/** The mean cost at each cell's threshold: what lies from it on is called positive. */
function costsFrom(cells: readonly Cell[], costs: DecisionCosts, rows: number): ThresholdCost[] {
  let cost = 0;
  for (const { positives, negatives } of cells)
    cost += positives * costs.truePositive + negatives * costs.falsePositive;
  return cells.map(({ threshold, positives, negatives }) => {
    const here = cost / rows;
    cost +=
      positives * (costs.falseNegative - costs.truePositive) + negatives * (costs.trueNegative - costs.falsePositive);
    return { threshold, cost: here };
  });
}

function cheapest(points: readonly ThresholdCost[], preferred: number): number {
  let best = 0;
  points.forEach(({ threshold, cost }, index) => {
    const than = points[best]!;
    const nearer = Math.abs(threshold - preferred) < Math.abs(than.threshold - preferred);
    if (cost < than.cost - 1e-12 || (Math.abs(cost - than.cost) <= 1e-12 && nearer)) best = index;
  });
  return best;
}

function costAt(chance: Float64Array, positives: Uint8Array, costs: DecisionCosts, threshold: number): number {
  let cost = 0;
  for (let row = 0; row < chance.length; row++) {
    const called = chance[row]! >= threshold;
    if (positives[row] === 1) cost += called ? costs.truePositive : costs.falseNegative;
    else cost += called ? costs.falsePositive : costs.trueNegative;
  }
  return cost / chance.length;
}

/** Neighbouring cells put together, but for borders at the thresholds that must stay apart. */
function merged(cells: readonly Cell[], apart: readonly number[]): Cell[] {
  const rows = cells.reduce((sum, { positives, negatives }) => sum + positives + negatives, 0);
  const full = rows / mostCells;
  const found: Cell[] = [];
  for (const { threshold, positives, negatives } of cells) {
    const last = found.at(-1);
    const border = last === undefined || apart.some((at) => last.threshold < at && at <= threshold);
    if (border || last.positives + last.negatives >= full) found.push({ threshold, positives, negatives });
    else {
      last.positives += positives;
      last.negatives += negatives;
    }
  }
  return found;
}

function draws(
  cells: readonly Cell[],
  {
    costs,
    rows,
    plan,
    best,
  }: { readonly costs: DecisionCosts; readonly rows: number; readonly plan: ThresholdPlan; readonly best: number },
): { thresholds: Float64Array; savings: Float64Array } {
  const random = xoroshiro128plus(plan.seed);
  const weights = Float64Array.from(cells.flatMap(({ positives, negatives }) => [positives, negatives]));
  const fromUse = cells.findIndex(({ threshold }) => threshold >= plan.threshold);
  const fromBest = cells.findIndex(({ threshold }) => threshold === best);
  const thresholds = new Float64Array(plan.resamples);
  const savings = new Float64Array(plan.resamples);
  for (let replicate = 0; replicate < plan.resamples; replicate++) {
    const counts = drawMultinomial(random, rows, weights);
    const drawn = cells.map(({ threshold }, cell) => ({
      threshold,
      positives: counts[2 * cell]!,
      negatives: counts[2 * cell + 1]!,
    }));
    const points = costsFrom(drawn, costs, rows);
    thresholds[replicate] = points[cheapest(points, best)]!.threshold;
    const used = fromUse === -1 ? noneCalled(drawn, costs, rows) : points[fromUse]!.cost;
    savings[replicate] = used - points[fromBest]!.cost;
  }
  return { thresholds: thresholds.sort(), savings: savings.sort() };
}

const noneCalled = (cells: readonly Cell[], costs: DecisionCosts, rows: number): number =>
  cells.reduce(
    (sum, { positives, negatives }) => sum + positives * costs.falseNegative + negatives * costs.trueNegative,
    0,
  ) / rows;

function thinned(points: readonly ThresholdCost[]): ThresholdCost[] {
  if (points.length <= mostPoints) return [...points];
  return Array.from(
    { length: mostPoints },
    (_, index) => points[Math.round((index * (points.length - 1)) / (mostPoints - 1))]!,
  );
}

function calibratedThreshold({
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative,
}: DecisionCosts): number | undefined {
  const [wrongly, missed] = [falsePositive - trueNegative, falseNegative - truePositive];
  return wrongly > 0 && missed > 0 ? wrongly / (wrongly + missed) : undefined;
}
