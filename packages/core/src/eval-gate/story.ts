// Everything a report of the gate tells.
import type { GatePolicy, MetricName } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import type { Judged } from './charts.ts';
import type { GateJudgement } from './decide.ts';
import type { Flips } from './flips.ts';
import type { SliceJudgement } from './slices.ts';

export interface GateFooter {
  readonly baseline: string;
  readonly reproduce: string;
}

export interface GateStory {
  readonly policy: GatePolicy;
  readonly judgement: GateJudgement;
  readonly slices: readonly SliceJudgement[];
  readonly flips?: Flips | undefined;
  readonly judged: Judged;
  /** Why there is nothing to compare with. */
  readonly absent?: string | undefined;
  readonly problems: readonly Problem[];
  readonly footer: GateFooter;
  /** Seed, decision threshold and other things a reader may ask for. */
  readonly smallPrint: readonly string[];
  /** Where a failing metric is asked for in the policy. */
  readonly place: (metric: string) => { readonly file: string; readonly line?: number };
}

/** The metric that the first line and the slices speak of. */
export function headlineMetric(policy: GatePolicy): MetricName {
  const named = Object.keys(policy.metrics) as MetricName[];
  return policy.headline !== undefined && named.includes(policy.headline) ? policy.headline : named[0]!;
}
