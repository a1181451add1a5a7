// String evaluators of `.prompt.yml`, as GitHub documented them: `equals` to the letter, the other three without
// regard to case. `gh models eval` applied only the first criterion that was given; here all of an evaluator must hold.
import { criteria, type Criterion } from '../formats/prompt.ts';
import type { Score, ScoreRequest, Scorer, ScorerTable } from '../scorers/scorer.ts';

const tests: Readonly<Record<Criterion, (output: string, expected: string) => boolean>> = {
  equals: (output, expected) => output === expected,
  contains: (output, expected) => output.toLowerCase().includes(expected.toLowerCase()),
  startsWith: (output, expected) => output.toLowerCase().startsWith(expected.toLowerCase()),
  endsWith: (output, expected) => output.toLowerCase().endsWith(expected.toLowerCase()),
};

const verbs: Readonly<Record<Criterion, string>> = {
  equals: 'is',
  contains: 'contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
};

export const criterionWords = (criterion: Criterion, expected: string): string => `${verbs[criterion]} "${expected}"`;

export const isCriterion = (type: string): type is Criterion => Object.hasOwn(tests, type);

const scorerOf =
  (criterion: Criterion): Scorer =>
  ({ assertion, answer }: ScoreRequest): Score =>
    tests[criterion](answer.text, String(assertion.value)) ? held : broken;

// The report words what was expected; a reason for each of ten thousand answers would only take memory.
const held: Score = { pass: true, score: 1, reason: 'It holds.' };
const broken: Score = { pass: false, score: 0, reason: 'It does not hold.' };

export const promptYmlScorers: ScorerTable = new Map(criteria.map((criterion) => [criterion, scorerOf(criterion)]));
