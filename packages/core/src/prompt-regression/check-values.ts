// Whether assertions ask for something that can be judged, found before the first request is paid for: a variable that
// no case has is empty text, to which "not-equals" and a patient judge agree; a broken pattern judges no answer.
import { nearest } from '../formats/did-you-mean.ts';
import type { Assertion, EvalCase, EvalSuite } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import { isScoreFailure, type ScoreRequest, type ScorerWorld } from '../scorers/scorer.ts';
import { isScriptFile } from './assertion-values.ts';
import { assertionsOf, listedCases } from './check-suite.ts';
import { scorersOf } from './scorer-tables.ts';
import { isTemplate, parseText } from './text-template.ts';

/** Where every case has assertions of its own, a mistake in all of them is in the first of them too. */
export const firstCases = 200;

const nothing: ReadonlySet<string> = new Set();

interface Use {
  readonly assertion: Assertion;
  readonly text: string;
  /** What it asks the case for. */
  readonly names: readonly string[];
}

/**
 * Variables of assertions that no case has; and in a suite of our own, that some have not.
 * @param everyCase of the whole suite, where this is a part of it: what another case has is no mistyped name
 */
export function unfilledAssertions(suite: EvalSuite, everyCase = suite.cases): readonly Problem[] {
  const { cases, dialect, compat } = suite;
  // The evaluators of a `.prompt.yml` are checked case by case, since an empty text is no wish there.
  const uses = dialect === 'prompt-yml' ? [] : usesOf(cases.slice(0, firstCases));
  if (uses.length === 0 || everyCase.some(({ transformVars }) => transformVars !== undefined)) return [];
  const filled = new Set(everyCase.flatMap(filledIn));
  const stored = new Set(cases.map(({ storeOutputAs }) => storeOutputAs));
  const holders = dialect === 'eval-yml' ? holdersOf(uses, cases) : undefined;
  return uses.flatMap(({ assertion, text, names }) =>
    names.flatMap((name): readonly Problem[] => {
      if (stored.has(name)) return [];
      const nowhere = !filled.has(name);
      const without = nowhere ? [] : (holders?.get(assertion) ?? []).filter(({ vars }) => vars[name] === undefined);
      if (!nowhere && without.length === 0) return [];
      const keeper = nowhere ? everyCase.find(({ storeOutputAs }) => storeOutputAs === name) : undefined;
      const known = isTold(assertion, text) ? [...toldToJudges] : [];
      const near = nearest(name, [...Object.keys((without[0] ?? cases[0])?.vars ?? {}), ...known]);
      return [
        {
          code: 'VARIABLE_MISSING',
          severity: nowhere && compat !== 'promptfoo' ? 'error' : 'warning',
          message: `The variable "${name}" of the assertion "${nameOf(assertion)}" ${keeper === undefined ? `has no value in ${nowhere ? 'any case' : listedCases(without)}` : notChosen(keeper)}, and is empty text.`,
          hint:
            keeper !== undefined
              ? chooseToo
              : near === undefined
                ? `Give the cases "${name}", or correct the name.`
                : `Did you mean "${near}"?`,
          ...assertion.place,
        },
      ];
    }),
  );
}

/** The variables that a case has a value for. */
const filledIn = ({ vars }: EvalCase): readonly string[] =>
  Object.keys(vars).filter((name) => vars[name] !== undefined);

/** What a case keeps of its answer is there for others only when it runs. */
export const notChosen = (keeper: EvalCase): string => `is the answer of ${listedCases([keeper])}, which is not chosen`;

export const chooseToo = 'Choose that case as well.';

/** The cases of each assertion that asks for something; assertions of a file stand in all of them. */
function holdersOf(uses: readonly Use[], cases: readonly EvalCase[]): ReadonlyMap<Assertion, readonly EvalCase[]> {
  const holders = new Map(
    uses.filter(({ names }) => names.length > 0).map(({ assertion }) => [assertion, new Set<EvalCase>()]),
  );
  for (const item of cases)
    for (const each of item.assertions) for (const assertion of assertionsOf(each)) holders.get(assertion)?.add(item);
  return new Map([...holders].map(([assertion, found]) => [assertion, [...found]]));
}

/** Each text once, however many cases have it. */
function usesOf(cases: readonly EvalCase[]): readonly Use[] {
  const uses = new Map<string, Use>();
  const add = (assertion: Assertion, text: string, given: ReadonlySet<string>): void => {
    const key = `${nameOf(assertion)} ${text}`;
    if (uses.has(key)) return;
    const { names, guarded } = parseText(text, { language: 'jinja', place: assertion.place, lenient: true });
    const asked = names.filter(
      (name) => name !== 'env' && !name.startsWith('_') && !given.has(name) && !guarded.has(name),
    );
    uses.set(key, { assertion, text, names: asked });
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

/** Whether a pattern is one is seen before the sandbox is asked: where it matches, each answer tells. */
const withoutSandbox: ScorerWorld = {
  scripts: {
    run: async () => ({ failure: 'nothing runs before the first request' }),
    matches: async () => ({ found: false }),
    close: async () => {},
  },
};

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
        const score = await table.get(type)?.(request, withoutSandbox);
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
