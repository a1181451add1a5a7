// What a policy asks for beside the task's own metrics: business, fairness, and slices that are searched. Reads the
// dataset's further columns, and none that nothing asks for.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { hasErrors, type Problem, type Read } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import { businessEvidence } from './business.ts';
import type { MetricEvidence } from './decide.ts';
import { fairnessEvidence } from './fairness-evidence.ts';
import { missingColumns, reading, type EvidencePorts, type OpenTable } from './read-evidence.ts';
import type { ReadPolicy } from './read-policy.ts';
import type { FoundSlice } from './slice-search.ts';
import type { HalvedMetric } from './self-check-split.ts';
import { searchOf, searchSlices, type Searched } from './slice-sources.ts';
import { leftOutText } from './slice-values.ts';
import type { Against, IntervalPlan, TaskEvidence } from './task.ts';
import { countText } from './words.ts';

export interface BesideSetting {
  readonly policy: GatePolicy;
  readonly evidence: TaskEvidence;
  /** The dataset; undefined where the evidence came without one. */
  readonly table?: OpenTable | undefined;
  /** True when both sides are the same file. */
  readonly same: boolean;
  readonly seed: number;
  /** One-sided error of each claim. Left out, 5 %; less at a later look at the same rows. */
  readonly alpha?: number | undefined;
  readonly against: Against;
  /** Where a metric is asked for in the policy. */
  readonly place: ReadPolicy['place'];
}

export interface Beside {
  readonly more: readonly MetricEvidence[];
  readonly found: readonly FoundSlice[];
  /** For the report, below the metrics. */
  readonly blocks: readonly Block[];
  readonly smallPrint: readonly string[];
  /** Business and fairness of the same rows, as the self-check judges them. */
  readonly again: {
    /** @param swapped the evidence in which the marked rows' answers trade places */
    exchanged(rows: Uint8Array, swapped: TaskEvidence, plan: IntervalPlan): readonly MetricEvidence[];
    readonly halved: readonly HalvedMetric[];
  };
}

const nothing: Beside = {
  ...{ more: [], found: [], blocks: [], smallPrint: [] },
  again: { exchanged: () => [], halved: [] },
};

export async function evidenceBeside(
  { engine }: Pick<EvidencePorts, 'engine'>,
  given: BesideSetting,
): Promise<Read<Beside>> {
  const { policy, table, evidence } = given;
  const search = searchOf(policy);
  const { fairness, business } = policy;
  if (search === undefined && fairness.length === 0 && Object.keys(business).length === 0)
    return { value: nothing, problems: [] };
  if (table === undefined) return { problems: [noTable(policy)] };
  const setting = { ...given, table };
  const searched = [...(search?.columns ?? []), ...(search?.except ?? [])];
  const missing = missingColumns(table, [...searched, ...fairness.map(({ column }) => column)]);
  if (missing.length > 0) return { problems: missing };
  return reading(table.file, async () => {
    const worth = await businessEvidence(engine, setting);
    const groups = await fairnessEvidence(engine, setting);
    const problems = [...worth.problems, ...groups.problems];
    if (hasErrors(problems)) return { problems };
    const found =
      search === undefined || !evidence.compared || given.same
        ? undefined
        : await searchSlices(engine, setting, search);
    return {
      value: {
        more: [...(worth.value?.metrics ?? []), ...(groups.value?.metrics ?? [])],
        found: found?.slices ?? [],
        blocks: groups.value?.blocks ?? [],
        smallPrint: found === undefined ? [] : searchWords(found),
        again: {
          exchanged: (rows: Uint8Array, swapped: TaskEvidence, plan: IntervalPlan) => [
            ...(worth.value?.exchanged(rows, plan) ?? []),
            ...(groups.value?.again(swapped) ?? []),
          ],
          halved: worth.value?.halved ?? [],
        },
      },
      problems,
    };
  });
}

const noTable = ({ task }: GatePolicy): Problem => ({
  code: 'GATE_COLUMNS_MISSING',
  severity: 'error',
  message: `The policy asks for business metrics, fairness or found slices, and an ${task} has no dataset with columns.`,
  hint: 'Take `business`, `fairness` and `slices` out of it.',
});

function searchWords(searched: Searched): string[] {
  const { slices, columns, leftOut, looked, searchedRows, testedRows } = searched;
  const out = leftOut.slice(0, 8).map(({ column, why }) => `${column} (${why})`);
  const more = leftOut.length - out.length;
  return [
    `Slices were searched in ${columns.length} columns on ${countText(searchedRows)} rows drawn by the seed: ${countText(looked)} conditions and pairs looked at, the ${slices.length} most suspicious tested on the other ${countText(testedRows)} rows, which alone count for n, difference and interval.`,
    ...(out.length === 0 ? [] : [`Columns not searched: ${out.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`]),
    ...searched.valuesLeftOut.map((one) => leftOutText(one).replace('Slices of', 'Searched slices of')),
  ];
}
