// Asks round after round until the verdict is reached, and not once more; before the first, the plan is told and held
// against the budgets.
import type { Problem } from '../formats/problem.ts';
import { chainingOf } from './chains.ts';
import type { RoundsTaken } from './judge-answers.ts';
import { lookRounds, planRounds, type RoundsPlan } from './looks.ts';
import { concurrencyOf } from './open-provider.ts';
import { recordedRepeats, type PlannedRequests } from './planned-requests.ts';
import { planSpend, type SpendPlan } from './plan-spend.ts';
import { overBudget, planWords } from './plan-words.ts';
import { plannedRequests, type PreparedSides, type SidesToRun } from './run-sides.ts';
import { verb } from './words.ts';

/** As many looks as can be planned at all. */
const mostRounds = 5;

export interface RoundsToRun {
  readonly sides: SidesToRun;
  readonly prepared: PreparedSides;
  readonly requests: PlannedRequests;
  readonly rounds: RoundsPlan;
  /** Only recorded answers are used. */
  readonly replay: boolean;
}

/**
 * Looks are planned before the first is taken, by the policy and by what is recorded already: rounds that an earlier
 * run asked are evidence of this comparison, and asking for fewer looks afterwards would be picking the kind one.
 */
export async function planLooks(
  sides: SidesToRun,
  prepared: PreparedSides,
  { compared, replay }: { readonly compared: boolean; readonly replay: boolean },
): Promise<RoundsToRun> {
  const { cases } = sides.suite.suite;
  const requests = await plannedRequests(sides, prepared);
  const { policy } = sides.suite;
  const planned = planRounds(policy, cases);
  const most = planned.looks.at(-1) ?? 1;
  const own = cases.some(({ repeats }) => repeats !== undefined);
  const sequential = policy.maxRepeats !== undefined && !own && most < mostRounds && requests.plan.count > 0;
  const recorded = compared && sequential ? await recordedRepeats(requests, mostRounds) : 0;
  const looks = recorded > most ? lookRounds(policy.repeats, recorded) : planned.looks;
  const last = looks.at(-1) ?? most;
  const repeatsOf: RoundsPlan['repeatsOf'] = recorded > most ? () => last : planned.repeatsOf;
  // Without a comparison there is nothing that a later look could settle.
  const rounds = { looks: compared ? looks : looks.slice(0, 1), repeatsOf };
  return { sides, prepared, requests, rounds, replay };
}

export async function tellPlan(
  running: RoundsToRun,
): Promise<{ readonly plan: SpendPlan; readonly problems: readonly Problem[] }> {
  const { sides, requests, rounds } = running;
  const { inputs, columns, suite, context } = sides;
  const { chains } = chainingOf(columns, suite.suite.cases);
  const plan = await planSpend(requests, {
    inputs,
    rounds,
    concurrency: concurrencyOf(inputs, suite.suite),
    compared: sides.pairs.some(({ before }) => before !== undefined),
    chained: chains.reduce((sum, { items }) => sum + items.length, 0),
  });
  context.progress(`Plan: ${planWords(plan)}.`);
  return { plan, problems: overBudget(plan, inputs) };
}

/** @param isSettled asked after each look but the last */
export async function runRounds(
  { prepared, requests, rounds, replay, sides }: RoundsToRun,
  isSettled: (taken: RoundsTaken) => boolean,
): Promise<{ readonly taken: RoundsTaken; readonly problems: readonly Problem[] }> {
  const { looks, repeatsOf } = rounds;
  let asked = 0;
  for (const upTo of looks) {
    if (asked > 0 && replay) {
      const recorded = await recordedRepeats(requests, upTo);
      if (recorded < upTo)
        return { taken: { looks, asked }, problems: [notRecorded(asked, looks.at(-1) ?? upTo, sides)] };
    }
    const from = asked;
    await prepared.evaluation.round(
      Array.from({ length: upTo - from }, (_, index) => from + index),
      repeatsOf,
    );
    asked = upTo;
    if (upTo !== looks.at(-1) && isSettled({ looks, asked })) break;
  }
  return { taken: { looks, asked }, problems: [] };
}

const notRecorded = (asked: number, planned: number, { suite }: SidesToRun): Problem => ({
  code: 'ROUNDS_NOT_RECORDED',
  severity: 'warning',
  message: `Of ${planned} planned rounds only ${asked} ${verb(asked, 'is', 'are')} recorded, and nothing is asked.`,
  hint: 'Record the others with base-url and record: missing.',
  file: suite.suite.file,
});
