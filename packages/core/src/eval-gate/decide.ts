// Numbers → verdict. Pure: everything it needs was measured before.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import { usualAlpha } from '../statistics/alpha-spending.ts';
import { chanceBelow, rowsNeeded, type DifferenceEstimate } from '../statistics/difference-estimate.ts';
import { holm } from '../statistics/multiplicity.ts';
import { judgeNonInferiority, judgeSuperiority } from '../statistics/non-inferiority.ts';
import { linesOf, type Asked, type AskedOfKey } from './asked.ts';
import { orientedBy } from './oriented.ts';
import { pairedPower, type Power } from './power.ts';
import type { SliceJudgement } from './slices.ts';
import type { Difference, Measured, MetricTraits, Weakness } from './task.ts';
import { countText, differenceText } from './words.ts';

export interface MetricEvidence {
  readonly name: string;
  readonly traits: MetricTraits;
  readonly asked: Asked;
  readonly candidate: Measured;
  readonly baseline?: Measured | undefined;
  readonly difference?: Difference | undefined;
  readonly weakness?: Weakness | undefined;
  /** What is asked, as a table says it, where `asked` does not say all of it. */
  readonly demand?: string;
  /** Judges it by a rule of its own, as fairness between groups; bounds and margin in `asked` are then only shown. */
  readonly rule?: (alpha: number) => Pick<MetricJudgement, 'verdict' | 'reason' | 'brief'>;
}

export interface MetricJudgement extends MetricEvidence {
  /** Absent where nothing was asked of it: a guard without bounds, or no production to compare with. */
  readonly verdict?: Verdict;
  /** Why, in words, where the numbers alone do not say it. */
  readonly reason?: string;
  /** The reason for a headline, after the metric's title; left out, the reason itself is short enough. */
  readonly brief?: string;
  /** Rows that would settle an inconclusive comparison; null where no number would. */
  readonly rowsNeeded?: number | null;
  /** What these rows could show of a key metric; absent where nothing is known of its spread. */
  readonly power?: Power;
}

export interface GateJudgement {
  readonly verdict: Verdict;
  /** One-sided error of each claim; intervals that decide are two-sided at 1 − 2α. */
  readonly alpha: number;
  readonly metrics: readonly MetricJudgement[];
  /** Why the gate says more than its key metrics: too few rows, too many worse slices, nothing asked. */
  readonly reasons: readonly string[];
}

export interface GateEvidence {
  readonly rows: number;
  /** What they are called; left out, rows. */
  readonly unit?: string | undefined;
  /** Those of them that weigh anything; left out, all. */
  readonly weighing?: number | undefined;
  readonly compared: boolean;
  readonly metrics: readonly MetricEvidence[];
  readonly slices: readonly SliceJudgement[];
  /** True where slices are named and none could be measured. */
  readonly slicesThin?: boolean;
  /** Slices with enough rows that were not looked at, since there are so many. */
  readonly slicesBeyond?: number;
  /** One-sided error of each claim. Left out, 5 %; less at a later look at the same rows. */
  readonly alpha?: number;
}

export function decideGate(policy: GatePolicy, evidence: GateEvidence): GateJudgement {
  const { alpha = usualAlpha } = evidence;
  const thin = thinness(policy, evidence);
  const keys = evidence.metrics.filter(isKey);
  const adjusted = holm(keys.map(chanceOfFailing));
  const metrics = evidence.metrics.map((metric): MetricJudgement => {
    if (metric.rule !== undefined) return judgeByRule({ ...metric, ...metric.rule(alpha) }, thin);
    if (!isKey(metric)) return judgeGuard(metric);
    const judged = judgeKey(metric, { policy, evidence, alpha, thin, pFail: adjusted[keys.indexOf(metric)]! });
    const power = metric.difference && pairedPower(oriented(metric), metric.asked, { alpha, keys: keys.length });
    return { ...judged, ...(power !== undefined && { power }) };
  });
  const reasons = [...(thin === undefined ? [] : [thin])];
  const verdicts = metrics.flatMap(({ verdict }) => (verdict === undefined ? [] : [verdict]));
  const worse = evidence.slices.filter((slice) => slice.worse).length;
  const allowed = policy['max-slices-worse'];
  if (allowed !== undefined && worse > allowed) {
    verdicts.push(thin === undefined ? 'fail' : 'inconclusive');
    reasons.push(`${worse} ${worse === 1 ? 'slice is' : 'slices are'} worse; the policy allows ${allowed}`);
  }
  if (evidence.slicesThin === true && allowed !== undefined) {
    verdicts.push('inconclusive');
    reasons.push(
      `the policy limits how many slices may be worse, and none of those it names has the ${policy['minimum-slice-rows']} rows and the value to be looked at`,
    );
  }
  const { slicesBeyond = 0 } = evidence;
  if (slicesBeyond > 0 && allowed !== undefined) {
    verdicts.push('inconclusive');
    const [which, was] = slicesBeyond === 1 ? ['1 slice', 'was'] : [`${countText(slicesBeyond)} slices`, 'were'];
    reasons.push(
      `the policy limits how many slices may be worse, and ${which} with enough rows ${was} not looked at; a higher minimum-slice-rows leaves fewer`,
    );
  }
  if (verdicts.length > 0 && thin !== undefined) verdicts.push('inconclusive');
  if (verdicts.length === 0) {
    reasons.push('nothing to judge by: no production version, and no absolute bounds in the policy');
  }
  return { verdict: worstVerdict(verdicts), alpha, metrics, reasons };
}

function thinness(policy: GatePolicy, { rows, unit = 'rows', weighing = rows }: GateEvidence): string | undefined {
  const needed = policy['minimum-rows'];
  const which = weighing < rows ? `${weighing} of ${rows} ${unit} have a weight` : `${rows} ${unit}`;
  return weighing < needed ? `${which}; the policy asks for at least ${needed}` : undefined;
}

/** Turned so that higher is better, whatever the metric. */
export function oriented({ name, traits, difference }: MetricEvidence): DifferenceEstimate {
  if (difference === undefined) throw new TypeError(`${name} has no difference`);
  return orientedBy(traits, difference);
}

type KeyEvidence = MetricEvidence & { readonly asked: AskedOfKey };

const isKey = (metric: MetricEvidence): metric is KeyEvidence =>
  metric.asked.role === 'key' && metric.rule === undefined;

/** One-sided p-value of a fail: that the candidate loses nothing, or that it gains what is asked for. */
function chanceOfFailing(metric: KeyEvidence): number {
  if (metric.difference === undefined) return 1;
  const { gain } = metric.asked;
  return gain === undefined ? oriented(metric).pLower : chanceBelow(oriented(metric), gain);
}

interface KeySetting {
  readonly policy: GatePolicy;
  readonly evidence: GateEvidence;
  readonly alpha: number;
  readonly thin: string | undefined;
  /** Holm-adjusted p-value of a fail. */
  readonly pFail: number;
}

function judgeKey(metric: KeyEvidence, setting: KeySetting): MetricJudgement {
  const { policy, evidence, thin } = setting;
  const { asked } = metric;
  const judged = judgementOf(metric);
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
  return judgeDifference(metric, setting);
}

function judgeDifference(metric: KeyEvidence, { evidence, alpha, pFail }: KeySetting): MetricJudgement {
  const { margin, gain } = metric.asked;
  const judged = judgementOf(metric);
  const estimate = oriented(metric);
  const [low, high] = estimate.within(1 - 2 * alpha);
  const interval = { difference: estimate.difference, low, high };
  const verdict = gain === undefined ? judgeNonInferiority(interval, margin) : judgeSuperiority(interval, gain);
  const needed = (): number | null => rowsNeeded(estimate, linesOf(metric.asked), { rows: evidence.rows, alpha });
  if (verdict === 'inconclusive') return judged(verdict, { rowsNeeded: needed() });
  if (verdict === 'fail' && pFail > alpha) {
    const finding = gain === undefined ? 'the loss' : 'that it falls short';
    return judged('inconclusive', {
      reason: `${finding} may be chance, since several key metrics were looked at (Holm, p = ${pFail.toFixed(3)})`,
      rowsNeeded: needed(),
    });
  }
  if (verdict === 'fail' && gain !== undefined) {
    const asked = differenceText(metric.traits, gain).replace('+', '');
    return judged(verdict, { reason: `surely short of the ${asked} gain that the policy asks for` });
  }
  return judged(verdict);
}

const judgementOf =
  (metric: KeyEvidence) =>
  (verdict: Verdict, more: { reason?: string; rowsNeeded?: number | null } = {}): MetricJudgement => ({
    ...metric,
    verdict,
    ...more,
  });

const judgeByRule = (judged: MetricJudgement, thin: string | undefined): MetricJudgement =>
  thin === undefined || judged.verdict === 'error'
    ? judged
    : { ...judged, verdict: 'inconclusive', reason: judged.reason ?? thin, brief: judged.brief ?? thin };

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
