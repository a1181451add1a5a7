// What an assertion asks, with the case's variables put in: texts anywhere inside its value, and its metric's name.
import type { Assertion, ScriptFile, TemplateLanguage } from '../formats/eval-suite.ts';
import type { Fields } from '../eval-suite/index.ts';
import { inPlaceOfVariable } from '../ports/script-runner.ts';
import { isTemplate, parseText, type TextTemplate } from './text-template.ts';

export type Filled<T> = { readonly value: T } | { readonly failure: string };

/** Parses each text once, for as many cases as use it. */
export class AssertionValues {
  readonly #language: TemplateLanguage;
  readonly #lenient: boolean;
  readonly #templates = new Map<string, TextTemplate>();

  constructor(language: TemplateLanguage, lenient: boolean) {
    this.#language = language;
    this.#lenient = lenient;
  }

  /** The assertion itself where it has no variables. */
  fill(assertion: Assertion, fields: Fields): Filled<Assertion> {
    const { value } = assertion;
    if (value === undefined || !hasTemplate(value)) return { value: assertion };
    // The judge of a `.prompt.yml` fills its own prompt: it knows the answer too.
    if (this.#language === 'braces' && typeof value !== 'string') return { value: assertion };
    try {
      const filled = this.#deep(value, assertion, fields);
      if (assertion.type !== 'python' || typeof value !== 'string') return { value: { ...assertion, value: filled } };
      return { value: { ...assertion, value: filled, shape: shapeOf(value) } };
    } catch (error) {
      if (error instanceof Unfilled) return { failure: error.message };
      throw error;
    }
  }

  metric(metric: string, assertion: Pick<Assertion, 'place'>, fields: Fields): string {
    if (!isTemplate(metric)) return metric;
    const text = this.#template(metric, assertion).render(fields);
    return 'value' in text ? text.value : metric;
  }

  #deep(value: unknown, assertion: Assertion, fields: Fields): unknown {
    if (typeof value === 'string') {
      if (!isTemplate(value)) return value;
      const text = this.#template(value, assertion).render(fields);
      if ('problem' in text) throw new Unfilled(`its value cannot be rendered: ${text.problem.message}`);
      return text.value;
    }
    if (Array.isArray(value)) return value.map((item) => this.#deep(item, assertion, fields));
    if (typeof value !== 'object' || value === null || isScriptFile(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.#deep(member, assertion, fields)]),
    );
  }

  #template(text: string, { place }: Pick<Assertion, 'place'>): TextTemplate {
    const known = this.#templates.get(text);
    if (known !== undefined) return known;
    const template = parseText(text, { language: this.#language, place, lenient: this.#lenient });
    // Where each case has its own texts, keeping them all would only fill memory.
    if (this.#templates.size < 500) this.#templates.set(text, template);
    return template;
  }
}

/** Code with a number in place of each variable that stands nowhere else. Statements stay: what they choose between is no constant, and no code is. */
const shapeOf = (code: string): string =>
  code.replaceAll(
    /\{%-?\s*raw\s*-?%\}([^]*?)\{%-?\s*endraw\s*-?%\}|\{\{[^]*?\}\}/g,
    (_whole, raw: string | undefined) => raw ?? inPlaceOfVariable,
  );

class Unfilled extends Error {}

export const isScriptFile = (value: unknown): value is ScriptFile =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'script-file';

function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string') return isTemplate(value);
  if (Array.isArray(value)) return value.some(hasTemplate);
  if (typeof value !== 'object' || value === null || isScriptFile(value)) return false;
  return Object.values(value).some(hasTemplate);
}
