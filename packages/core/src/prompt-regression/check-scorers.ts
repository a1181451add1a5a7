// Whether every case can be judged: by assertions that an answer could fail, and by a judge where a model is asked.
import type { EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import { judgedTypes, ownJudge } from '../judges/index.ts';
import { assertionsOf, listedCases } from './check-suite.ts';

const howToAssert: Readonly<Record<EvalSuite['dialect'], string>> = {
  promptfoo: 'Add assertions ("assert"), or let such cases pass as promptfoo does, with compat: promptfoo.',
  'eval-yml': 'Add scorers to the suite or to the case.',
  'prompt-yml': 'Add evaluators.',
  prompty: 'A .prompty holds none: name it as the prompt of an *.eval.yml, with scorers.',
};

/** A case that no answer could fail is a mistake, unless the verdicts of promptfoo are asked for. */
export function casesWithoutAssertions({ cases, compat, dialect, file }: EvalSuite): readonly Problem[] {
  const bare = cases.filter(
    ({ assertions, scoring }) => scoring === undefined && assertions.flatMap(assertionsOf).length === 0,
  );
  if (bare.length === 0) return [];
  const [first] = bare;
  return [
    {
      code: 'CASE_WITHOUT_ASSERTIONS',
      severity: compat === 'promptfoo' ? 'warning' : 'error',
      message: `No answer could be wrong in ${listedCases(bare)}: nothing is asserted there.`,
      hint: howToAssert[dialect],
      ...(first?.place ?? { file }),
    },
  ];
}

/** @param byInputs the model that the inputs name */
export function withoutJudge(
  { cases, judge, dialect, file }: EvalSuite,
  byInputs: string | undefined,
): readonly Problem[] {
  if (judge !== undefined || byInputs !== undefined) return [];
  for (const { assertions } of cases)
    for (const each of assertions)
      for (const assertion of assertionsOf(each))
        if (judgedTypes.has(assertion.type) && ownJudge(assertion) === undefined)
          return [
            {
              code: 'JUDGE_MISSING',
              severity: 'error',
              message: `"${assertion.type}" asks a model, and the suite names no judge.`,
              hint: `Give the input "judge", or ${howToJudge[dialect]}.`,
              ...(assertion.place ?? { file }),
            },
          ];
  return [];
}

const howToJudge: Readonly<Record<EvalSuite['dialect'], string>> = {
  promptfoo: 'a "provider" at the assertion or in defaultTest.options',
  'eval-yml': '"judge" in the suite',
  'prompt-yml': 'a "modelId"',
  prompty: '"judge" in an *.eval.yml',
};
