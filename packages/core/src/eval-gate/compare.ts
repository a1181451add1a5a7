// Two models' answers on the same rows → what is known about their difference. Pure.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { noDifference } from '../statistics/difference-estimate.ts';
import { askedMetrics, headlineMetric, type Asked } from './asked.ts';
import { decideGate, type GateJudgement, type MetricEvidence } from './decide.ts';
import { judgeSlices, type SliceJudgement } from './slices.ts';
import type { Difference, TaskEvidence } from './task.ts';

export interface Comparison {
  readonly judgement: GateJudgement;
  readonly slices: readonly SliceJudgement[];
}

export interface Sides {
  readonly evidence: TaskEvidence;
  /** True when both are the same file: the difference is zero, not nearly zero. */
  readonly same: boolean;
  readonly seed: number;
  /** Metrics that are not the task's own: business, fairness, cost of running the model. */
  readonly more?: readonly MetricEvidence[];
}

export function compareModels(policy: GatePolicy, { evidence, same, seed, more = [] }: Sides): Comparison {
  const asked = askedMetrics(policy);
  const plan = { intervals: policy.intervals, resamples: policy.resamples, seed };
  const differences = differencesBetween([...asked.keys()]);
  const metric = headlineMetric(policy);
  const slices =
    !evidence.compared || same
      ? []
      : judgeSlices(evidence, {
          ...plan,
          metric,
          margin: marginOf(asked.get(metric)),
          minimumRows: policy['minimum-slice-rows'],
        });
  const judgement = decideGate(policy, {
    rows: evidence.rows,
    compared: evidence.compared,
    metrics: [
      ...[...asked].map(([name, wanted]) => ({
        name,
        asked: wanted,
        traits: evidence.traits(name),
        candidate: evidence.measure(name, 'candidate'),
        baseline: evidence.compared ? evidence.measure(name, 'baseline') : undefined,
        difference: differences.get(name),
        weakness: evidence.weaknessOf(name),
      })),
      ...more,
    ],
    slices,
  });
  return { judgement, slices };

  function differencesBetween(metrics: readonly string[]): ReadonlyMap<string, Difference> {
    if (!evidence.compared) return new Map();
    if (!same) return evidence.differences(metrics, plan);
    return new Map(metrics.map((name) => [name, { ...noDifference, method: 'the same file on both sides' }]));
  }
}

const marginOf = (asked: Asked | undefined): number => (asked?.role === 'key' ? asked.margin : 0);
