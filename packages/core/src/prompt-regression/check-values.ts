// Whether assertions ask for something that can be judged, found before the first request is paid for: a variable that
// no case has is empty text, to which "not-equals" and a patient judge agree; a broken pattern judges no answer.
import { nearest } from '../formats/did-you-mean.ts';
import type { Assertion, EvalCase, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import { isScoreFailure, type ScoreRequest } from '../scorers/scorer.ts';
import { isScriptFile } from './assertion-values.ts';
import { assertionsOf, listedCases } from './check-suite.ts';
import { scorersOf } from './scorer-tables.ts';
import { isGuarded, isTemplate, parseText } from './text-template.ts';

/** Where every case has assertions of its own, a mistake in all of them is in the first of them too. */
export const firstCases = 200;

const nothing: ReadonlySet<string> = new Set();

interface Use {
  readonly assertion: Assertion;
  readonly text: string;
  /** What it asks the case for. */
  readonly names: readonly string[];
}

/** Variables of assertions that no case has; and in a suite of our own, that some have not. */
export function unfilledAssertions(suite: EvalSuite): readonly Problem[] {
  const { cases, dialect, compat } = suite;
  // The evaluators of a `.prompt.yml` are checked case by case, since an empty text is no wish there.
  const uses = dialect === 'prompt-yml' ? [] : usesOf(cases.slice(0, firstCases));
  if (uses.length === 0 || cases.some(({ transformVars }) => transformVars !== undefined)) return [];
  const stored = new Set(cases.map(({ storeOutputAs }) => storeOutputAs));
  return uses.flatMap(({ assertion, text, names }) =>
    names.flatMap((name): readonly Problem[] => {
      if (stored.has(name) || isGuarded(text, name)) return [];
      const nowhere = cases.every(({ vars }) => vars[name] === undefined);
      const without =
        nowhere || dialect !== 'eval-yml'
          ? []
          : cases.filter(({ vars, assertions }) => vars[name] === undefined && holds(assertions, assertion));
      if (!nowhere && without.length === 0) return [];
      const known = isTold(assertion, text) ? [...toldToJudges] : [];
      const near = nearest(name, [...Object.keys((without[0] ?? cases[0])?.vars ?? {}), ...known]);
      return [
        {
          code: 'VARIABLE_MISSING',
          severity: nowhere && compat !== 'promptfoo' ? 'error' : 'warning',
          message: `The variable "${name}" of the assertion "${nameOf(assertion)}" has no value in ${nowhere ? 'any case' : listedCases(without)}, and is empty text.`,
          hint: near === undefined ? `Give the cases "${name}", or correct the name.` : `Did you mean "${near}"?`,
          ...assertion.place,
        },
      ];
    }),
  );
}

const holds = (assertions: EvalCase['assertions'], wanted: Assertion): boolean =>
  assertions.some((each) => assertionsOf(each).includes(wanted));

/** Each text once, however many cases have it. */
function usesOf(cases: readonly EvalCase[]): readonly Use[] {
  const uses = new Map<string, Use>();
  const add = (assertion: Assertion, text: string, given: ReadonlySet<string>): void => {
    const key = `${nameOf(assertion)} ${text}`;
    if (uses.has(key)) return;
    const names = parseText(text, { language: 'jinja', place: assertion.place, lenient: true }).names.filter(
      (name) => name !== 'env' && !name.startsWith('_') && !given.has(name),
    );
    uses.set(key, { assertion, text, names });
  };
  for (const { assertions } of cases)
    for (const each of assertions)
      for (const assertion of assertionsOf(each)) {
        for (const text of textsOf(assertion.value)) add(assertion, text, nothing);
        for (const text of textsOf(assertion.rubricPrompt)) add(assertion, text, toldToJudges);
      }
  return [...uses.values()];
}

/** What the prompts of judges may name beside the variables of a case. */
const toldToJudges: ReadonlySet<string> = new Set([
  ...['output', 'outputs', 'completion', 'answer', 'statements', 'trajectory', 'conversation', 'messages', 'prompt'],
  ...[
    'rubric',
    'criteria',
    'goal',
    'ideal',
    'groundTruth',
    'input',
    'query',
    'question',
    'context',
    'steps',
    'maxScore',
  ],
]);

/** The texts in a value that a template language would act on. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return isTemplate(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === 'object' && value !== null && !isScriptFile(value)
    ? Object.values(value).flatMap(textsOf)
    : [];
}

const isTold = ({ rubricPrompt }: Assertion, text: string): boolean => textsOf(rubricPrompt).includes(text);

export const nameOf = ({ negated, type }: Assertion): string => (negated ? `not-${type}` : type);

/** These fail alone by what is asked of them, whatever the answer is. */
const byValueAlone: ReadonlySet<string> = new Set([
  ...['contains', 'icontains', 'contains-any', 'icontains-any', 'contains-all', 'icontains-all', 'starts-with'],
  ...['regex', 'is-json', 'contains-json', 'word-count', 'latency', 'cost', 'levenshtein', 'rouge-n', 'bleu', 'gleu'],
  ...['pii', 'secrets', 'prompt-injection', 'format'],
]);

const anAnswer = { output: '{}', text: '{}', latencyMs: 1, costUsd: 0, finishReason: 'stop' };

/** What would be an error of every answer: a pattern that is none, a limit that is missing. */
export async function unusableAssertions({ cases, dialect, compat }: EvalSuite): Promise<readonly Problem[]> {
  if (dialect === 'prompt-yml') return [];
  const table = scorersOf(dialect);
  const seen = new Set<Assertion>();
  const problems = new Map<string, Problem>();
  for (const { assertions } of cases.slice(0, firstCases))
    for (const each of assertions)
      for (const assertion of assertionsOf(each)) {
        if (seen.has(assertion)) continue;
        seen.add(assertion);
        const { type, value, transform, place } = assertion;
        if (!byValueAlone.has(type) || isScriptFile(value) || transform !== undefined) continue;
        if (textsOf(value).length > 0) continue;
        const request: ScoreRequest = { assertion, answer: anAnswer, vars: {}, prompt: '', metadata: {} };
        const score = await table.get(type)?.(request, {});
        if (score === undefined || !isScoreFailure(score)) continue;
        const problem: Problem = {
          code: 'ASSERTION_UNUSABLE',
          severity: compat === 'promptfoo' ? 'warning' : 'error',
          message: `The assertion "${nameOf(assertion)}" can judge no answer: ${score.failure}.`,
          hint: score.hint,
          ...place,
        };
        problems.set(JSON.stringify(problem), problem);
      }
  return [...problems.values()];
}
