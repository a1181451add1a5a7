// One model against itself: halves of its rows stand for two models that are equally good. They share no row, so the
// comparison is wider than a paired one; what it shows is whether the metric keeps its level on rows like these.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { GatePolicy } from '../formats/gate-policy.ts';
import { estimateOf } from '../statistics/difference-estimate.ts';
import { askedMetrics } from './asked.ts';
import { decideGate, type GateJudgement, type MetricEvidence } from './decide.ts';
import { spreadOf, type Spread } from './spread.ts';
import type { Measured, TaskEvidence } from './task.ts';

/** A metric that is not the task's own, as one model has it on some of the rows. */
export interface HalvedMetric extends Pick<MetricEvidence, 'name' | 'traits' | 'asked' | 'rule'> {
  measure(rows: Int32Array): number;
  /** Of all rows; NaN where it is not known. */
  readonly standardError: number;
}

export interface SplitPlan {
  readonly more: readonly HalvedMetric[];
  readonly seed: number;
  readonly alpha: number;
  readonly rounds: number;
  readonly tell: (round: number) => void;
}

/**
 * The difference of two halves has twice the standard error of the whole: each half's is √2 times it, and they add up.
 * A metric whose spread is unknown is left without a difference, and so inconclusive.
 */
export function splitRounds(policy: GatePolicy, evidence: TaskEvidence, plan: SplitPlan): readonly GateJudgement[] {
  const random = xoroshiro128plus(plan.seed);
  const own = [...askedMetrics(policy)].map(([name, asked]): Halved => {
    const spread = spreadOf(evidence, name);
    const measure = (rows: Int32Array): Measured => evidence.measure(name, 'candidate', rows);
    return { name, asked, traits: evidence.traits(name), measure, weakness: evidence.weaknessOf(name), spread };
  });
  const more = plan.more.map(({ measure, standardError, ...metric }): Halved => ({
    ...metric,
    measure: (rows) => ({ value: measure(rows) }),
    spread: standardError > 0 ? { standardError, degreesOfFreedom: evidence.rows - 1 } : undefined,
  }));
  const units = unitRows(evidence);
  return Array.from({ length: plan.rounds }, (_, round) => {
    plan.tell(round);
    for (let last = units.length - 1; last > 0; last--) {
      const pick = uniformInt(random, 0, last);
      [units[last], units[pick]] = [units[pick]!, units[last]!];
    }
    const half = units.length >> 1;
    const sides = [units.slice(0, half), units.slice(half)].map((side) => Int32Array.from(side.flat()));
    const metrics = [...own, ...more].map(({ measure, spread, ...metric }): MetricEvidence => {
      const [candidate, baseline] = sides.map(measure);
      const apart = (candidate!.value ?? Number.NaN) - (baseline!.value ?? Number.NaN);
      return {
        ...metric,
        candidate: candidate!,
        baseline: baseline!,
        ...(spread !== undefined &&
          !Number.isNaN(apart) && {
            difference: {
              ...estimateOf(apart, 2 * spread.standardError, spread.degreesOfFreedom),
              method: 'halves of the rows',
            },
          }),
      };
    });
    return decideGate(policy, { rows: evidence.rows, compared: true, metrics, slices: [], alpha: plan.alpha });
  });
}

interface Halved extends Omit<MetricEvidence, 'candidate' | 'baseline' | 'difference'> {
  readonly spread: Spread | undefined;
  measure(rows: Int32Array): Measured;
}

/** Rows of each cluster; single rows where there are none. */
function unitRows({ rows, clusters }: TaskEvidence): number[][] {
  const units: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const unit = clusters?.[row] ?? row;
    (units[unit] ??= []).push(row);
  }
  return units.filter((unit) => unit !== undefined);
}
