// Two sides of an eval, case by case, as the gate looks at them.
import type { GatePolicy } from '../../formats/gate-policy.ts';
import type { Block } from '../../formats/report.ts';
import {
  pairedMeanEstimate,
  pairedProportionEstimate,
  type DifferenceEstimate,
} from '../../statistics/difference-estimate.ts';
import { idealEstimate } from '../../statistics/ideal-bootstrap.ts';
import type { Against, Difference, IntervalPlan, TaskEvidence } from '../task.ts';
import { countText } from '../words.ts';
import type { CaseScores } from './cases.ts';
import { meanOf, readingOf, valuesOf, type Values } from './metrics.ts';
import type { EvalSample } from './sample.ts';

/** With fewer cases that differ, a t interval of scores that mostly agree promises too much. */
const fewDiffering = 10;
const shownChanges = 20;

export function evalEvidence(policy: GatePolicy, sample: EvalSample): TaskEvidence {
  const { ids, candidate, baseline } = sample;
  const pick = (side: readonly CaseScores[] | undefined, rows?: Int32Array): readonly CaseScores[] | undefined =>
    side === undefined || rows === undefined ? side : Array.from(rows, (row) => side[row]!);
  const values = (metric: string, rows?: Int32Array): Values =>
    valuesOf(metric, pick(candidate, rows)!, pick(baseline, rows));
  return {
    rows: ids.length,
    unit: 'cases',
    slices: {},
    compared: baseline !== undefined,
    traits: (metric) => readingOf(metric).traits,
    measure: (metric, side, rows) => {
      const found = values(metric, rows);
      if ('reason' in found) return { value: null, reason: found.reason };
      const own = found[side];
      if (own === undefined) throw new TypeError(`there is no ${side}`);
      return meanOf(own);
    },
    differences: (metrics, plan, rows) =>
      new Map(
        metrics.flatMap((metric): [string, Difference][] => {
          const found = values(metric, rows);
          if ('reason' in found || found.baseline === undefined) return [];
          const difference = differenceOf(found.candidate, found.baseline, readingOf(metric).bounded, plan);
          return difference === undefined ? [] : [[metric, difference]];
        }),
      ),
    weaknessOf: () => undefined,
    examples: (against) => changedCases(sample, against),
    pictures: () => [],
    smallPrint: policy.evals?.column === undefined ? [] : [`Column ${policy.evals.column}.`],
    ...(baseline !== undefined && {
      swapped: (rows: Uint8Array) => {
        const exchanged = (own: readonly CaseScores[], other: readonly CaseScores[]): readonly CaseScores[] =>
          own.map((scores, row) => (rows[row] === 1 ? other[row]! : scores));
        const swap = { ids, candidate: exchanged(candidate, baseline), baseline: exchanged(baseline, candidate) };
        return evalEvidence(policy, swap);
      },
    }),
    line: (row) => ({
      id: ids[row],
      candidate: kept(candidate[row]!),
      ...(baseline !== undefined && { baseline: kept(baseline[row]!) }),
    }),
  };
}

/** Texts stay with the eval run; its id is among this run's inputs. */
function kept(side: CaseScores): object {
  const { text: _, ...scores } = side;
  return scores;
}

function differenceOf(
  candidate: Float64Array,
  baseline: Float64Array,
  bounded: boolean,
  { intervals }: IntervalPlan,
): Difference | undefined {
  const differences = candidate.map((value, row) => value - baseline[row]!);
  const named = (estimate: DifferenceEstimate | null | undefined, method: string): Difference | undefined =>
    estimate === null || estimate === undefined ? undefined : { ...estimate, method };
  if (intervals !== 'auto') {
    const method = `${intervals === 'bca' ? 'BCa' : 'percentile'} bootstrap, all resamples at once`;
    const ideal = named(idealEstimate(differences, intervals), method);
    if (ideal !== undefined) return ideal;
  }
  const differing = differences.filter((value) => value !== 0);
  const whole = differing.every((value) => Number.isInteger(value));
  if (bounded && (whole || differing.length < fewDiffering)) {
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + Math.abs(value), 0);
    const [better, worse] = [sum(differing.filter((value) => value > 0)), sum(differing.filter((value) => value < 0))];
    return named(pairedProportionEstimate(better, worse, differences.length), 'paired proportions (Tango score)');
  }
  return named(pairedMeanEstimate(candidate, baseline), 'paired means');
}

interface Change {
  readonly id: string;
  readonly before: CaseScores;
  readonly after: CaseScores;
}

/** Cases that passed more, or less, with both answers: what a reviewer reads first. */
function changedCases({ ids, candidate, baseline }: EvalSample, against: Against): Block[] {
  if (baseline === undefined) return [];
  const changes = ids
    .map((id, row): Change => ({ id, before: baseline[row]!, after: candidate[row]! }))
    .filter(({ before, after }) => before.pass !== after.pass);
  const worse = changes.filter(({ before, after }) => after.pass < before.pass);
  const better = changes.filter(({ before, after }) => after.pass > before.pass);
  if (changes.length === 0) return [];
  const summary = `${countText(worse.length)} cases newly failing, ${countText(better.length)} newly passing`;
  return [
    {
      type: 'details',
      summary,
      blocks: [...changeBlocks(`Newly failing against ${against}`, worse), ...changeBlocks('Newly passing', better)],
    },
  ];
}

function changeBlocks(title: string, changes: readonly Change[]): Block[] {
  if (changes.length === 0) return [];
  const more = changes.length - shownChanges;
  return [
    { type: 'heading', text: title },
    ...changes
      .slice(0, shownChanges)
      .map(({ id, before, after }): Block => ({ type: 'change', title: id, before: before.text, after: after.text })),
    ...(more > 0 ? [{ type: 'text' as const, text: `And ${countText(more)} more.` }] : []),
  ];
}
