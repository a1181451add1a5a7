// One model against itself: halves of its rows stand for two models that are equally good. They share no row, so the
// comparison is wider than a paired one; what it shows is whether the metric keeps its level on rows like these.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { GatePolicy } from '../formats/gate-policy.ts';
import { estimateOf } from '../statistics/difference-estimate.ts';
import { askedMetrics } from './asked.ts';
import { decideGate, type GateJudgement, type MetricEvidence } from './decide.ts';
import { spreadOf } from './spread.ts';
import type { TaskEvidence } from './task.ts';

export interface SplitPlan {
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
  const asked = [...askedMetrics(policy)].map(([name, wanted]) => [name, wanted, spreadOf(evidence, name)] as const);
  const units = unitRows(evidence);
  return Array.from({ length: plan.rounds }, (_, round) => {
    plan.tell(round);
    for (let last = units.length - 1; last > 0; last--) {
      const pick = uniformInt(random, 0, last);
      [units[last], units[pick]] = [units[pick]!, units[last]!];
    }
    const half = units.length >> 1;
    const sides = [units.slice(0, half), units.slice(half)].map((side) => Int32Array.from(side.flat()));
    const metrics = asked.map(([name, wanted, spread]): MetricEvidence => {
      const [candidate, baseline] = sides.map((rows) => evidence.measure(name, 'candidate', rows));
      const apart = (candidate!.value ?? Number.NaN) - (baseline!.value ?? Number.NaN);
      return {
        name,
        asked: wanted,
        traits: evidence.traits(name),
        candidate: candidate!,
        baseline: baseline!,
        weakness: evidence.weaknessOf(name),
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

/** Rows of each cluster; single rows where there are none. */
function unitRows({ rows, clusters }: TaskEvidence): number[][] {
  const units: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const unit = clusters?.[row] ?? row;
    (units[unit] ??= []).push(row);
  }
  return units.filter((unit) => unit !== undefined);
}
