// The gate against itself: how often does it fail, pass or stay open on these rows when nothing has changed? Pure, seeded.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { GatePolicy } from '../formats/gate-policy.ts';
import type { Verdict } from '../formats/verdict.ts';
import { usualAlpha } from '../statistics/alpha-spending.ts';
import { clopperPearson } from '../statistics/clopper-pearson.ts';
import { asksForGain } from './asked.ts';
import type { Beside } from './beside.ts';
import { compareModels } from './compare.ts';
import type { GateJudgement, MetricEvidence } from './decide.ts';
import { splitRounds } from './self-check-split.ts';
import type { TaskEvidence } from './task.ts';

export interface SelfCheckPlan {
  readonly seed: number;
  readonly alpha?: number;
  /** True when both sides are the same file, so that there is nothing to exchange. */
  readonly same: boolean;
  /** Left out, 500 on up to 5,000 rows, else 200. */
  readonly rounds?: number;
  readonly progress: (message: string) => void;
  /** Business metrics and fairness, where the policy asks for them. */
  readonly beside?: Beside['again'] | undefined;
}

/** How often something came out, with the exact two-sided 95 % bounds that so many rounds allow. */
export interface Share {
  readonly count: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

export interface SelfCheck {
  /** `exchange`: both models' answers trade places at random. `split`: there is one model; halves of its rows are compared. */
  readonly method: 'exchange' | 'split';
  readonly rows: number;
  readonly rounds: number;
  readonly verdicts: Readonly<Record<Verdict, Share>>;
  /** Rounds in which a metric that asks for no gain, or the slices, failed: a loss was seen where none was. */
  readonly falseFails: Share;
  /** Rounds that passed though a gain was asked for; absent where none is. */
  readonly falsePasses?: Share;
  /** Per key metric, business and fairness among them. */
  readonly metrics: Readonly<Record<string, Readonly<Record<Verdict, Share>> & { readonly title: string }>>;
  /** One-sided error that the policy promises at this look. */
  readonly alpha: number;
  /** Where no gain is asked for: an equal model surely passes less than half of the time, or never where halves are compared. */
  readonly seldomPasses: boolean;
  /** `fail` where more than α is wrong beyond chance; `inconclusive` where a pass is seldom. */
  readonly verdict: Verdict;
}

const verdicts: readonly Verdict[] = ['pass', 'fail', 'inconclusive', 'error'];
/** Replicates of each round's bootstrap: twenty of them lie beyond a bound at 5 %. */
const replicates = 400;
/** Of equal models a gate that is of use lets more pass than it holds back. */
const leastPasses = 0.5;
/** Large sets are judged less often: two hundred rounds leave three points to chance. */
const roundsOf = (rows: number): number => (rows <= 5000 ? 500 : 200);

/**
 * If nothing has changed, either answer to a row could have been the candidate's: exchanging them by a coin for each
 * row (each cluster) gives comparisons in which no loss and no gain is real (a permutation null; Fisher 1935, Pitman
 * 1937). Without a second model, or a task that cannot exchange answers, halves of the rows take the two sides.
 */
export function checkSelf(policy: GatePolicy, evidence: TaskEvidence, plan: SelfCheckPlan): SelfCheck {
  const { alpha = usualAlpha } = plan;
  const bare = withoutBounds(policy);
  const { rounds = roundsOf(evidence.rows) } = plan;
  const method = evidence.compared && !plan.same && evidence.swapped !== undefined ? 'exchange' : 'split';
  const tell = (round: number): void => {
    if (round % 50 === 0) plan.progress(`self-check: round ${round} of ${rounds}`);
  };
  const judged =
    method === 'exchange'
      ? exchangeRounds(bare, evidence, { ...plan, alpha, rounds, tell })
      : splitRounds(bare, evidence, { seed: plan.seed, alpha, rounds, tell, more: unbound(plan.beside?.halved ?? []) });
  return tally(judged, { method, rows: evidence.rows, alpha });
}

interface Rounds extends Pick<SelfCheckPlan, 'beside'> {
  readonly seed: number;
  readonly alpha: number;
  readonly rounds: number;
  readonly tell: (round: number) => void;
}

function exchangeRounds(policy: GatePolicy, evidence: TaskEvidence, { seed, alpha, rounds, tell, beside }: Rounds) {
  const random = xoroshiro128plus(seed);
  const { clusters } = evidence;
  const units = clusters === undefined ? evidence.rows : clusters.reduce((most, one) => Math.max(most, one), -1) + 1;
  const coins = new Uint8Array(units);
  return Array.from({ length: rounds }, (_, round): GateJudgement => {
    tell(round);
    for (let unit = 0; unit < units; unit++) coins[unit] = random.next() < 0 ? 1 : 0;
    const rows = clusters === undefined ? coins : Uint8Array.from(clusters, (unit) => coins[unit]!);
    const swapped = evidence.swapped!(rows);
    // Slices can only change the verdict where the policy counts them.
    const judging = policy['max-slices-worse'] === undefined ? { ...swapped, slices: {} } : swapped;
    const again = { intervals: policy.intervals, resamples: policy.resamples, seed: seed + round };
    const more = unbound(beside?.exchanged(rows, swapped, again) ?? []);
    return compareModels(policy, { evidence: judging, same: false, seed: seed + round, alpha, more }).judgement;
  });
}

/** Key metrics without their absolute bounds. */
const unbound = <M extends Pick<MetricEvidence, 'asked'>>(metrics: readonly M[]): M[] =>
  metrics.flatMap((metric) => {
    if (metric.asked.role === 'guard') return [];
    const { minimum: _minimum, maximum: _maximum, ...asked } = metric.asked;
    return [{ ...metric, asked }];
  });

/** A bound is broken or not, without chance; left in, it would hide what chance does. */
function withoutBounds(policy: GatePolicy): GatePolicy {
  const metrics = Object.entries(policy.metrics).map(([name, metric]) => {
    const { minimum: _minimum, maximum: _maximum, ...rest } = metric ?? {};
    return [name, rest] as const;
  });
  return {
    ...policy,
    metrics: Object.fromEntries(metrics),
    guards: {},
    resamples: Math.min(policy.resamples, replicates),
  };
}

interface Setting {
  readonly method: SelfCheck['method'];
  readonly rows: number;
  readonly alpha: number;
}

function tally(judged: readonly GateJudgement[], { method, rows, alpha }: Setting): SelfCheck {
  const rounds = judged.length;
  const shareOf = (count: number): Share => ({ count, rate: count / rounds, ...clopperPearson(count, rounds, 0.025) });
  const sharesOf = (said: readonly (Verdict | undefined)[]): Record<Verdict, Share> =>
    Object.fromEntries(
      verdicts.map((verdict) => [verdict, shareOf(said.filter((one) => one === verdict).length)]),
    ) as Record<Verdict, Share>;
  const keys = judged[0]?.metrics.filter(({ asked }) => asked.role === 'key') ?? [];
  const gains = keys.filter(({ asked }) => asked.role === 'key' && asksForGain(asked));
  // "Surely less than the gain" is right where nothing changed; "surely worse" is not, and nor is a slice.
  const lost = ({ verdict, metrics }: GateJudgement): boolean => {
    const failed = metrics.filter((metric) => metric.verdict === 'fail');
    if (failed.length === 0) return verdict === 'fail';
    return failed.some(({ asked: one }) => one.role === 'key' && one.gain === undefined);
  };
  const all = sharesOf(judged.map(({ verdict }) => verdict));
  const falseFails = shareOf(judged.filter(lost).length);
  const falsePasses = gains.length === 0 ? undefined : all.pass;
  const wrong = [falseFails, falsePasses].some((share) => share !== undefined && share.low > alpha);
  // A gate that raises no alarm since it decides nothing is no good gate. Halves of the rows are less sure than a pair.
  const seldom = method === 'split' ? all.pass.count === 0 : all.pass.high < leastPasses;
  const seldomPasses = gains.length === 0 && seldom;
  const open = seldomPasses || all.inconclusive.count === rounds;
  const verdict = all.error.count > 0 ? 'error' : wrong ? 'fail' : open ? 'inconclusive' : 'pass';
  return {
    method,
    rows,
    rounds,
    verdicts: all,
    falseFails,
    ...(falsePasses !== undefined && { falsePasses }),
    metrics: Object.fromEntries(
      keys.map(({ name, traits }) => [
        name,
        {
          title: traits.title,
          ...sharesOf(judged.map(({ metrics }) => metrics.find((metric) => metric.name === name)?.verdict)),
        },
      ]),
    ),
    alpha,
    seldomPasses,
    verdict,
  };
}
