// What trying a prompt's breakages will take, all together: told before anybody is asked, and held against the budget.
import type { Outcome, Problem } from '@pawl/core';
import { dollars, planWords, type SpendPlan } from '@pawl/core/prompt-regression';
import type { Mutation } from '@pawl/core/prompt-history';
import { problemsOf } from './bisect-evaluation.ts';
import { comparedWith, type Trial } from './mutate-trial.ts';

export interface MutationPlan {
  /** Of all that can be planned, as if it were one evaluation. */
  readonly plan: SpendPlan;
  /** USD of each in turn; undefined when nobody says what an answer costs. */
  readonly each: readonly (number | undefined)[];
}

/** A breakage that cannot be planned cannot be tried either, and is told when its turn comes. */
export async function planMutations(
  trial: Trial,
  mutations: readonly Mutation[],
): Promise<MutationPlan | { readonly problems: readonly Problem[] }> {
  const dry = { ...trial, inputs: { ...trial.inputs, 'dry-run': true } };
  const { outcome, isRead } = await comparedWith(dry);
  const unbroken = planOf(outcome);
  if (unbroken === undefined) return { problems: problemsOf(outcome) };
  if (!isRead) return { problems: [notRead(trial.path, trial.inputs.prompt)] };
  const plans: (SpendPlan | undefined)[] = [];
  for (const { prompt } of mutations) plans.push(planOf((await comparedWith(dry, prompt)).outcome));
  // What the store keeps, it keeps with a run; here there is none.
  const recorded = trial.inputs.cassette?.includes('store') !== true;
  return planTogether(unbroken, plans, recorded);
}

/** What a comparison with one breakage would ask, or undefined where it cannot be made. */
const planOf = ({ results }: Outcome): SpendPlan | undefined => {
  const text = results['plan.json'];
  return text === undefined ? undefined : (JSON.parse(text) as SpendPlan);
};

/**
 * @param unbroken the prompt compared with itself: what all comparisons ask alike
 * @param shared whether what the first asks of the prompt as it is is recorded for the others
 */
function planTogether(unbroken: SpendPlan, plans: readonly (SpendPlan | undefined)[], shared: boolean): MutationPlan {
  const first = plans.findIndex((plan) => plan !== undefined);
  const inTurn = plans.map((plan, turn) => plan && scaled(plan, shared && turn > first ? unbroken.calls : [0, 0]));
  const parts = inTurn.filter((part) => part !== undefined);
  const sum = (read: (plan: SpendPlan) => number): number => parts.reduce((all, part) => all + read(part), 0);
  const known = (read: (plan: SpendPlan) => number | undefined): number | undefined =>
    parts.some((part) => read(part) === undefined) ? undefined : sum((part) => read(part) ?? 0);
  const costUsd = known((part) => part.costUsd);
  const plan: SpendPlan = {
    ...(parts[0] ?? unbroken),
    calls: [sum(({ calls }) => calls[0]), sum(({ calls }) => calls[1])],
    recorded: sum(({ recorded }) => recorded),
    tokens: {
      prompt: sum(({ tokens }) => tokens.prompt),
      completion: known(({ tokens }) => tokens.completion),
      basis: parts.every(({ tokens }) => tokens.basis === 'recorded') ? 'recorded' : 'characters',
    },
    judged: [sum(({ judged }) => judged[0]), sum(({ judged }) => judged[1])],
    costUsd,
    atLeastUsd: costUsd === undefined ? known((part) => part.costUsd ?? part.atLeastUsd) : undefined,
    listPrices: parts.find(({ listPrices }) => listPrices !== undefined)?.listPrices,
    minutes: known(({ minutes }) => minutes),
  };
  return { plan, each: inTurn.map((part) => part?.costUsd ?? part?.atLeastUsd) };
}

/** Without the calls that an earlier comparison made and recorded. */
function scaled(plan: SpendPlan, [least, most]: SpendPlan['calls']): SpendPlan {
  const calls = [Math.max(0, plan.calls[0] - least), Math.max(0, plan.calls[1] - most)] as const;
  const part = plan.calls[1] === 0 ? 0 : calls[1] / plan.calls[1];
  const of = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * part);
  const { tokens } = plan;
  return {
    ...plan,
    calls,
    tokens: { ...tokens, prompt: tokens.prompt * part, completion: of(tokens.completion) },
    costUsd: of(plan.costUsd),
    atLeastUsd: of(plan.atLeastUsd),
    minutes: of(plan.minutes),
  };
}

/** "12 breakages × 60 cases: 780 calls to make, …". */
export const mutationPlanWords = (count: number, { plan }: MutationPlan): string =>
  `${count} ${count === 1 ? 'breakage' : 'breakages'} × ${planWords(plan)}`;

/** Nothing has been asked yet. */
export function overMutationBudget({ plan, each }: MutationPlan, limit: number | undefined): readonly Problem[] {
  const planned = plan.costUsd ?? plan.atLeastUsd;
  if (limit === undefined || planned === undefined || planned <= limit) return [];
  let [left, bears] = [limit, 0];
  for (const cost of each) {
    left -= cost ?? 0;
    if (left < 0) break;
    bears += 1;
  }
  const raise = bears === 0 ? 'It does not bear one; raise it.' : `It bears --limit ${bears}; or raise it.`;
  return [
    {
      code: 'PLAN_OVER_BUDGET',
      severity: 'error',
      message: `The plan takes about ${dollars(planned)}, and --max-cost-usd is ${dollars(limit)}: nothing was asked.`,
      hint: raise,
    },
  ];
}

const notRead = (prompt: string, suite: string): Problem => ({
  code: 'PROMPT_NOT_READ',
  severity: 'error',
  message: `"${suite}" does not read ${prompt}, so no breakage of it could be noticed.`,
  hint: 'Name a suite that does.',
  file: suite,
});
