// The verdict in one line, and the reason in one sentence.
import type { PromptPolicy } from './policy.ts';
import type { Compared, Decision, Evidence } from './decide.ts';
import { besideAccuracy, decidedLevel, judgementSentences, safetyHeadline } from './judgement-words.ts';
import { count, dollars, grouped, intervalWords, points, share, verb } from './words.ts';

export interface Told {
  readonly decision: Decision;
  readonly policy: PromptPolicy;
  /** Why there is no baseline, when there is none. */
  readonly absent?: string;
  /** Where a threshold is written. */
  readonly thresholdKey: string;
  /** Among the failed those whose answer came and could not be judged. */
  readonly calls: Evidence['calls'] & { readonly unjudged?: number };
  /** The first failed call's own words. */
  readonly failure?: string;
  /** Of one case, both sides and all repeats; when it is known. */
  readonly costPerCase?: number;
}

/** "31 cases newly wrong, 7 newly right: accuracy 0.87 → 0.81". */
export function headline(told: Told): string {
  const { decision, policy, calls, failure } = told;
  const { accuracy, reasons } = decision;
  if (reasons.includes('no-cases')) return 'there are no cases, so nothing was judged';
  if (reasons.includes('all-in-quarantine')) return 'every case is in quarantine, so nothing was judged';
  if (reasons.includes('gate-missing'))
    return `no answer has what the policy gates by: ${(decision.missingGates ?? []).join(', ')}`;
  const unsafe = reasons.includes('unsafe') ? safetyHeadline(decision) : undefined;
  if (unsafe !== undefined) return unsafe;
  if (accuracy === undefined) {
    const why = failure === undefined ? '' : ` (${failure})`;
    const what =
      calls.failed === calls.unjudged
        ? `${grouped(calls.failed)} of ${count(calls.asked, 'answer')} could not be judged, so nothing was`
        : `${grouped(calls.failed)} of ${count(calls.asked, 'request')} failed, so nothing was judged`;
    return `${what}${why}`;
  }
  if (reasons.includes('below-threshold') && accuracy.before === undefined)
    return `first version: accuracy ${share(accuracy.after)} is below the threshold of ${share(policy.threshold ?? 0)}`;
  if (accuracy.before === undefined) {
    const version = `first version, nothing to compare with: accuracy ${share(accuracy.after)} on ${count(accuracy.n, 'case')}`;
    if (reasons.includes('above-threshold')) return `${version}, threshold ${share(policy.threshold ?? 0)}`;
    if (reasons.includes('lost-answers'))
      return `${version}; ${count(decision.lost ?? 0, 'case')} lost, too many to tell whether the threshold holds`;
    return reasons.includes('too-few-cases')
      ? `${version}, which ${verb(accuracy.n, 'is', 'are')} too few`
      : `${version}, and no threshold is set`;
  }
  const below = reasons.includes('below-threshold') ? `, below the threshold of ${share(policy.threshold ?? 0)}` : '';
  if (reasons.includes('unchanged'))
    return `the model is asked just what it was asked before: accuracy ${share(accuracy.after)}${below}`;
  const needs =
    decision.verdict === 'inconclusive' && decision.moreCases !== undefined
      ? `; needs about ${count(decision.moreCases, 'more case')}`
      : '';
  const also = besideAccuracy(decision, decision.gates?.failed ?? []);
  const worse = also.length === 0 ? '' : `; worse by ${also.join(', ')}`;
  const lost = reasons.includes('lost-answers') ? `; ${count(decision.lost ?? 0, 'case')} lost` : '';
  return `${flips(decision)}: accuracy ${share(accuracy.before)} → ${share(accuracy.after)}${worse}${below}${lost}${needs}`;
}

function flips({ newlyWrong, newlyRight }: Decision): string {
  if (newlyWrong.length === 0 && newlyRight.length === 0) return 'no case newly wrong or right';
  const wrong = newlyWrong.length === 0 ? 'no case' : count(newlyWrong.length, 'case');
  return `${wrong} newly wrong, ${grouped(newlyRight.length)} newly right`;
}

/** "accuracy 0.87 → 0.81 (−6.0 pts, 95 % CI −9.1 … −2.9)". */
export function comparison(accuracy: Compared | undefined): string {
  if (accuracy === undefined) return 'not judged';
  const { after, before, judgement } = accuracy;
  if (before === undefined || judgement === undefined) return `accuracy ${share(after)}, no baseline`;
  const { shown } = judgement;
  if (shown.low === 0 && shown.high === 0) return `accuracy ${share(after)}, all requests unchanged`;
  return `accuracy ${share(before)} → ${share(after)} (${points(shown.difference)} pts, 95 % CI ${intervalWords(shown)})`;
}

/** Why the verdict is what it is, in sentences. */
export function explanation({ decision, policy, absent, thresholdKey, costPerCase }: Told): string {
  const { accuracy, reasons, moreCases, verdict } = decision;
  const sentences: string[] = [];
  const judgement = accuracy?.judgement;
  const margin = (policy.margin * 100).toFixed(1);
  if (reasons.includes('nothing-to-judge-by'))
    sentences.push(`There is no baseline (${absent}) and no threshold. Set ${thresholdKey} to judge a first version.`);
  else if (absent !== undefined && accuracy !== undefined) sentences.push(`There is no baseline: ${absent}.`);
  if (reasons.includes('unchanged'))
    sentences.push('Every request is the same on both sides, so the answers cannot differ.');
  if (reasons.includes('too-few-cases'))
    sentences.push(
      `${count(accuracy?.n ?? 0, 'case')} ${verb(accuracy?.n ?? 0, 'settles', 'settle')} nothing; it takes at least ${grouped(policy.minCases)}.`,
    );
  if (reasons.includes('compared') && judgement !== undefined) {
    const interval = intervalWords(judgement.decided);
    const level = decidedLevel(decision);
    if (judgement.verdict === 'pass')
      sentences.push(
        `The ${level} interval of the difference, ${interval} points, rules out a loss of ${margin} points.`,
      );
    if (judgement.verdict === 'fail')
      sentences.push(
        `The ${level} interval of the difference, ${interval} points, lies below zero: the loss is no noise.`,
      );
    if (judgement.verdict === 'inconclusive')
      sentences.push(
        `The ${level} interval of the difference, ${interval} points, neither rules out a loss of ${margin} points nor shows that there is one.`,
      );
  }
  if (verdict === 'inconclusive' && moreCases !== undefined) {
    const price = costPerCase === undefined ? '' : ` (about ${dollars(costPerCase * moreCases)} a run)`;
    sentences.push(`About ${count(moreCases, 'more case')}${price} would probably settle it.`);
  }
  sentences.push(...judgementSentences(decision));
  if (decision.missing > 0)
    sentences.push(
      `${count(decision.missing, 'case')} without ${absent === undefined ? 'an answer on both sides' : 'a judged answer'} left out.`,
    );
  return sentences.join(' ');
}
