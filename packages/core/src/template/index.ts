// Templates in the part of Jinja that users of nunjucks write, interpreted: no code is generated, nothing outside the
// given variables can be reached, and every step counts against a limit.
import type { Problem } from '../formats/problem.ts';
import { parse } from './parse.ts';
import { render } from './render.ts';
import type { ParsedTemplate } from './syntax.ts';
import { problemOf, TemplateError } from './template-error.ts';
import { variablesOf } from './variables.ts';

export type { ParsedTemplate } from './syntax.ts';
export { missingNames, parseTemplate, renderTemplate, type Template } from './braces.ts';
export { variablesOf, type VariableUse } from './variables.ts';

/** Where a template's text stands in its file, from 1: problems are told there. */
export interface TemplatePlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export type TemplateResult<T> = { readonly value: T } | { readonly problem: Problem };

export const parseJinja = (source: string, place: TemplatePlace): TemplateResult<ParsedTemplate> =>
  attempt(place, () => ({ source, statements: parse(source) }));

/** Names without a value are empty text, as in nunjucks; `missingVariables` tells them beforehand. */
export const renderJinja = (
  template: ParsedTemplate,
  variables: Readonly<Record<string, unknown>>,
  place: TemplatePlace,
): TemplateResult<string> => attempt(place, () => render(template.source, template.statements, variables));

/** Names that the template reads and that neither it nor the case sets. Each once. */
export function missingVariables(
  template: ParsedTemplate,
  variables: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = variablesOf(template).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !Object.hasOwn(variables, name));
}

function attempt<T>({ file, line = 1, column = 1 }: TemplatePlace, work: () => T): TemplateResult<T> {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof TemplateError) return { problem: problemOf(error, file, { line, column }) };
    throw error;
  }
}
