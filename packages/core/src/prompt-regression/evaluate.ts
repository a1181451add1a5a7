// String evaluators, as GitHub documented them: `equals` to the letter, the other three without regard to case.
// `gh models eval` applied only the first criterion that was given and ignored the rest; here all must hold.
import type { Evaluator, StringEvaluator } from '../formats/prompt.ts';
import { parseTemplate, renderTemplate, type Fields, type Template } from './template.ts';

export const criteria = ['equals', 'contains', 'startsWith', 'endsWith'] as const;
export type Criterion = (typeof criteria)[number];

export interface Check {
  readonly criterion: Criterion;
  readonly template: Template;
}

/** An evaluator whose templates have been parsed once, for thousands of cases. */
export interface Scorer {
  readonly name: string;
  readonly checks: readonly Check[];
}

/** Evaluators without `string` are not run here; the plan refuses suites that have them. */
export function scorersOf(evaluators: readonly Evaluator[]): readonly Scorer[] {
  return evaluators.flatMap(({ name, string }) => (string === undefined ? [] : [{ name, checks: checksOf(string) }]));
}

function checksOf(evaluator: StringEvaluator): readonly Check[] {
  return criteria.flatMap((criterion) => {
    const expected = evaluator[criterion];
    return expected === undefined ? [] : [{ criterion, template: parseTemplate(String(expected)) }];
  });
}

/** 1 when every check holds, else 0. */
export function score(scorer: Scorer, output: string, fields: Fields): 0 | 1 {
  return scorer.checks.every((check) => holds(check.criterion, renderTemplate(check.template, fields), output)) ? 1 : 0;
}

/** What a case's output was expected to be, in words, for the report. */
export function expectedText(scorers: readonly Scorer[], fields: Fields): string {
  return scorers
    .flatMap(({ checks }) => checks)
    .map(({ criterion, template }) => `${verbs[criterion]} "${renderTemplate(template, fields)}"`)
    .join(', ');
}

const verbs: Readonly<Record<Criterion, string>> = {
  equals: 'is',
  contains: 'contains',
  startsWith: 'starts with',
  endsWith: 'ends with',
};

function holds(criterion: Criterion, expected: string, output: string): boolean {
  switch (criterion) {
    case 'equals':
      return output === expected;
    case 'contains':
      return output.toLowerCase().includes(expected.toLowerCase());
    case 'startsWith':
      return output.toLowerCase().startsWith(expected.toLowerCase());
    case 'endsWith':
      return output.toLowerCase().endsWith(expected.toLowerCase());
  }
}
