// Where the average hides a loss: the headline metric, slice by slice, with a bound on false alarms over all of them.
import { benjaminiHochberg } from '../statistics/multiplicity.ts';
import { orientedBy } from './oriented.ts';
import type { Difference, IntervalPlan, TaskEvidence } from './task.ts';

export interface SliceJudgement {
  readonly column: string;
  readonly value: string;
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
}

/** Of the slices called worse, about one in ten may be so by chance. */
const falseDiscoveryRate = 0.1;

/** Every value of every slice column with enough rows, worst first. */
export function judgeSlices(evidence: TaskEvidence, plan: SlicePlan): SliceJudgement[] {
  const traits = evidence.traits(plan.metric);
  const loss = (slice: { readonly difference: Difference }): number => -orientedBy(traits, slice.difference).difference;
  const measured = Object.entries(evidence.slices).flatMap(([column, values]) =>
    [...rowsByValue(values)]
      .filter(([, rows]) => rows.length >= plan.minimumRows)
      .flatMap(([value, rows]) => measureSlice(evidence, plan, { column, value, rows: Int32Array.from(rows) })),
  );
  const adjusted = benjaminiHochberg(measured.map((slice) => orientedBy(traits, slice.difference).pLower));
  return measured
    .map((slice, index) => {
      const pWorse = adjusted[index]!;
      const [low] = orientedBy(traits, slice.difference).decision;
      return { ...slice, pWorse, worse: pWorse <= falseDiscoveryRate && low <= -plan.margin };
    })
    .toSorted((a, b) => a.pWorse - b.pWorse || loss(b) - loss(a));
}

function rowsByValue(values: readonly (string | null)[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  values.forEach((value, row) => {
    if (value === null) return;
    const rows = found.get(value);
    if (rows === undefined) found.set(value, [row]);
    else rows.push(row);
  });
  return found;
}

function measureSlice(
  evidence: TaskEvidence,
  plan: SlicePlan,
  { column, value, rows }: { column: string; value: string; rows: Int32Array },
): Omit<SliceJudgement, 'pWorse' | 'worse'>[] {
  const candidate = evidence.measure(plan.metric, 'candidate', rows).value;
  const baseline = evidence.measure(plan.metric, 'baseline', rows).value;
  const difference = evidence.differences([plan.metric], plan, rows).get(plan.metric);
  if (candidate === null || baseline === null || difference === undefined) return [];
  return [{ column, value, rows: rows.length, candidate, baseline, difference }];
}
