// Numbers to a verdict, and the numbers that the report shows beside it.
import type { Quarantine } from '../formats/eval-suite.ts';
import { worstVerdict, type Verdict } from '../formats/verdict.ts';
import { flakyCases, flakyFrom, type FlakyCase } from './flaky.ts';
import { judgeStrictly, openGate, type Gate, type GatesVerdict } from './gates.ts';
import { alphaOfLook } from './judge.ts';
import { passReader, scoreAt, scoreReader } from './looks.ts';
import { countedAsLost, lostResults } from './lost-answers.ts';
import type { Ratio } from './margins.ts';
import { missingGates, ratiosAt } from './measured-gates.ts';
import { clustersOf, Measure, type Compared } from './measures.ts';
import { adviceOf, noiseOf, type Advice, type Noise } from './noise.ts';
import type { PromptPolicy } from './policy.ts';
import { isRight, type CaseResult, type SideResult } from './results.ts';
import { safetyBound, type SafetyBound } from './safety.ts';
import { sliceDifferences, type SliceDifference } from './slices.ts';

export type { Compared } from './measures.ts';
export type { SliceDifference } from './slices.ts';

/** Calls that may fail before nothing is judged any more. */
export const failureLimit = 0.02;
/** Fewer sources than this make clustered errors too small (Cameron, Miller 2015). */
const fewestClusters = 20;

export interface Evidence {
  readonly results: readonly CaseResult[];
  readonly baseline: boolean;
  /** `cutShort`: what a budget left unasked. */
  readonly calls: { readonly asked: number; readonly failed: number; readonly cutShort?: number };
  /** Names of scores, in the order of a result's `scores`. */
  readonly evaluators: readonly string[];
  readonly slices: readonly string[];
  /** Rounds of repeats after which a look was planned, rising; by default one look at everything. */
  readonly looks?: readonly number[];
  /** Rounds that have been asked; by default all. */
  readonly rounds?: number;
  /** Times of the sides are of different days: no ratio of them settles anything. */
  readonly timedApart?: boolean;
  /** Nobody looks at anything but the verdict: what only explains it is not computed. */
  readonly verdictOnly?: boolean;
  /** Scores by judges that nobody certified: no verdict hangs on them. */
  readonly uncertified?: ReadonlySet<string>;
  /** Cases that do not gate, by id. */
  readonly quarantined?: ReadonlyMap<string, Quarantine>;
}

/** Why the verdict is what it is; the section puts it into words. */
export type Reason =
  | 'no-cases'
  | 'all-in-quarantine'
  | 'too-many-failures'
  | 'gate-missing'
  | 'too-few-cases'
  | 'nothing-to-judge-by'
  | 'unchanged'
  | 'compared'
  | 'unsafe'
  | 'lost-answers'
  | 'below-threshold'
  | 'above-threshold';

export interface Decision {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** Share of cases with which every evaluator is content. Undefined when nothing could be judged. */
  readonly accuracy: Compared | undefined;
  readonly evaluators: readonly Compared[];
  readonly slices: readonly SliceDifference[];
  readonly newlyWrong: readonly CaseResult[];
  readonly newlyRight: readonly CaseResult[];
  /** Without a baseline: what is wrong now. */
  readonly wrong?: readonly CaseResult[];
  /** Cases left out since a call failed. */
  readonly missing: number;
  /** Those that the candidate alone lost; what passes must pass with them as wrong. */
  readonly lost?: number;
  /** What the policy gates by, and judges without standing score. */
  readonly uncertified?: readonly string[];
  /** Cases that sent the same request on both sides. */
  readonly unchanged: number;
  /** How many more cases would probably settle it. */
  readonly moreCases?: number;
  /** With a baseline: what gates, and which of it failed or is open. */
  readonly gates?: GatesVerdict & { readonly names: readonly string[] };
  /** With several planned: the look that settled it or the last one taken, the rounds up to it, and how many were planned. */
  readonly look?: { readonly taken: number; readonly planned: number; readonly rounds: number };
  /** One-sided, of the look. */
  readonly alpha?: number;
  /** Latency and cost, where the policy names them. */
  readonly ratios?: readonly Ratio[];
  readonly safety?: readonly SafetyBound[];
  /** What the policy names and no answer has. */
  readonly missingGates?: readonly string[];
  readonly flaky?: readonly FlakyCase[];
  readonly quarantined?: readonly { readonly quarantine: Quarantine; readonly result: CaseResult }[];
  readonly noise?: Noise;
  readonly advice?: Advice;
  /** Sources of cases, when they are too few to be sure of the interval. */
  readonly fewClusters?: number;
}

export function decide(evidence: Evidence, policy: PromptPolicy): Decision {
  const { baseline, calls } = evidence;
  const held = evidence.quarantined;
  const results = held === undefined ? evidence.results : evidence.results.filter(({ case: { id } }) => !held.has(id));
  const complete = results.filter(({ after, before }) => after !== undefined && (!baseline || before !== undefined));
  const missing = results.length - complete.length;
  const nothing = { accuracy: undefined, evaluators: [], slices: [], newlyWrong: [], newlyRight: [], missing };
  if (results.length === 0) {
    const reason = evidence.results.length === 0 ? ('no-cases' as const) : ('all-in-quarantine' as const);
    return { ...nothing, verdict: 'error', reasons: [reason], unchanged: 0 };
  }
  const unchanged = complete.filter((result) => result.unchanged).length;
  // A few calls that fail by chance do no harm. What a budget cuts off is no chance: the slow and the last are left out.
  const cut = (calls.cutShort ?? 0) > 0 && calls.failed > 0;
  if (complete.length === 0 || cut || calls.failed > failureLimit * calls.asked)
    return { ...nothing, verdict: 'error', reasons: ['too-many-failures'], unchanged };
  const same = baseline && unchanged === complete.length && missing === 0;
  const lost = countedAsLost(lostResults(results, baseline), evidence.evaluators.length);
  const compared = compareSides(evidence, { complete, same, lost }, policy);
  const boundOf = (each: NonNullable<PromptPolicy['safety']>[number]): SafetyBound => {
    const place = evidence.evaluators.indexOf(each.score);
    return safetyBound(complete, place, { ...each, lost, open: evidence.uncertified?.has(each.score) === true });
  };
  const safety = (policy.safety ?? []).map(boundOf);
  const gone = missingGates(evidence, compared, policy);
  const quarantined = evidence.results.flatMap((result) => {
    const quarantine = held?.get(result.case.id);
    return quarantine === undefined ? [] : [{ quarantine, result }];
  });
  const named = [
    ...(policy.gating ?? []),
    ...(policy.safety ?? []).flatMap((each) => (each.limit === undefined ? [] : each.score)),
  ];
  const uncertified = named.filter((name) => evidence.uncertified?.has(name));
  const { rounds: asked = evidence.looks?.at(-1) ?? Infinity } = evidence;
  const flaky = asked < flakyFrom || evidence.verdictOnly === true ? [] : flakyCases(evidence.results);
  const common = {
    ...compared,
    newlyWrong: complete.filter((result) => changed(result, true)),
    newlyRight: complete.filter((result) => changed(result, false)),
    ...(!baseline && { wrong: complete.filter(({ after }) => after !== undefined && !isRight(after)) }),
    missing,
    ...(lost.length > 0 && { lost: lost.length }),
    ...(uncertified.length > 0 && { uncertified }),
    unchanged,
    ...(safety.length > 0 && { safety }),
    ...(flaky.length > 0 && { flaky }),
    ...(quarantined.length > 0 && { quarantined }),
  };
  if (gone.length > 0) return { ...common, verdict: 'error', reasons: ['gate-missing'], missingGates: gone };
  return { ...common, ...verdictOf({ ...compared, safety, lost: lost.length }, same, policy) };
}

/** Cases that were so on the baseline's side and are not any more. */
const changed = ({ before, after }: CaseResult, was: boolean): boolean =>
  before !== undefined && after !== undefined && isRight(before) === was && isRight(after) !== was;

type Sides = Pick<
  Decision,
  'evaluators' | 'slices' | 'gates' | 'look' | 'alpha' | 'ratios' | 'noise' | 'fewClusters'
> & { readonly accuracy: Compared };

/** Look after look until the gates are settled; every number is told as it was at that look. */
function compareSides(
  evidence: Evidence,
  {
    complete,
    same,
    lost,
  }: { readonly complete: readonly CaseResult[]; readonly same: boolean; readonly lost: readonly CaseResult[] },
  policy: PromptPolicy,
): Sides {
  const { baseline, evaluators, looks = [Infinity], rounds: asked = Infinity, uncertified } = evidence;
  const { margin, gating = [] } = policy;
  const options = { baseline, same, margin };
  const measures = (results: readonly CaseResult[]): readonly [Measure, ...Measure[]] => [
    new Measure('accuracy', results, passReader, options),
    ...evaluators
      .map((name, place) => new Measure(name, results, scoreReader(place), options))
      .filter(({ n }) => n > 0),
  ];
  const gatesOf = ([first, ...others]: readonly [Measure, ...Measure[]]): readonly Measure[] => [
    first,
    ...others.filter(({ name }) => gating.includes(name)),
  ];
  const all = measures(complete);
  const [accuracy, ...scores] = all;
  const gated = gatesOf(all);
  const strict = baseline && lost.length > 0 ? gatesOf(measures([...complete, ...lost])) : [];
  const alpha = alphaOfLook(looks.length);
  const taken = looks.filter((rounds) => rounds <= asked);
  let [look, rounds] = [1, Infinity];
  let gates: (GatesVerdict & { readonly names: readonly string[] }) | undefined;
  let ratios: readonly Ratio[] = [];
  if (baseline) {
    for (const [index, upTo] of taken.entries()) {
      // All that was asked so far has its means at hand.
      [look, rounds] = [index + 1, upTo >= asked ? Infinity : upTo];
      ratios = ratiosAt(complete, policy, { rounds, apart: evidence.timedApart === true });
      // The first is the share of cases that pass, whatever name a user gives to a score.
      const gateOf = (measure: Measure, place: number): Gate =>
        place > 0 && uncertified?.has(measure.name) === true ? openGate(measure.name) : measure.gateAt(rounds);
      const every: Gate[] = [...gated.map(gateOf), ...ratios];
      gates = { ...judgeStrictly(every, strict.map(gateOf), alpha), names: every.map(({ name }) => name) };
      if (gates.verdict !== 'inconclusive') break;
    }
  }
  const told = (measure: Measure): Compared => {
    const compared = measure.comparedAt(rounds, { alpha, look });
    // At its own level it may be a fail that several gates together do not carry.
    const carried =
      compared.judgement?.verdict !== 'fail' || !gates?.names.includes(measure.name) || gates.failed.has(measure.name);
    if (carried || compared.judgement === undefined) return compared;
    return { ...compared, judgement: { ...compared.judgement, verdict: 'inconclusive' } };
  };
  const { clusters } = clustersOf(complete);
  const sources = clusters === undefined ? Infinity : new Set(clusters).size;
  const several = looks.length > 1 || (looks[0] ?? 1) > 1;
  const explained = evidence.verdictOnly !== true;
  const noise = explained && baseline && !same && several ? noiseOf(complete, rounds) : undefined;
  const sliced = [
    { read: (side: SideResult) => scoreAt(side, passReader, rounds) },
    ...evaluators.flatMap((name, place) =>
      gating.includes(name) ? [{ name, read: (side: SideResult) => scoreAt(side, scoreReader(place), rounds) }] : [],
    ),
  ];
  return {
    accuracy: told(accuracy),
    evaluators: scores.map(told),
    slices: explained && baseline ? sliceDifferences(complete, evidence.slices, sliced) : [],
    ...(gates !== undefined && { gates, alpha }),
    ...(baseline &&
      looks.length > 1 && { look: { taken: look, planned: looks.length, rounds: looks[look - 1] ?? asked } }),
    ...(ratios.length > 0 && { ratios }),
    ...(noise !== undefined && { noise }),
    ...(baseline && !same && sources < fewestClusters && { fewClusters: sources }),
  };
}

function verdictOf(
  sides: Sides & { readonly safety: readonly SafetyBound[]; readonly lost: number },
  same: boolean,
  { margin, minCases, threshold }: PromptPolicy,
): Pick<Decision, 'verdict' | 'reasons' | 'moreCases' | 'advice'> {
  const { accuracy, evaluators, gates, safety, alpha = 0.05, noise, ratios = [], lost } = sides;
  const { n } = accuracy;
  const few = n < minCases;
  const verdicts: Verdict[] = [];
  const reasons: Reason[] = [];
  if (gates !== undefined) {
    verdicts.push(same ? 'pass' : few ? 'inconclusive' : gates.verdict);
    reasons.push(same ? 'unchanged' : few ? 'too-few-cases' : 'compared');
    if (!few && gates.strictly === true) reasons.push('lost-answers');
  }
  for (const { verdict } of safety) {
    if (verdict === undefined) continue;
    verdicts.push(verdict);
    if (verdict !== 'pass') reasons.push('unsafe');
  }
  if (threshold !== undefined) {
    const holds = accuracy.after >= threshold;
    const surely = (accuracy.after * n) / (n + lost) >= threshold;
    verdicts.push(few || holds !== surely ? 'inconclusive' : holds ? 'pass' : 'fail');
    reasons.push(
      few ? 'too-few-cases' : holds !== surely ? 'lost-answers' : holds ? 'above-threshold' : 'below-threshold',
    );
  }
  // Neither a baseline nor a threshold: there is a number and nothing that it could pass.
  if (verdicts.length === 0) return { verdict: 'inconclusive', reasons: ['nothing-to-judge-by'] };
  const verdict = worstVerdict(verdicts);
  if (verdict !== 'inconclusive') return { verdict, reasons: [...new Set(reasons)] };
  const open = [accuracy, ...evaluators].filter(({ name }) => gates?.open.includes(name));
  const each = same ? [] : open.flatMap(({ judgement }) => judgement?.casesNeeded ?? []);
  const times = ratios.flatMap((ratio) => (gates?.open.includes(ratio.name) ? (ratio.casesNeeded(alpha) ?? []) : []));
  const bounds = safety.flatMap(({ casesNeeded }) => casesNeeded ?? []);
  const needed = Math.max(minCases, ...each, ...times, ...bounds);
  const moreCases = Math.max(1, needed - n);
  const known = few || each.length + times.length + bounds.length > 0;
  const difference = accuracy.judgement?.decided.difference ?? 0;
  const distance = Math.max(difference + margin, -difference);
  const settles = !few && gates?.strictly !== true && noise !== undefined && distance > 0 && open.includes(accuracy);
  return {
    verdict,
    reasons: [...new Set(reasons)],
    ...(known && { moreCases }),
    ...(settles && { advice: adviceOf(noise, distance, alpha) }),
  };
}
