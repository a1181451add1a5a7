// The plan of an evaluation in words and tables, and what its budgets say of it.
import type { Problem } from '../formats/problem.ts';
import type { Block } from '../formats/report.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import { assumedDiffering, type SpendPlan } from './plan-spend.ts';
import { byList, count, dollars, grouped, points, verb } from './words.ts';

/**
 * "60 cases: 240 calls to make (80 if the first look settles it), 160 answers recorded; about $0.12, about 2 minutes;
 * finds a loss of 15.4 points".
 */
export function planWords(plan: SpendPlan): string {
  const { cases, calls, recorded, minutes, rounds, judged } = plan;
  const [least, most] = calls;
  const early = rounds[0] < rounds[1] && least < most ? ` (${grouped(least)} if the first look settles it)` : '';
  const time =
    minutes === undefined
      ? ''
      : `, ${minutes < 1 ? 'less than a minute' : `about ${count(Math.ceil(minutes), 'minute')}`}`;
  const made = most === 0 ? 'no call to make' : `${count(most, 'call')} to make${early}`;
  const spent = most === 0 ? '' : `; ${costWords(plan)}${time}`;
  const judges = judged[1] === 0 ? '' : ', judges besides';
  return `${count(cases, 'case')}: ${made}, ${count(recorded, 'answer')} recorded${spent}${judges}; ${findable(plan)}`;
}

/** USD; less than that is no "more than" worth saying. */
const leastShown = 0.000001;

function costWords({ costUsd, atLeastUsd, listPrices }: SpendPlan): string {
  if (costUsd !== undefined) return `about ${dollars(costUsd)}${byList(listPrices)}`;
  if (atLeastUsd === undefined) return 'price unknown';
  if (atLeastUsd < leastShown) return 'cost unknown, as are the tokens out';
  return `more than ${dollars(atLeastUsd)}${byList(listPrices)}, tokens out unknown`;
}

function findable({ compared, detectable }: SpendPlan): string {
  if (!compared) return 'nothing to compare with';
  return detectable === undefined ? 'too few cases to find any loss' : `finds a loss of ${size(detectable)}`;
}

export function planBlocks(plan: SpendPlan): readonly Block[] {
  const { cases, columns, rounds, calls, recorded, tokens, judged, costUsd, minutes, detectable, chained } = plan;
  const range = ([least, most]: readonly [number, number]): string =>
    least === most ? grouped(most) : `${grouped(least)} … ${grouped(most)}`;
  const rough = tokens.basis === 'characters' ? ', roughly: 4 characters a token' : ', as recorded answers had';
  const rows = [
    ['cases', grouped(cases)],
    ['columns, both sides', grouped(columns)],
    ['rounds of repeats', range(rounds)],
    ['answers recorded', grouped(recorded)],
    ['calls to make', range(calls)],
    ...(judged[1] === 0 ? [] : [['answers for judges, not among the calls', range(judged)]]),
    ['tokens in', `${grouped(tokens.prompt)}${rough}`],
    [
      'tokens out',
      tokens.completion === undefined ? 'unknown: no recorded answer, no limit' : grouped(tokens.completion),
    ],
    ['cost', costUsd === undefined ? unknownCost(plan) : `${dollars(costUsd)}${byList(plan.listPrices)}`],
    ['minutes', minutes === undefined ? 'unknown: no recorded answer' : minutes.toFixed(1)],
    [
      'smallest loss that is found 4 times in 5, with one repeat',
      detectable === undefined
        ? `none: too few cases`
        : `${size(detectable)}, if ${assumedDiffering * 100} % of the cases change sides`,
    ],
  ];
  const table: Block = { type: 'table', columns: [{ title: 'plan' }, { title: 'amount' }], rows };
  if (chained === 0) return [table];
  const text = `${count(chained, 'request')} of conversations ${verb(chained, 'hangs on earlier answers and is', 'hang on earlier answers and are')} not in these numbers.`;
  return [table, { type: 'text', text }];
}

const size = (loss: number): string => `${points(loss).replace('+', '')} points`;

/** Where prices are given and nobody knows how long answers are, they are not what lacks. */
const unknownCost = ({ tokens, atLeastUsd, listPrices }: SpendPlan): string =>
  atLeastUsd !== undefined && atLeastUsd >= leastShown
    ? `more than ${dollars(atLeastUsd)}${byList(listPrices)}: the tokens out are unknown`
    : tokens.completion === undefined
      ? 'unknown, as are the tokens out'
      : 'unknown: give price-prompt and price-completion';

/** Budgets that the plan does not keep, with what would keep them. Nothing has been asked yet. */
export function overBudget(plan: SpendPlan, inputs: PromptRegressionInputs): readonly Problem[] {
  const { tokens } = plan;
  const all = tokens.completion === undefined ? tokens.prompt : tokens.prompt + tokens.completion;
  const budgets = [
    ['max-cost-usd', plan.costUsd ?? plan.atLeastUsd, (value: number) => dollars(value)],
    ['max-tokens', all, (value: number) => count(Math.round(value), 'token')],
    ['max-minutes', plan.minutes, (value: number) => `${value.toFixed(1)} minutes`],
  ] as const;
  return budgets.flatMap(([name, planned, words]): readonly Problem[] => {
    const limit = inputs[name];
    if (limit === undefined || planned === undefined || planned <= limit) return [];
    return [
      {
        code: 'PLAN_OVER_BUDGET',
        severity: 'error',
        message: `The plan takes about ${words(planned)}, and ${name} is ${words(limit)}: nothing was asked.`,
        hint: fits(plan, limit / planned),
      },
    ];
  });
}

/** @param part of the calls that the budget bears */
function fits({ calls: [, most], rounds: [, rounds], cases }: SpendPlan, part: number): string {
  const calls = Math.floor(most * part);
  const whole = Math.floor(rounds * part);
  const ways = [
    ...(rounds > 1 && whole >= 1 ? [`max-repeats: ${whole}`] : []),
    ...(Math.floor(cases * part) >= 1 ? [`about ${count(Math.floor(cases * part), 'case')} (input "filter")`] : []),
  ];
  const first = `It bears ${count(calls, 'call')}`;
  return ways.length === 0 ? `${first}; raise it.` : `${first}: ${ways.join(', or ')}; or raise it.`;
}
