// The cost of running a model as metrics: size, latency, memory, each judged against its budget. Pure.
import { BudgetName, type Budget } from '../formats/gate-costs.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import type { DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { logQuantileRatio } from '../statistics/quantile-ratio.ts';
import type { MetricEvidence } from './decide.ts';
import type { Timings } from './resources-timing.ts';
import type { Difference, Measured, MetricTraits } from './task.ts';
import { numberText } from './words.ts';

/** A cost with what is known of it: intervals of what the candidate needs, and of how many times what production needs. */
export interface Cost {
  readonly name: BudgetName;
  readonly candidate: Measured;
  /** Absent where there is nothing to compare with. */
  readonly baseline?: Measured;
  /** The candidate's value, at any two-sided level. */
  readonly within: (level: number) => Interval;
  /** Candidate ÷ baseline. */
  readonly ratio?: Ratio;
  readonly method: string;
}

export interface Ratio {
  readonly value: number;
  readonly within: (level: number) => Interval;
  /** On the log scale. */
  readonly estimate?: DifferenceEstimate;
}

type Interval = readonly [low: number, high: number];

/** Ten percent more is not felt; what is smaller, clocks on shared machines do not tell apart. */
const usualMargin = 0.1;

const titles: Readonly<Record<BudgetName, string>> = {
  'latency-p50-ms': 'median latency',
  'latency-p95-ms': 'p95 latency',
  'batch-latency-p50-ms': 'median batch latency',
  'batch-latency-p95-ms': 'p95 batch latency',
  'size-mb': 'size',
  'memory-mb': 'memory',
};

const traitsOf = (name: BudgetName): MetricTraits => ({
  title: titles[name],
  direction: 'lower',
  unit: 'number',
  suffix: name.endsWith('-ms') ? 'ms' : 'MB',
});

/** A cost known exactly. */
export function exactCost(name: BudgetName, candidate: Measured, baseline: Measured | undefined): Cost {
  const value = candidate.value ?? Number.NaN;
  const ratio = baseline?.value === undefined || baseline.value === null ? undefined : value / baseline.value;
  return {
    name,
    candidate,
    ...(baseline !== undefined && { baseline }),
    within: () => [value, value],
    ...(ratio !== undefined && Number.isFinite(ratio) && { ratio: { value: ratio, within: () => [ratio, ratio] } }),
    method: 'exact',
  };
}

/** A cost measured a few times: what it was at least and at most is its interval, whatever the level. */
export function repeatedCost(name: BudgetName, candidate: readonly number[], baseline?: readonly number[]): Cost {
  const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const range = (values: readonly number[]): Interval => [Math.min(...values), Math.max(...values)];
  const [low, high] = range(candidate);
  const cost = {
    name,
    candidate: { value: middle(candidate) },
    within: () => [low, high] as const,
    method: `median of ${candidate.length} fresh processes each, their range as interval`,
  };
  if (baseline === undefined) return cost;
  const [least, most] = range(baseline);
  const compared = { ...cost, baseline: { value: middle(baseline) } };
  if (!(least > 0)) return compared;
  return {
    ...compared,
    ratio: { value: middle(candidate) / middle(baseline), within: () => [low / most, high / least] },
  };
}

/** A quantile of timed calls. Undefined of too few calls. */
export function latencyCost(
  name: BudgetName,
  { candidate, baseline }: Timings,
  plan: { readonly share: number; readonly resamples: number; readonly seed: number },
): Cost | undefined {
  const drawn = { share: plan.share, replicates: plan.resamples, seed: plan.seed };
  const own = logQuantileRatio(candidate, undefined, drawn);
  if (own === null) return undefined;
  const cost = {
    name,
    candidate: { value: Math.exp(own.difference) },
    within: (level: number) => exponential(own.within(level)),
    method: `${candidate.length} calls of each in turns, bootstrap of blocks of calls on the log-ratio`,
  };
  if (baseline === undefined) return cost;
  const [other, ratio] = [logQuantileRatio(baseline, undefined, drawn), logQuantileRatio(candidate, baseline, drawn)];
  if (other === null || ratio === null) return undefined;
  return {
    ...cost,
    baseline: { value: Math.exp(other.difference) },
    ratio: {
      value: Math.exp(ratio.difference),
      within: (level) => exponential(ratio.within(level)),
      estimate: ratio,
    },
  };
}

const exponential = ([low, high]: Interval): Interval => [Math.exp(low), Math.exp(high)];

/** What could not be measured: an error where a budget asks for it. */
export const unknownCost = (name: BudgetName, reason: string, baseline?: Measured): Cost => ({
  name,
  candidate: { value: null, reason },
  ...(baseline !== undefined && { baseline }),
  within: () => [Number.NaN, Number.NaN],
  method: 'not measured',
});

/** As evidence for the gate, in the order of the budgets; what no budget names is shown and not judged. */
export function costEvidence(policy: Pick<GatePolicy, 'budgets'>, costs: readonly Cost[]): MetricEvidence[] {
  return costs
    .filter(({ name, candidate }) => candidate.value !== null || policy.budgets?.[name] !== undefined)
    .toSorted((a, b) => BudgetName.options.indexOf(a.name) - BudgetName.options.indexOf(b.name))
    .map((cost): MetricEvidence => {
      const budget = policy.budgets?.[cost.name];
      const difference = differenceOf(cost);
      return {
        name: cost.name,
        traits: traitsOf(cost.name),
        asked: { role: 'guard', ...(budget?.maximum !== undefined && { maximum: budget.maximum }) },
        candidate: cost.candidate,
        ...(cost.baseline !== undefined && { baseline: cost.baseline }),
        ...(difference !== undefined && { difference }),
        ...(budget !== undefined && {
          demand: demandOf(cost, budget),
          rule: (alpha) => judgeCost(cost, budget, alpha),
        }),
      };
    });
}

function demandOf({ name, baseline }: Cost, { maximum, margin }: Budget): string {
  const against = baseline === undefined || (margin === undefined && maximum !== undefined);
  const parts = [
    ...(maximum === undefined ? [] : [`≤ ${maximum} ${traitsOf(name).suffix}`]),
    ...(against ? [] : [`≤ ${percent(1 + (margin ?? usualMargin))}`]),
  ];
  return parts.length === 0 ? '–' : parts.join(', ');
}

/** In the cost's own unit: what the ratio says of production's value. */
function differenceOf({ candidate, baseline, ratio, method }: Cost): Difference | undefined {
  if (candidate.value === null || baseline?.value === null || baseline === undefined || ratio === undefined)
    return undefined;
  const scale = baseline.value;
  const within = (level: number): Interval => {
    const [low, high] = ratio.within(level);
    return [scale * (low - 1), scale * (high - 1)];
  };
  const [low, high] = within(0.9);
  return {
    difference: scale * (ratio.value - 1),
    standardError: scale * ratio.value * (ratio.estimate?.standardError ?? 0),
    decision: [low, high],
    shown: within(0.95),
    within,
    pLower: ratio.estimate?.pLower ?? Number(high >= 0),
    pHigher: ratio.estimate?.pHigher ?? Number(low <= 0),
    method,
  };
}

interface Judged {
  readonly verdict?: Verdict;
  readonly reason?: string;
}

/**
 * Fails only on what is surely above the budget, passes only on what is surely within: noise is `inconclusive`.
 * @param alpha one-sided error of each claim
 */
export function judgeCost(cost: Cost, budget: Budget, alpha: number): Judged {
  if (cost.candidate.value === null) return { verdict: 'error', reason: cost.candidate.reason };
  const parts = [judgeMaximum(cost, budget, alpha), judgeMargin(cost, budget, alpha)].filter(
    ({ verdict }) => verdict !== undefined,
  );
  if (parts.length === 0) return {};
  const verdict = worstVerdict(parts.flatMap((part) => part.verdict ?? []));
  const reasons = parts.flatMap((part) => (part.verdict === verdict ? (part.reason ?? []) : []));
  return { verdict, ...(reasons.length > 0 && { reason: reasons.join('; ') }) };
}

function judgeMaximum({ name, within }: Cost, { maximum }: Budget, alpha: number): Judged {
  if (maximum === undefined) return {};
  const { suffix } = traitsOf(name);
  const [low, high] = within(1 - 2 * alpha);
  if (high <= maximum) return { verdict: 'pass' };
  if (low > maximum) return { verdict: 'fail', reason: `above the maximum ${maximum} ${suffix}` };
  return {
    verdict: 'inconclusive',
    reason: `between ${numberText(low)} and ${numberText(high)} ${suffix}: too noisy to say whether it keeps the maximum ${maximum} ${suffix}`,
  };
}

function judgeMargin({ baseline, ratio }: Cost, { maximum, margin }: Budget, alpha: number): Judged {
  if (baseline === undefined || (margin === undefined && maximum !== undefined)) return {};
  if (baseline.value === null) return { verdict: 'error', reason: `the other model: ${baseline.reason}` };
  if (ratio === undefined) return { verdict: 'error', reason: 'the two models cannot be set against each other' };
  const most = 1 + (margin ?? usualMargin);
  const [low, high] = ratio.within(1 - 2 * alpha);
  // Exact costs are compared exactly, but for what a division rounds.
  if (high <= most * (1 + 1e-12)) return { verdict: 'pass' };
  const allowed = `the ${percent(most)} that the policy allows`;
  if (low > most)
    return { verdict: 'fail', reason: `${percent(ratio.value)} against the other model, more than ${allowed}` };
  return {
    verdict: 'inconclusive',
    reason: `${percent(low)} … ${percent(high)} against the other model: too noisy to say whether it keeps ${allowed}`,
  };
}

const percent = (ratio: number): string => `${ratio >= 1 ? '+' : '−'}${(Math.abs(ratio - 1) * 100).toFixed(1)} %`;
