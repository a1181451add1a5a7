// String evaluators of `.prompt.yml`, as GitHub documented them: `equals` to the letter, the other three without
// regard to case. `gh models eval` applied only the first criterion that was given; here all of an evaluator must hold.
import { criteria, type Criterion } from '../formats/prompt.ts';
import { quoted } from '../scorers/verdicts.ts';
import type { Score, ScoreRequest, Scorer, ScorerTable } from '../scorers/scorer.ts';

const tests: Readonly<Record<Criterion, (output: string, expected: string) => boolean>> = {
  equals: (output, expected) => output === expected,
  contains: (output, expected) => output.toLowerCase().includes(expected.toLowerCase()),
  startsWith: (output, expected) => output.toLowerCase().startsWith(expected.toLowerCase()),
  endsWith: (output, expected) => output.toLowerCase().endsWith(expected.toLowerCase()),
};

/** "contains", for the report. */
export const criterionVerbs: Readonly<Record<Criterion, string>> = {
  equals: 'is',
  contains: 'contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
};

export const isCriterion = (type: string): type is Criterion => Object.hasOwn(tests, type);

const scorerOf =
  (criterion: Criterion): Scorer =>
  ({ assertion, answer }: ScoreRequest): Score =>
    tests[criterion](answer.text, String(assertion.value))
      ? held
      : { pass: false, score: 0, reason: `Expected to ${wanted[criterion]} ${quoted(String(assertion.value))}.` };

// A reason for each of ten thousand answers that are right would only take memory.
const held: Score = { pass: true, score: 1, reason: 'It holds.' };

const wanted: Readonly<Record<Criterion, string>> = {
  equals: 'be',
  contains: 'contain',
  startsWith: 'start with',
  endsWith: 'end with',
};

export const promptYmlScorers: ScorerTable = new Map(criteria.map((criterion) => [criterion, scorerOf(criterion)]));
