// Where the average hides a loss: the headline metric, slice by slice, with a bound on false alarms over all of them.
import { benjaminiHochberg } from '../statistics/multiplicity.ts';
import { orientedBy } from './oriented.ts';
import { valueCondition } from './slice-columns.ts';
import type { FoundSlice } from './slice-search.ts';
import { sliceValues, type ValuesLeftOut } from './slice-values.ts';
import type { Difference, IntervalPlan, TaskEvidence } from './task.ts';

export interface SliceJudgement {
  /** `carrier = HA`, `age ≥ 61 and sex = f` */
  readonly title: string;
  /** True where a search found it; its rows are then those of the half that tested it. */
  readonly found: boolean;
  readonly rows: number;
  readonly candidate: number;
  readonly baseline: number;
  readonly difference: Difference;
  /** Benjamini–Hochberg-adjusted p-value of "no worse" over all slices. */
  readonly pWorse: number;
  /** Surely worse, and not surely by less than the margin. */
  readonly worse: boolean;
}

export interface SlicePlan extends IntervalPlan {
  readonly metric: string;
  readonly margin: number;
  readonly minimumRows: number;
  /** What a search found, with the rows that test it. */
  readonly found?: readonly FoundSlice[] | undefined;
}

/** Of the slices called worse, about one in ten may be so by chance. */
export const falseDiscoveryRate = 0.1;

export interface JudgedSlices {
  /** Worst first. */
  readonly slices: readonly SliceJudgement[];
  readonly leftOut: readonly ValuesLeftOut[];
}

/** The most frequent values of every slice column, with enough rows, and every slice that was found. */
export function judgeSlices(evidence: TaskEvidence, plan: SlicePlan): JudgedSlices {
  const traits = evidence.traits(plan.metric);
  const loss = (slice: { readonly difference: Difference }): number => -orientedBy(traits, slice.difference).difference;
  const { values, leftOut } = sliceValues(evidence.slices, plan.minimumRows);
  const named = values.map(({ column, value, rows }) => ({ title: valueCondition(column, value), found: false, rows }));
  const names = new Set(named.map(({ title }) => title));
  const found = (plan.found ?? [])
    .filter(({ title }) => !names.has(title))
    .map(({ title, rows }) => ({ title, found: true, rows }));
  const measured = [...named, ...found].flatMap((slice) => measureSlice(evidence, plan, slice));
  const adjusted = benjaminiHochberg(measured.map((slice) => orientedBy(traits, slice.difference).pLower));
  const slices = measured
    .map((slice, index) => {
      const pWorse = adjusted[index]!;
      const [low] = orientedBy(traits, slice.difference).decision;
      return { ...slice, pWorse, worse: pWorse <= falseDiscoveryRate && low <= -plan.margin };
    })
    .toSorted((a, b) => a.pWorse - b.pWorse || loss(b) - loss(a));
  return { slices, leftOut };
}

function measureSlice(
  evidence: TaskEvidence,
  plan: SlicePlan,
  slice: { readonly title: string; readonly found: boolean; readonly rows: Int32Array },
): Omit<SliceJudgement, 'pWorse' | 'worse'>[] {
  const { rows } = slice;
  const candidate = evidence.measure(plan.metric, 'candidate', rows).value;
  const baseline = evidence.measure(plan.metric, 'baseline', rows).value;
  const difference = evidence.differences([plan.metric], plan, rows).get(plan.metric);
  if (candidate === null || baseline === null || difference === undefined) return [];
  return [{ ...slice, rows: rows.length, candidate, baseline, difference }];
}
