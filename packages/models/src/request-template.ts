// The texts of an HTTP request with a prompt and a case's variables in them. Values are data: in a JSON body they stay
// inside their string, in an address they stay inside their part of it.
import { parseJinja, renderJinja, type ParsedTemplate } from '@pawl/core/template';
import { isMap, parsedJson } from './json-member.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Rendered<T> = { readonly value: T } | { readonly failure: string };

/** Something that is made anew for each request. */
export type Maker<T> = (values: Values) => Rendered<T>;

/** @returns a failure when the text is no template */
export function textMaker(text: string, file: string): Maker<string> | { readonly failure: string } {
  if (!/\{[{%#]/.test(text)) return () => ({ value: text });
  const parsed = parseJinja(text, { file });
  if ('problem' in parsed) return { failure: parsed.problem.message };
  return (values) => rendered(parsed.value, values, file);
}

function rendered(template: ParsedTemplate, values: Values, file: string): Rendered<string> {
  const result = renderJinja(template, values, { file });
  return 'value' in result ? result : { failure: result.problem.message };
}

/** A body: a tree whose texts are templates, or one text. */
export function bodyMaker(body: unknown, json: boolean, file: string): Maker<string> | { readonly failure: string } {
  if (typeof body !== 'string') {
    const tree = treeMaker(body, file);
    return 'failure' in tree ? tree : (values) => asJson(tree(values));
  }
  const parsed = json ? parsedJson(body) : undefined;
  if (isMap(parsed) || Array.isArray(parsed)) return bodyMaker(parsed, json, file);
  const text = textMaker(body, file);
  if ('failure' in text || !json) return text;
  return (values) => {
    // Inside quotes a value must be escaped; where the author left the quotes out, it must be JSON itself.
    for (const given of [escaped(values), values]) {
      const made = text(given as Values);
      if ('failure' in made) return made;
      if (parsedJson(made.value) !== undefined) return made;
    }
    return { failure: 'the body is no JSON once the prompt is in it' };
  };
}

const asJson = (made: Rendered<unknown>): Rendered<string> =>
  'failure' in made ? made : { value: JSON.stringify(made.value) };

function treeMaker(node: unknown, file: string): Maker<unknown> | { readonly failure: string } {
  if (typeof node === 'string') return leafMaker(node, file);
  if (typeof node !== 'object' || node === null) return () => ({ value: node });
  const entries: [string, Maker<unknown>][] = [];
  for (const [name, child] of Object.entries(node)) {
    const made = treeMaker(child, file);
    if ('failure' in made) return made;
    entries.push([name, made]);
  }
  return (values) => {
    const result: [string, unknown][] = [];
    for (const [name, make] of entries) {
      const made = make(values);
      if ('failure' in made) return made;
      result.push([name, made.value]);
    }
    return { value: Array.isArray(node) ? result.map(([, value]) => value) : Object.fromEntries(result) };
  };
}

/** A text that is one expression stands for a whole value: a chat given as JSON becomes the list that it is. */
function leafMaker(text: string, file: string): Maker<unknown> | { readonly failure: string } {
  const make = textMaker(text, file);
  if ('failure' in make || !/^\s*\{\{(?:(?!\}\}).)*\}\}\s*$/s.test(text)) return make;
  return (values) => {
    const made = make(values);
    if ('failure' in made) return made;
    const parsed = /^\s*[[{]/.test(made.value) ? parsedJson(made.value) : undefined;
    return parsed === undefined ? made : { value: parsed };
  };
}

/** Texts as they stand between the quotes of JSON. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  if (Array.isArray(value)) return value.map(escaped);
  return isMap(value)
    ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, escaped(child)]))
    : value;
}

/** Texts as they stand in one part of an address. */
export function encoded(value: unknown): unknown {
  if (typeof value === 'string') return encodeURIComponent(value);
  if (Array.isArray(value)) return value.map(encoded);
  return isMap(value)
    ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, encoded(child)]))
    : value;
}
