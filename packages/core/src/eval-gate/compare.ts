// Two models' answers on the same rows → what is known about their difference. Pure.
import type { GatePolicy, MetricName } from '../formats/gate-policy.ts';
import { noDifference } from '../statistics/difference-estimate.ts';
import { decideGate, type GateJudgement } from './decide.ts';
import { differencesOf, type Difference } from './differences.ts';
import { measure } from './metrics.ts';
import type { Arm, Sample } from './sample.ts';
import { judgeSlices, type SliceJudgement } from './slices.ts';
import { headlineMetric } from './story.ts';

export interface Comparison {
  readonly judgement: GateJudgement;
  readonly slices: readonly SliceJudgement[];
}

export interface Sides {
  readonly sample: Sample;
  readonly candidate: Arm;
  readonly baseline?: Arm | undefined;
  /** True when both are the same file: the difference is zero, not nearly zero. */
  readonly same: boolean;
  readonly seed: number;
}

export function compareModels(policy: GatePolicy, sides: Sides): Comparison {
  const { sample, candidate, baseline, same, seed } = sides;
  const names = [...Object.keys(policy.metrics), ...Object.keys(policy.guards)] as MetricName[];
  const plan = { intervals: policy.intervals, resamples: policy.resamples, seed };
  const differences: ReadonlyMap<MetricName, Difference> =
    baseline === undefined
      ? new Map()
      : same
        ? new Map(names.map((name) => [name, { ...noDifference, method: 'the same file on both sides' }]))
        : differencesOf({ sample, candidate, baseline }, names, plan);
  const metric = headlineMetric(policy);
  const slices =
    baseline === undefined || same
      ? []
      : judgeSlices(
          { sample, candidate, baseline },
          { ...plan, metric, margin: policy.metrics[metric]!.margin, minimumRows: policy['minimum-slice-rows'] },
        );
  const judgement = decideGate(policy, {
    rows: sample.labels.length,
    classRows: rowsByClass(sample),
    compared: baseline !== undefined,
    metrics: names.map((name) => {
      const difference = differences.get(name);
      return {
        name,
        candidate: measure(name, sample, candidate),
        ...(baseline !== undefined && { baseline: measure(name, sample, baseline) }),
        ...(difference !== undefined && { difference }),
      };
    }),
    slices,
  });
  return { judgement, slices };
}

function rowsByClass(sample: Sample): Record<string, number> {
  const counts = Object.fromEntries(sample.classes.map((name) => [name, 0]));
  for (const label of sample.labels) counts[sample.classes[label]!]! += 1;
  return counts;
}
