// A case's variables as its prompt and its assertions see them. Only promptfoo lets values refer to other values; what
// they can reach is their own case, never the environment.
import type { EvalCase, EvalPlace } from '../formats/eval-suite.ts';
import { hasValue, type Fields } from '../eval-suite/index.ts';
import type { ScriptRunner } from '../ports/script-runner.ts';
import { runTransform } from './run-script.ts';
import { isTemplate, parseText } from './text-template.ts';

/** Why a case has no variables. */
export class VarsFailure {
  readonly failure: string;
  readonly hint: string;

  constructor(failure: string, hint: string) {
    this.failure = failure;
    this.hint = hint;
  }
}

export type VarsResult = Fields | VarsFailure;

export const isVarsFailure = (vars: VarsResult): vars is VarsFailure => vars instanceof VarsFailure;

/** What prompts and assertions see of each case. */
export class CaseVars {
  readonly #references: boolean;
  readonly #scripts: ScriptRunner | undefined;
  readonly #transformed = new Map<EvalCase, Promise<VarsResult>>();

  /** @param references whether values of a case may name other values of it */
  constructor(references: boolean, scripts: ScriptRunner | undefined) {
    this.#references = references;
    this.#scripts = scripts;
  }

  /** No promise where nothing has to be waited for. */
  of(item: EvalCase): VarsResult | Promise<VarsResult> {
    const { vars, transformVars } = item;
    if (transformVars === undefined) return this.#references ? resolveReferences(vars) : vars;
    const known = this.#transformed.get(item);
    if (known !== undefined) return known;
    const names = { vars, context: { vars } };
    const made = runTransform(this.#scripts, transformVars, names, item.place).then((result): VarsResult => {
      if ('failure' in result) return new VarsFailure(result.failure, result.hint);
      if (typeof result.value === 'object' && !Array.isArray(result.value))
        return { ...vars, ...(result.value as Fields) };
      return new VarsFailure('transformVars gave no object', 'Return the variables as an object.');
    });
    this.#transformed.set(item, made);
    return made;
  }
}

/** A value may name a value that names a third; promptfoo stops after as many rounds. */
const rounds = 5;

/** Plain references are put in and one line end is taken from the end, as promptfoo does before it renders. */
export function resolveReferences(fields: Fields): Fields {
  if (!hasValue(fields, needsResolving)) return fields;
  const resolved: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields))
    resolved[name] = typeof value === 'string' ? value.replace(/\n$/, '') : value;
  for (let round = 0; round < rounds; round++) {
    let changed = false;
    for (const [name, value] of Object.entries(resolved)) {
      if (typeof value !== 'string') continue;
      const match = /\{\{\s*(\w+)\s*\}\}/.exec(value);
      const [reference = '', other = ''] = match ?? [];
      if (match === null || !Object.hasOwn(resolved, other) || resolved[other] === undefined) continue;
      // A replacement function: `$&` in a value means nothing.
      resolved[name] = value.replace(reference, () => String(resolved[other])).slice(0, longest);
      changed = true;
    }
    if (!changed) break;
  }
  return resolved;
}

const needsResolving = (value: unknown): boolean =>
  typeof value === 'string' && (value.includes('{{') || value.endsWith('\n'));

/** References that multiply end here; a template's own limit is the same. */
const longest = 10_000_000;

const isTemplateText = (value: unknown): boolean => typeof value === 'string' && isTemplate(value);

/**
 * Values that are templates themselves, rendered with the others: done for text prompts, not inside of JSON.
 * A value that names what the case has not stays as it is.
 */
export function renderValues(
  fields: Fields,
  place: EvalPlace,
): { readonly value: Fields } | { readonly failure: string } {
  if (!hasValue(fields, isTemplateText)) return { value: fields };
  const templates = Object.entries(fields).filter(([, value]) => isTemplateText(value));
  const rendered: Record<string, unknown> = { ...fields };
  for (const [name, value] of templates) {
    const template = parseText(value as string, { language: 'jinja', place, lenient: true });
    if (template.problem !== undefined)
      return { failure: `the variable "${name}" is no template: ${template.problem.message}` };
    if (template.missing(fields).length > 0) continue;
    const text = template.render(fields);
    if ('problem' in text) return { failure: `the variable "${name}" cannot be rendered: ${text.problem.message}` };
    rendered[name] = text.value;
  }
  return { value: rendered };
}
