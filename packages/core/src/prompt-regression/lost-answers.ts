// Answers that the candidate alone did not give, or that could not be judged. A prompt that breaks every thirtieth call is
// worse than one that does not, so what passes must pass with these counted as lost.
import type { CaseResult, SideResult } from './results.ts';

/** Without a baseline all of the candidate's; with one those that the baseline has. */
export const lostResults = (results: readonly CaseResult[], baseline: boolean): readonly CaseResult[] =>
  results.filter(({ after, before }) => after === undefined && (!baseline || before !== undefined));

/** Wrong, and 0 in every score that the baseline has. @param evaluators how many scores there are */
export const countedAsLost = (lost: readonly CaseResult[], evaluators: number): readonly CaseResult[] =>
  lost.map((result) => {
    const had = result.before?.scores ?? Array.from({ length: evaluators }, () => 0);
    const scores = had.map((score) => (score === undefined ? undefined : 0));
    const repeats: SideResult['repeats'] = [{ repeat: 0, pass: false, score: 0, named: scores }];
    return { ...result, after: { pass: 0, score: 0, scores, output: '', repeats } };
  });
