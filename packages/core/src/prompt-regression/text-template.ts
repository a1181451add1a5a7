// One text with variables, in either language: what prompts, assertion values and metric names are made of.
import type { EvalPlace, TemplateLanguage } from '../formats/eval-suite.ts';
import type { Problem } from '../formats/problem.ts';
import type { Fields } from '../eval-suite/index.ts';
import { parseJinja, renderJinja, variablesOf, type TemplateResult } from '../template/index.ts';
import { missingNames, parseTemplate, renderTemplate } from '../template/braces.ts';
import { guardedNames } from './guarded-names.ts';

export interface TextTemplate {
  /** The variables it reads, each once. */
  readonly names: readonly string[];
  /** Those of them that it can do without. */
  readonly guarded: ReadonlySet<string>;
  /** `{{ … }}` that is sent as it stands. */
  readonly strange: readonly string[];
  /** Why it is no template. */
  readonly problem?: Problem;
  render(fields: Fields): TemplateResult<string>;
  /** Names that this case cannot fill; in Jinja these are empty text. */
  missing(fields: Fields): readonly string[];
}

export interface Names {
  readonly language: TemplateLanguage;
  readonly place: EvalPlace;
  /** Tags that never end are text, as promptfoo has it; else they are a problem. */
  readonly lenient: boolean;
}

export function parseText(text: string, names: Names): TextTemplate {
  return names.language === 'braces' ? braces(text) : jinja(text, names);
}

/** Whether a text has something that a template language would act on. */
export const isTemplate = (text: string): boolean =>
  text.includes('{') && (text.includes('{{') || text.includes('{%') || text.includes('{#'));

const none: ReadonlySet<string> = new Set();

function braces(text: string): TextTemplate {
  const template = parseTemplate(text);
  return {
    names: template.names,
    guarded: none,
    strange: template.strange,
    render: (fields) => ({ value: renderTemplate(template, fields) }),
    missing: (fields) => missingNames(template, fields),
  };
}

function jinja(text: string, { place, lenient }: Names): TextTemplate {
  if (!isTemplate(text) || (lenient && isUnfinished(text))) return literal(text);
  const parsed = parseJinja(text, place);
  if ('problem' in parsed) return { ...literal(text), problem: parsed.problem, render: () => parsed };
  const names = [...new Set(variablesOf(parsed.value).map(({ name }) => name))];
  return {
    names,
    guarded: guardedNames(parsed.value),
    strange: [],
    render: (fields) => renderJinja(parsed.value, fields, place),
    missing: (fields) => names.filter((name) => fields[name] === undefined),
  };
}

const literal = (text: string): TextTemplate => ({
  names: [],
  guarded: none,
  strange: [],
  render: () => ({ value: text }),
  missing: () => [],
});

/** A tag that opens and does not close on its line: prompts about templates have such. */
const isUnfinished = (text: string): boolean =>
  /\{%[^%]*$|\{\{[^}]*$|\{#[^#]*$/m.test(text) && !(/\{%\s*raw\s*%\}/.test(text) && /\{%\s*endraw\s*%\}/.test(text));
