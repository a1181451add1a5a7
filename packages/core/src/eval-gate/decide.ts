// Numbers → verdict. Pure: everything it needs was measured before.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import { rowsNeeded, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { holm } from '../statistics/multiplicity.ts';
import { judgeNonInferiority } from '../statistics/non-inferiority.ts';
import type { Asked, AskedOfKey } from './asked.ts';
import { orientedBy } from './oriented.ts';
import type { SliceJudgement } from './slices.ts';
import type { Difference, Measured, MetricTraits, Weakness } from './task.ts';

/** One-sided error of each claim; the decision interval is two-sided at 1 − 2α. */
const alpha = 0.05;

export interface MetricEvidence {
  readonly name: string;
  readonly traits: MetricTraits;
  readonly asked: Asked;
  readonly candidate: Measured;
  readonly baseline?: Measured | undefined;
  readonly difference?: Difference | undefined;
  readonly weakness?: Weakness | undefined;
}

export interface MetricJudgement extends MetricEvidence {
  /** Absent where nothing was asked of it: a guard without bounds, or no production to compare with. */
  readonly verdict?: Verdict;
  /** Why, in words, where the numbers alone do not say it. */
  readonly reason?: string;
  /** Rows that would settle an inconclusive comparison; null where no number would. */
  readonly rowsNeeded?: number | null;
}

export interface GateJudgement {
  readonly verdict: Verdict;
  readonly metrics: readonly MetricJudgement[];
  /** Why the gate says more than its key metrics: too few rows, too many worse slices, nothing asked. */
  readonly reasons: readonly string[];
}

export interface GateEvidence {
  readonly rows: number;
  readonly compared: boolean;
  readonly metrics: readonly MetricEvidence[];
  readonly slices: readonly SliceJudgement[];
}

export function decideGate(policy: GatePolicy, evidence: GateEvidence): GateJudgement {
  const thin = thinness(policy, evidence);
  const keys = evidence.metrics.filter(isKey);
  const adjusted = holm(keys.map((metric) => (metric.difference === undefined ? 1 : oriented(metric).pLower)));
  const metrics = evidence.metrics.map((metric): MetricJudgement => {
    if (!isKey(metric)) return judgeGuard(metric);
    return judgeKey(metric, { policy, evidence, thin, pWorse: adjusted[keys.indexOf(metric)]! });
  });
  const reasons = [...(thin === undefined ? [] : [thin])];
  const verdicts = metrics.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]));
  const worse = evidence.slices.filter((slice) => slice.worse).length;
  const allowed = policy['max-slices-worse'];
  if (allowed !== undefined && worse > allowed) {
    verdicts.push(thin === undefined ? 'fail' : 'inconclusive');
    reasons.push(`${worse} ${worse === 1 ? 'slice is' : 'slices are'} worse; the policy allows ${allowed}`);
  }
  if (verdicts.length > 0 && thin !== undefined) verdicts.push('inconclusive');
  if (verdicts.length === 0) {
    reasons.push('nothing to judge by: no production version, and no absolute bounds in the policy');
  }
  return { verdict: worstVerdict(verdicts), metrics, reasons };
}

function thinness(policy: GatePolicy, { rows }: GateEvidence): string | undefined {
  const needed = policy['minimum-rows'];
  return rows < needed ? `${rows} rows; the policy asks for at least ${needed}` : undefined;
}

/** Turned so that higher is better, whatever the metric. */
export function oriented({ name, traits, difference }: MetricEvidence): DifferenceEstimate {
  if (difference === undefined) throw new TypeError(`${name} has no difference`);
  return orientedBy(traits, difference);
}

type KeyEvidence = MetricEvidence & { readonly asked: AskedOfKey };

const isKey = (metric: MetricEvidence): metric is KeyEvidence => metric.asked.role === 'key';

interface KeySetting {
  readonly policy: GatePolicy;
  readonly evidence: GateEvidence;
  readonly thin: string | undefined;
  /** Holm-adjusted p-value of "no worse". */
  readonly pWorse: number;
}

function judgeKey(metric: KeyEvidence, setting: KeySetting): MetricJudgement {
  const { policy, evidence, thin, pWorse } = setting;
  const { asked } = metric;
  const judged = (verdict: Verdict, more: { reason?: string; rowsNeeded?: number | null } = {}): MetricJudgement => ({
    ...metric,
    verdict,
    ...more,
  });
  if (metric.candidate.value === null) return judged('error', { reason: metric.candidate.reason });
  if (metric.baseline?.value === null) return judged('error', { reason: `the other model: ${metric.baseline.reason}` });
  const broken = brokenBound(metric.candidate.value, asked);
  if (thin !== undefined) return judged('inconclusive', { reason: broken ?? thin, rowsNeeded: policy['minimum-rows'] });
  if (broken !== undefined) return judged('fail', { reason: broken });
  if (!evidence.compared) {
    const bounded = asked.minimum !== undefined || asked.maximum !== undefined;
    return bounded ? judged('pass') : metric;
  }
  if (metric.difference === undefined) return judged('inconclusive', { reason: 'too few rows for an interval' });
  if (metric.weakness !== undefined && metric.difference.standardError > 0)
    return judged('inconclusive', metric.weakness);
  const estimate = oriented(metric);
  const [low, high] = estimate.decision;
  const verdict = judgeNonInferiority({ difference: estimate.difference, low, high }, asked.margin);
  const needed = (): number | null => rowsNeeded(estimate, asked.margin, evidence.rows);
  if (verdict === 'inconclusive') return judged(verdict, { rowsNeeded: needed() });
  if (verdict === 'fail' && pWorse > alpha) {
    return judged('inconclusive', {
      reason: `the loss may be chance, since several key metrics were looked at (Holm, p = ${pWorse.toFixed(3)})`,
      rowsNeeded: needed(),
    });
  }
  return judged(verdict);
}

function judgeGuard(metric: MetricEvidence): MetricJudgement {
  const { asked } = metric;
  if (asked.minimum === undefined && asked.maximum === undefined) return metric;
  if (metric.candidate.value === null) return { ...metric, verdict: 'error', reason: metric.candidate.reason };
  const broken = brokenBound(metric.candidate.value, asked);
  return {
    ...metric,
    verdict: broken === undefined ? 'pass' : 'fail',
    ...(broken !== undefined && { reason: broken }),
  };
}

function brokenBound(
  value: number,
  asked: { minimum?: number | undefined; maximum?: number | undefined },
): string | undefined {
  if (asked.minimum !== undefined && value < asked.minimum) return `below the minimum ${asked.minimum}`;
  if (asked.maximum !== undefined && value > asked.maximum) return `above the maximum ${asked.maximum}`;
  return undefined;
}
