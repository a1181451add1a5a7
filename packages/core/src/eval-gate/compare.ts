// Two models' answers on the same rows → what is known about their difference. Pure.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { usualAlpha } from '../statistics/alpha-spending.ts';
import { noDifference } from '../statistics/difference-estimate.ts';
import { askedMetrics, headlineMetric, type Asked } from './asked.ts';
import { decideGate, type GateJudgement, type MetricEvidence } from './decide.ts';
import { powerAlone } from './power.ts';
import type { FoundSlice } from './slice-search.ts';
import type { ValuesLeftOut } from './slice-values.ts';
import { judgeSlices, type JudgedSlices, type SliceJudgement } from './slices.ts';
import type { Difference, TaskEvidence } from './task.ts';

export interface Comparison {
  readonly judgement: GateJudgement;
  readonly slices: readonly SliceJudgement[];
  /** Values of slice columns that were not looked at. */
  readonly leftOut: readonly ValuesLeftOut[];
}

export interface Sides {
  readonly evidence: TaskEvidence;
  /** True when both are the same file: the difference is zero, not nearly zero. */
  readonly same: boolean;
  readonly seed: number;
  /** Metrics that are not the task's own: business, fairness, cost of running the model. */
  readonly more?: readonly MetricEvidence[];
  /** Slices that a search found, with the rows that test them. */
  readonly found?: readonly FoundSlice[];
  /** One-sided error of each claim. Left out, 5 %; less at a later look at the same rows. */
  readonly alpha?: number;
}

export function compareModels(policy: GatePolicy, sides: Sides): Comparison {
  const { evidence, same, seed, more = [], found = [], alpha = usualAlpha } = sides;
  const asked = askedMetrics(policy);
  const plan = { intervals: policy.intervals, resamples: resamplesFor(policy.resamples, alpha), seed };
  const differences = differencesBetween([...asked.keys()]);
  const metric = headlineMetric(policy);
  const judged: JudgedSlices =
    !evidence.compared || same
      ? { slices: [], leftOut: [] }
      : judgeSlices(evidence, {
          ...plan,
          metric,
          margin: marginOf(asked.get(metric)),
          minimumRows: policy['minimum-slice-rows'],
          found,
        });
  const slices = spent(judged.slices, alpha);
  const judgement = decideGate(policy, {
    rows: evidence.rows,
    unit: evidence.unit,
    weighing: evidence.weighing,
    compared: evidence.compared,
    alpha,
    slicesThin:
      evidence.compared && !same && Object.keys(evidence.slices).length > 0 && slices.every(({ found }) => found),
    slicesBeyond: judged.leftOut.reduce((sum, { beyond }) => sum + beyond, 0),
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
  return {
    judgement: evidence.compared ? judgement : withPowerAlone(judgement, evidence, asked),
    slices,
    leftOut: judged.leftOut,
  };

  function differencesBetween(metrics: readonly string[]): ReadonlyMap<string, Difference> {
    if (!evidence.compared) return new Map();
    if (!same) return evidence.differences(metrics, plan);
    return new Map(metrics.map((name) => [name, { ...noDifference, method: 'the same file on both sides' }]));
  }
}

/** Draws enough that twenty lie beyond the bound of a later look, as far as the policy's own limit allows. */
export const resamplesFor = (resamples: number, alpha: number): number =>
  alpha >= usualAlpha ? resamples : Math.max(resamples, Math.min(100_000, Math.ceil(20 / alpha)));

/** Of slices called worse one in ten may be so by chance, twice α; a later look has as much less to err with. */
const spent = (slices: readonly SliceJudgement[], alpha: number): readonly SliceJudgement[] =>
  alpha >= usualAlpha
    ? slices
    : slices.map((slice) => ({
        ...slice,
        worse: slice.worse && slice.pWorse <= 2 * alpha,
      }));

/** What a first version's rows could show once there is another one. */
function withPowerAlone(
  judgement: GateJudgement,
  evidence: TaskEvidence,
  own: ReadonlyMap<string, Asked>,
): GateJudgement {
  const keys = judgement.metrics.filter(({ asked }) => asked.role === 'key').length;
  return {
    ...judgement,
    metrics: judgement.metrics.map((metric) => {
      const { asked, name } = metric;
      // The task can measure its own metrics on some of the rows, and no others.
      const power = asked.role === 'key' && own.has(name) ? powerAlone(evidence, name, { asked, keys }) : undefined;
      return { ...metric, ...(power !== undefined && { power }) };
    }),
  };
}

const marginOf = (asked: Asked | undefined): number => (asked?.role === 'key' ? asked.margin : 0);
