// Whether judges can be asked: with what their cases have, in choices that some answer could fail, and about the answer.
import { nearest } from '../formats/did-you-mean.ts';
import type { Assertion, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import { judgeOutline } from '../judges/index.ts';
import { assertionsOf, listedCases } from './check-suite.ts';
import { firstCases, nameOf, textsOf } from './check-values.ts';
import { scorersOf } from './scorer-tables.ts';

/** Evaluators of a `.prompt.yml` that ask a judge: what their cases lack, and what no answer could fail. */
export function unusableJudges({ cases, dialect }: EvalSuite): readonly Problem[] {
  const [first] = cases;
  // Evaluators stand once in the file and hold for every case.
  if (dialect !== 'prompt-yml' || first === undefined) return [];
  return first.assertions.flatMap((each) =>
    assertionsOf(each).flatMap((assertion): readonly Problem[] => {
      const { type, threshold, place } = assertion;
      if (type !== 'llm' && !(type.startsWith('github/') && scorersOf(dialect).has(type))) return [];
      const name = each.metric ?? type;
      const outline = judgeOutline(assertion);
      if (outline === undefined)
        return [
          {
            code: 'ASSERTION_UNUSABLE',
            severity: 'error',
            message: `Evaluator "${name}" can judge no answer: it needs choices, each with a score from 0 to 1.`,
            hint: 'Write for example choices: [{choice: good, score: 1}, {choice: bad, score: 0}].',
            ...place,
          },
        ];
      const lacking = outline.names.flatMap((variable): readonly Problem[] => {
        const without = cases.filter(({ vars }) => (vars[variable] ?? undefined) === undefined);
        if (without.length === 0) return [];
        const near = nearest(variable, ['completion', ...Object.keys(first.vars)]);
        return [
          {
            code: 'VARIABLE_MISSING',
            severity: 'error',
            message: `The variable "${variable}" of evaluator "${name}" has no value in ${listedCases(without)}.`,
            hint:
              near === undefined
                ? `Add the field "${variable}" to these cases, or correct the name; nothing was sent.`
                : `Did you mean "${near}"?`,
            ...place,
          },
        ];
      });
      if (outline.failing || threshold !== undefined) return lacking;
      return [
        ...lacking,
        {
          code: 'EVALUATOR_VACUOUS',
          severity: 'warning',
          message: `Every choice of evaluator "${name}" has a score above 0, so every answer passes it.`,
          hint: 'Give the score 0 to a choice that is a failure.',
          ...place,
        },
      ];
    }),
  );
}

/** Judges by a prompt of the author's own that does not show them what they judge. */
export function blindJudges({ cases, dialect }: EvalSuite): readonly Problem[] {
  if (dialect === 'prompt-yml') return [];
  const problems = new Map<Assertion, Problem>();
  for (const { assertions } of cases.slice(0, firstCases))
    for (const each of assertions)
      for (const assertion of assertionsOf(each)) {
        const { type, rubricPrompt, place } = assertion;
        if (!readsAnswers.has(type) || !isText(rubricPrompt) || problems.has(assertion)) continue;
        const texts = textsOf(rubricPrompt);
        if (texts.some((text) => /\{[{%][^]*\b(?:output|completion)\b/.test(text))) continue;
        problems.set(assertion, {
          code: 'JUDGE_BLIND',
          severity: 'warning',
          message: `The judge of "${nameOf(assertion)}" is not shown the answer: its prompt names neither output nor completion.`,
          hint: 'Write {{output}} where the answer belongs.',
          ...place,
        });
      }
  const told = new Map([...problems.values()].map((problem) => [JSON.stringify(problem), problem]));
  return [...told.values()];
}

const readsAnswers: ReadonlySet<string> = new Set(['llm-rubric', 'model-graded-closedqa', 'factuality']);

const isText = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || (Array.isArray(value) && value.length > 0);
