// Where the average hides a loss: the headline metric, slice by slice, with a bound on false alarms over all of them.
import { benjaminiHochberg } from '../statistics/multiplicity.ts';
import { orientedBy } from './oriented.ts';
import { valueCondition } from './slice-columns.ts';
import type { FoundSlice } from './slice-search.ts';
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

/** Every value of every slice column with enough rows, and every slice that was found, worst first. */
export function judgeSlices(evidence: TaskEvidence, plan: SlicePlan): SliceJudgement[] {
  const traits = evidence.traits(plan.metric);
  const loss = (slice: { readonly difference: Difference }): number => -orientedBy(traits, slice.difference).difference;
  const named = Object.entries(evidence.slices).flatMap(([column, values]) =>
    [...rowsByValue(values)]
      .filter(([, rows]) => rows.length >= plan.minimumRows)
      .map(([value, rows]) => ({ title: valueCondition(column, value), found: false, rows: Int32Array.from(rows) })),
  );
  const names = new Set(named.map(({ title }) => title));
  const found = (plan.found ?? [])
    .filter(({ title }) => !names.has(title))
    .map(({ title, rows }) => ({ title, found: true, rows }));
  const measured = [...named, ...found].flatMap((slice) => measureSlice(evidence, plan, slice));
  const adjusted = benjaminiHochberg(measured.map((slice) => orientedBy(traits, slice.difference).pLower));
  return measured
    .map((slice, index) => {
      const pWorse = adjusted[index]!;
      const [low] = orientedBy(traits, slice.difference).decision;
      return { ...slice, pWorse, worse: pWorse <= falseDiscoveryRate && low <= -plan.margin };
    })
    .toSorted((a, b) => a.pWorse - b.pWorse || loss(b) - loss(a));
}

function rowsByValue(values: readonly (string | null)[]): Map<string | null, number[]> {
  const found = new Map<string | null, number[]>();
  values.forEach((value, row) => {
    const rows = found.get(value);
    if (rows === undefined) found.set(value, [row]);
    else rows.push(row);
  });
  return found;
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
