// What went wrong on the way to the answers, for people: failed calls, answers that could not be judged, empty suites.
import type { Problem } from '../formats/problem.ts';
import type { Verdict } from '../formats/verdict.ts';
import type { Calls } from './ask.ts';
import type { Column } from './columns.ts';
import type { Decision } from './decide.ts';
import type { Evaluation } from './evaluation.ts';
import type { PromptRegressionInputs } from './inputs.ts';
import type { Suite } from './suite.ts';
import { byList, count, dollars, grouped } from './words.ts';

/** One problem for each kind of failure, with how often it came. */
export function answerProblems(
  { calls, unjudged, unheard }: Evaluation,
  verdict: Verdict,
  file: string,
): readonly Problem[] {
  const severity = verdict === 'error' ? 'error' : 'warning';
  const failed = [...calls.failures].slice(0, 5).map(([failure, { count: times, hint }]): Problem => ({
    code: 'CALL_FAILED',
    severity,
    message: `${grouped(times)} of ${count(calls.asked, 'request')} failed: ${failure}.`,
    ...(hint !== '' && { hint }),
    file,
  }));
  const broken = [...unjudged.kinds].slice(0, 5).map(([failure, { count: times, hint }]): Problem => ({
    code: 'ANSWER_NOT_JUDGED',
    severity,
    message: `${count(times, 'answer')} could not be judged: ${failure}.`.replace(/\.\.$/, '.'),
    ...(hint !== '' && { hint }),
    file,
  }));
  const silent = [...unheard.kinds].slice(0, 5).map(([failure, { count: times, hint }]): Problem => ({
    code: 'JUDGE_SILENT',
    severity: 'warning',
    message: `${count(times, 'answer')} got no score of an advisory judge: ${failure}.`.replace(/\.\.$/, '.'),
    ...(hint !== '' && { hint }),
    file,
  }));
  return [...failed, ...broken, ...silent];
}

/** A limit that nobody could hold, since nobody says what was paid. */
export function unpricedBudget(
  { 'max-cost-usd': limit }: Pick<PromptRegressionInputs, 'max-cost-usd'>,
  { asked, failed, reused, costUsd }: Calls,
  file: string,
): readonly Problem[] {
  if (limit === undefined || costUsd !== undefined || asked - failed <= reused) return [];
  return [
    {
      code: 'BUDGET_UNPRICED',
      severity: 'warning',
      message: `Nobody says what the answers cost, so it is unknown whether they cost less than ${dollars(limit)} (max-cost-usd).`,
      hint: 'Give price-prompt and price-completion.',
      file,
    },
  ];
}

export function emptySuite(decisions: readonly Decision[], { suite }: Suite): readonly Problem[] {
  if (!decisions.some(({ reasons }) => reasons.includes('no-cases'))) return [];
  const { path, place = { file: suite.file } } = suite.casesFile ?? {};
  const elsewhere = suite.cases.length === 0 && path !== undefined;
  return [
    {
      code: 'NO_CASES',
      severity: 'error',
      message: elsewhere
        ? `There are no cases in "${path}".`
        : suite.dialect === 'prompt-yml'
          ? 'The prompt has no testData.'
          : 'The suite has no cases.',
      hint: 'Add cases; without one nothing can be judged.',
      ...place,
    },
  ];
}

export function costFooter({ asked, failed, reused, costUsd, listPrices }: Calls): { readonly cost?: string } {
  const answered = asked - failed;
  if (answered === 0) return {};
  const words = reused === 0 ? count(answered, 'answer') : `${grouped(reused)} of ${count(answered, 'answer')} reused`;
  return { cost: costUsd === undefined ? words : `${words}, ${dollars(costUsd)}${byList(listPrices)}` };
}

/** Columns of the baseline that are no more. */
export function goneProblems(gone: readonly Column[], { suite }: Suite): readonly Problem[] {
  if (gone.length === 0) return [];
  const names = gone.map(({ label }) => `"${label}"`).join(', ');
  return [
    {
      code: 'COLUMN_GONE',
      severity: 'warning',
      message: `The baseline also had ${names}, which nothing is compared with any more.`,
      hint: 'This is fine where prompts or providers were taken out.',
      file: suite.file,
    },
  ];
}
