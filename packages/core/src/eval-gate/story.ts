// Everything a report of the gate tells.
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Problem } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import type { GateJudgement } from './decide.ts';
import type { Look } from './looks.ts';
import type { ValuesLeftOut } from './slice-values.ts';
import type { SliceJudgement } from './slices.ts';
import type { Against, TaskEvidence } from './task.ts';

export interface GateFooter {
  readonly baseline: string;
  readonly reproduce: string;
}

export interface GateStory {
  readonly policy: GatePolicy;
  readonly judgement: GateJudgement;
  readonly slices: readonly SliceJudgement[];
  /** Values of slice columns that were not looked at. */
  readonly leftOut: readonly ValuesLeftOut[];
  readonly evidence: TaskEvidence;
  readonly against: Against;
  /** Why there is nothing to compare with. */
  readonly absent?: string | undefined;
  /** Which look of a pull request at these rows it is. */
  readonly look?: Look | undefined;
  /** What business metrics and fairness show beside the table. */
  readonly beside?: readonly Block[];
  readonly problems: readonly Problem[];
  readonly footer: GateFooter;
  /** Seed, decision threshold and other things a reader may ask for. */
  readonly smallPrint: readonly string[];
  /** Where a failing metric is asked for in the policy. */
  readonly place: (metric: string) => { readonly file: string; readonly line?: number };
}
