// Where the average hides a loss: the headline metric, slice by slice, with a bound on false alarms over all of them.
import type { MetricName } from '../formats/gate-policy.ts';
import { benjaminiHochberg } from '../statistics/multiplicity.ts';
import { differencesOf, type Difference, type IntervalPlan } from './differences.ts';
import { measure, metricTraits } from './metrics.ts';
import type { Pair } from './resample.ts';
import { armRows, sampleRows } from './sample.ts';
import { negated } from '../statistics/difference-estimate.ts';

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
  readonly metric: MetricName;
  readonly margin: number;
  readonly minimumRows: number;
}

/** Of the slices called worse, about one in ten may be so by chance. */
const falseDiscoveryRate = 0.1;

/** Every value of every slice column with enough rows, worst first. */
export function judgeSlices(pair: Pair, plan: SlicePlan): SliceJudgement[] {
  const measured = Object.entries(pair.sample.slices).flatMap(([column, values]) =>
    [...rowsByValue(values)]
      .filter(([, rows]) => rows.length >= plan.minimumRows)
      .flatMap(([value, rows]) => measureSlice(pair, plan, { column, value, rows: Int32Array.from(rows) })),
  );
  const adjusted = benjaminiHochberg(measured.map((slice) => orientedBy(plan.metric, slice.difference).pLower));
  return measured
    .map((slice, index) => {
      const pWorse = adjusted[index]!;
      const [low] = orientedBy(plan.metric, slice.difference).decision;
      return { ...slice, pWorse, worse: pWorse <= falseDiscoveryRate && low <= -plan.margin };
    })
    .toSorted((a, b) => a.pWorse - b.pWorse || loss(plan.metric, b) - loss(plan.metric, a));
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
  pair: Pair,
  plan: SlicePlan,
  slice: { column: string; value: string; rows: Int32Array },
): Omit<SliceJudgement, 'pWorse' | 'worse'>[] {
  const classes = pair.sample.classes.length;
  const part: Pair = {
    sample: sampleRows(pair.sample, slice.rows),
    candidate: armRows(pair.candidate, slice.rows, classes),
    baseline: armRows(pair.baseline, slice.rows, classes),
  };
  const candidate = measure(plan.metric, part.sample, part.candidate).value;
  const baseline = measure(plan.metric, part.sample, part.baseline).value;
  const difference = differencesOf(part, [plan.metric], plan).get(plan.metric);
  if (candidate === null || baseline === null || difference === undefined) return [];
  return [{ column: slice.column, value: slice.value, rows: slice.rows.length, candidate, baseline, difference }];
}

const orientedBy = (metric: MetricName, difference: Difference) =>
  metricTraits[metric].direction === 'higher' ? difference : negated(difference);

const loss = (metric: MetricName, slice: { difference: Difference }): number =>
  -orientedBy(metric, slice.difference).difference;
