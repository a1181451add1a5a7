// Metrics of a business: what each row earns or costs under both models, compared like any other metric.
import { parseExpression } from '../expression/index.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Read } from '../formats/problem.ts';
import type { DataEngine } from '../ports/data-engine.ts';
import { usualAlpha } from '../statistics/alpha-spending.ts';
import { noDifference } from '../statistics/difference-estimate.ts';
import { sampledMeanEstimate, weightedMean, type Sampling } from '../statistics/sampling.ts';
import { rowsProblem } from './alignment.ts';
import { columnNames } from './business-names.ts';
import { rowWorth, seesAnswers, type Valuing } from './business-worth.ts';
import { resamplesFor } from './compare.ts';
import type { MetricEvidence } from './decide.ts';
import { estimateDifferences } from './paired-estimates.ts';
import type { OpenTable } from './read-evidence.ts';
import type { ReadPolicy } from './read-policy.ts';
import type { HalvedMetric } from './self-check-split.ts';
import type { Difference, IntervalPlan, Side, TaskEvidence, Weakness } from './task.ts';

export interface BusinessSetting {
  readonly policy: GatePolicy;
  readonly evidence: TaskEvidence;
  readonly table: OpenTable;
  readonly same: boolean;
  readonly seed: number;
  /** One-sided error of each claim, which a bootstrap needs draws for. Left out, 5 %. */
  readonly alpha?: number | undefined;
  /** Where a metric is asked for in the policy. */
  readonly place: ReadPolicy['place'];
}

/** With fewer rows whose worth changed than this, their mean says little of the next ones. */
const fewestChanged = 10;

export interface BusinessFindings {
  readonly metrics: readonly MetricEvidence[];
  /** The same metrics where the marked rows' answers trade places. */
  exchanged(rows: Uint8Array, plan: IntervalPlan): readonly MetricEvidence[];
  /** The candidate's alone, on some of the rows. */
  readonly halved: readonly HalvedMetric[];
}

const nothing: BusinessFindings = { metrics: [], exchanged: () => [], halved: [] };

export async function businessEvidence(engine: DataEngine, setting: BusinessSetting): Promise<Read<BusinessFindings>> {
  const { policy, evidence, table, seed, alpha = usualAlpha } = setting;
  const metrics = Object.entries(policy.business);
  if (metrics.length === 0) return { value: nothing, problems: [] };
  const { answers } = evidence;
  if (answers === undefined) {
    const message = `Business metrics are asked for, and a ${policy.task} has no single answer to a row.`;
    const hint = 'They value what a model said of each row: classes or numbers.';
    return { problems: [rowsProblem('GATE_BUSINESS_TASK', table.file, message, hint)] };
  }
  const parsed = metrics.flatMap(([, { expression }]) =>
    expression === undefined ? [] : (parseExpression(expression).value ?? []),
  );
  const columns = await columnNames(engine, { table, id: policy.data.id }, parsed);
  const read = metrics.map(([name, metric]): Read<Valued> => {
    const valuing = { name, metric, columns, evidence, answers };
    const of = (side: Side): Read<Float64Array> => rowWorth(valuing, side);
    const candidate = of('candidate');
    const baseline = evidence.compared && !setting.same ? of('baseline') : candidate;
    // What both sides suffer from is told once.
    const problems = candidate.value === undefined ? candidate.problems : baseline.problems;
    if (candidate.value === undefined || baseline.value === undefined)
      return { problems: problems.map((problem) => ({ ...problem, ...setting.place(name) })) };
    const both = { candidate: candidate.value, baseline: baseline.value };
    return { value: { ...valuing, both, blind: isBlind(valuing, both) }, problems: [] };
  });
  const problems = read.flatMap((one) => one.problems);
  if (problems.length > 0) return { problems };
  const valued = read.map(({ value }) => value!);
  const plan = { intervals: policy.intervals, resamples: resamplesFor(policy.resamples, alpha), seed };
  return {
    value: {
      metrics: valued.map((one) => metricEvidence(one, plan, setting)),
      exchanged: (rows, again) =>
        valued.map((one) => metricEvidence({ ...one, both: traded(one.both, rows) }, again, setting)),
      halved: valued.map((one) => halvedMetric(one, setting)),
    },
    problems,
  };
}

interface Valued extends Valuing {
  readonly both: Both;
  /** True where no answer would change what any row is worth. */
  readonly blind: boolean;
}

const isBlind = (valuing: Valuing, { candidate, baseline }: Both): boolean =>
  candidate.every((value, row) => value === baseline[row]) && !seesAnswers(valuing, candidate);

const traded = ({ candidate, baseline }: Both, rows: Uint8Array): Both => ({
  candidate: candidate.map((value, row) => (rows[row] === 1 ? baseline[row]! : value)),
  baseline: baseline.map((value, row) => (rows[row] === 1 ? candidate[row]! : value)),
});

const samplingOf = ({ answers, evidence }: Valuing): Sampling => answers.sampling ?? { rows: evidence.rows };

/** Of a sum over the dataset, what the mean is multiplied by. */
function scaleOf(valued: Valuing): number {
  if (valued.metric.aggregate === 'mean') return 1;
  const { rows, weights } = samplingOf(valued);
  return weights?.reduce((sum, one) => sum + one, 0) ?? rows;
}

interface Both {
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
}

function metricEvidence(valued: Valued, plan: IntervalPlan, { evidence, same }: BusinessSetting): MetricEvidence {
  const { name, metric, both, blind } = valued;
  const { minimum, maximum, unit, margin = 0 } = metric;
  const sampling = samplingOf(valued);
  const scale = scaleOf(valued);
  const bounds = { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
  const valueOf = (values: Float64Array): { value: number } => ({
    value: weightedMean(values, sampling.weights) * scale,
  });
  const difference = !evidence.compared
    ? undefined
    : same
      ? { ...noDifference, method: 'the same file on both sides' }
      : differenceOf(both, sampling, plan);
  const asks = (metric.role !== 'guard' && evidence.compared) || minimum !== undefined || maximum !== undefined;
  return {
    name,
    traits: {
      title: metric.title ?? name,
      direction: metric.direction ?? 'lower',
      unit: 'number',
      ...(unit !== undefined && { suffix: unit }),
    },
    asked: metric.role === 'guard' ? { role: 'guard', ...bounds } : { role: 'key', margin, ...bounds },
    candidate: valueOf(both.candidate),
    ...(evidence.compared && { baseline: valueOf(both.baseline) }),
    ...(difference !== undefined && { difference: scaled(difference, scale) }),
    ...(evidence.compared && !same && { weakness: fewChanged(both, sampling.weights) }),
    ...(blind && asks && { rule: () => unseen }),
  };
}

/** What is the same whatever a model answers says nothing for it. */
const unseen = {
  verdict: 'inconclusive',
  reason: 'no row would be worth another amount whatever a model answered; look at its columns and its expression',
} as const;

function halvedMetric(valued: Valued, setting: BusinessSetting): HalvedMetric {
  const { both, blind } = valued;
  const sampling = samplingOf(valued);
  const scale = scaleOf(valued);
  const spread = sampledMeanEstimate(both.candidate, sampling);
  const { name, traits, asked } = metricEvidence(valued, noDraws, { ...setting, same: true });
  return {
    name,
    traits,
    asked,
    ...(blind && { rule: () => unseen }),
    measure: (rows) => {
      const weights =
        sampling.weights === undefined ? undefined : Float64Array.from(rows, (row) => sampling.weights![row]!);
      return (
        scale *
        weightedMean(
          Float64Array.from(rows, (row) => both.candidate[row]!),
          weights,
        )
      );
    },
    standardError: spread === null ? Number.NaN : spread.standardError * scale,
  };
}

const noDraws: IntervalPlan = { intervals: 'auto', resamples: 0, seed: 0 };

function differenceOf({ candidate, baseline }: Both, sampling: Sampling, plan: IntervalPlan): Difference | undefined {
  const mean = 'worth';
  return estimateDifferences(
    [mean],
    {
      sampling,
      rows: () => ({ candidate, baseline, mean: true, method: 'paired means' }),
      evaluator: () => (weights) => [weightedMean(candidate, weights) - weightedMean(baseline, weights)],
    },
    plan,
  ).get(mean);
}

/** Of a sum over the dataset instead of a mean. */
function scaled(difference: Difference, scale: number): Difference {
  const times = ([low, high]: readonly [number, number]): readonly [number, number] => [low * scale, high * scale];
  return {
    ...difference,
    difference: difference.difference * scale,
    standardError: difference.standardError * scale,
    decision: times(difference.decision),
    shown: times(difference.shown),
    within: (level) => times(difference.within(level)),
  };
}

function fewChanged({ candidate, baseline }: Both, weights: Float64Array | undefined): Weakness | undefined {
  const rows = candidate.length;
  const changed = candidate.reduce(
    (count, value, row) => count + (value === baseline[row] || weights?.[row] === 0 ? 0 : 1),
    0,
  );
  if (changed >= fewestChanged) return undefined;
  return {
    reason: `only ${changed} ${changed === 1 ? 'row is' : 'rows are'} worth another amount; ${fewestChanged} are needed`,
    rowsNeeded: Math.ceil((rows * fewestChanged) / Math.max(1, changed)),
  };
}
