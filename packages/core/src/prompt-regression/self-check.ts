// A suite compared with itself: recorded repeats of one side stand for both, so every fail is a false alarm.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Verdict } from '../formats/verdict.ts';
import { clopperPearson } from '../statistics/index.ts';
import { lookRounds } from './looks.ts';
import type { PromptPolicy } from './policy.ts';
import { rehearse, type Answers } from './rehearse.ts';

/** What a gate may raise by chance. */
const allowed = 0.05;
/** Of equal versions a gate that is of use lets more pass than it holds back. */
const leastPasses = 0.5;
/** Large suites are drawn less often: their rate is measured well enough by fewer draws. */
const resamplesOf = (cases: number): number => Math.max(200, Math.min(1000, Math.floor(400_000 / cases)));
const seed = 20_260_401;

export interface SelfCheck {
  readonly cases: number;
  /** Recorded repeats of each case. */
  readonly repeats: number;
  /** Rounds that the rehearsed gate had: half of the repeats for each side, or fewer where the policy has fewer. */
  readonly rounds: number;
  readonly resamples: number;
  readonly alarms: number;
  readonly open: number;
  /** Share of false alarms, with its two-sided 95 % bounds: what is left to chance by so many draws. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Share of comparisons that passed: nothing was worse, so all of them might have. */
  readonly passed: number;
  /** Surely fewer than half of them did. */
  readonly seldomPasses: boolean;
  /** Share of cases whose repeats do not agree. */
  readonly flakyShare: number;
  readonly verdict: Exclude<Verdict, 'error'>;
}

/**
 * Draws cases with replacement, whole clusters where they have one, deals each one's repeats at random to two sides,
 * and lets the gate decide as it would.
 * @param answers by case, with two repeats or more each
 * @param clusters one per case, where cases come from one source
 */
export function checkSelf(answers: Answers, policy: PromptPolicy, clusters?: readonly string[]): SelfCheck {
  const repeats = Math.min(...answers.map(({ length }) => length));
  const most = Math.min(Math.floor(repeats / 2), Math.max(policy.repeats, policy.maxRepeats ?? 0));
  const rehearsed = { ...policyOfPassRate(policy), repeats: Math.min(policy.repeats, most), maxRepeats: most };
  const groups = groupsOf(answers, clusters);
  const random = xoroshiro128plus(seed);
  const resamples = resamplesOf(answers.length);
  const counts: Record<Verdict, number> = { pass: 0, fail: 0, inconclusive: 0, error: 0 };
  for (let resample = 0; resample < resamples; resample++) {
    const drawn = groups.map((_, index) => ({ index, own: groups[uniformInt(random, 0, groups.length - 1)] ?? [] }));
    const dealt = drawn.flatMap(({ index, own }) =>
      own.map((each) => ({ cluster: String(index), repeats: shuffled(each, random) })),
    );
    const sides = {
      before: dealt.map((each) => each.repeats.slice(0, most)),
      after: dealt.map((each) => each.repeats.slice(most, 2 * most)),
      ...(clusters !== undefined && { clusters: dealt.map(({ cluster }) => cluster) }),
    };
    const { verdict } = rehearse(() => sides, rehearsed);
    counts[verdict] += 1;
  }
  const bounds = clopperPearson(counts.fail, resamples, 0.025);
  const few = answers.length < policy.minCases;
  // A gate that raises no alarm since it decides nothing is no good gate.
  const seldomPasses = clopperPearson(counts.pass, resamples, 0.025).high < leastPasses;
  return {
    cases: answers.length,
    repeats,
    rounds: lookRounds(rehearsed.repeats, most).at(-1) ?? 1,
    resamples,
    alarms: counts.fail,
    open: counts.inconclusive,
    rate: counts.fail / resamples,
    ...bounds,
    passed: counts.pass / resamples,
    seldomPasses,
    flakyShare: answers.filter((own) => own.some((score) => score !== own[0])).length / answers.length,
    verdict: few ? 'inconclusive' : bounds.low > allowed ? 'fail' : seldomPasses ? 'inconclusive' : 'pass',
  };
}

/** Only the pass rate is rehearsed: an absolute threshold or a limit raises no alarm by chance alone. */
const policyOfPassRate = ({ margin, repeats, minCases }: PromptPolicy): PromptPolicy => ({ margin, repeats, minCases });

function groupsOf(answers: Answers, clusters: readonly string[] | undefined): (readonly number[])[][] {
  const groups = new Map<string, (readonly number[])[]>();
  for (const [index, own] of answers.entries()) {
    const name = clusters?.[index] ?? `case ${index}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [own]);
    else group.push(own);
  }
  return [...groups.values()];
}

/** Fisher and Yates' shuffle. */
function shuffled(values: readonly number[], random: RandomGenerator): readonly number[] {
  const mixed = [...values];
  for (let last = mixed.length - 1; last > 0; last--) {
    const pick = uniformInt(random, 0, last);
    [mixed[last], mixed[pick]] = [mixed[pick]!, mixed[last]!];
  }
  return mixed;
}
