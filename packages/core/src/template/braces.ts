// `{{name}}`, interpreted: a value put in once and never read again, as `.prompt.yml` has it. No code, no environment. What
// evaluates a prompt and what runs it read it by this file, or another text would run than was judged.

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for what a row has not, or has empty as YAML's `key:`; inherited members are none of its fields. */
export function fieldText(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export interface Template {
  /** Text and names in turn: even places are text, odd ones are names. */
  readonly parts: readonly string[];
  /** Each name once. */
  readonly names: readonly string[];
  /** `{{ … }}` that is no plain name and is sent as it stands. */
  readonly strange: readonly string[];
}

const variable = /\{\{[ \t]*([\w.-]+)[ \t]*\}\}/g;
const anyBraces = /\{\{[^{}\n]{0,80}\}\}/g;

export function parseTemplate(text: string): Template {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    parts.push(text.slice(end, match.index), match[1] ?? '');
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  const names = [...new Set(parts.filter((_, index) => index % 2 === 1))];
  const strange = parts.filter((_, index) => index % 2 === 0).flatMap((part) => part.match(anyBraces) ?? []);
  return { parts, names, strange: [...new Set(strange)] };
}

/** Finds the line of a variable in a file. */
export const variablePattern = (name: string): RegExp =>
  new RegExp(`\\{\\{[ \\t]*${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[ \\t]*\\}\\}`);

/** The names that this case cannot fill. */
export const missingNames = (template: Template, fields: Fields): readonly string[] =>
  template.names.filter((name) => fieldText(fields, name) === undefined);

/**
 * The text with the case's values. Values are not searched for variables, so data cannot reach other fields.
 * @throws Error for a missing name: the caller asks `missingNames` first, since such a text must never be sent
 */
export function renderTemplate(template: Template, fields: Fields): string {
  const { parts } = template;
  if (parts.length === 1) return parts[0] ?? '';
  let text = parts[0] ?? '';
  for (let index = 1; index < parts.length; index += 2) {
    const name = parts[index] ?? '';
    const value = fieldText(fields, name);
    if (value === undefined) throw new Error(`rendered without "${name}"`);
    text += value + (parts[index + 1] ?? '');
  }
  return text;
}
