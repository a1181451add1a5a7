// Lists of fields, as --sort and --columns take them: names with commas between, each with a word after it or not.
import type { Problem, Read } from '../formats/problem.ts';
import { fieldOf, type Field, type Group } from './fields.ts';
import { tokensOf } from './filter-tokens.ts';

/** One field, or all of a group: `metrics.*`. */
export type FieldOrAll = Field | { readonly all: Group };

export interface ListedField {
  readonly field: FieldOrAll;
  /** What was said after it: `desc`. */
  readonly modifier: string;
  /** Where it begins, 1-based. */
  readonly column: number;
}

export function readFields(text: string, code: string): Read<readonly ListedField[]> {
  const tokens = tokensOf(text);
  const fault = (message: string, hint: string, at: number): Problem => ({
    code,
    severity: 'error',
    message,
    hint,
    column: at + 1,
  });
  if ('message' in tokens) return { problems: [fault(tokens.message, tokens.hint, tokens.at)] };
  const problems: Problem[] = [];
  const found: ListedField[] = [];
  for (let next = 0; next < tokens.length;) {
    const token = tokens[next++]!;
    if (token.kind !== 'word' && token.kind !== 'field') {
      const message = token.kind === 'end' ? 'A field is missing here.' : `"${token.text}" is no field.`;
      return { problems: [...problems, fault(message, 'Put a , between names: name,metrics.f1.', token.at)] };
    }
    // `metrics.f1:desc` is one word, since keys may hold colons; the direction is known by its name.
    const [, name = '', said = ''] = /^(.*?)(?::(asc|desc))?$/i.exec(token.text) ?? [];
    const read = token.kind === 'field' ? fieldOf(token.prefix, token.text) : fieldNamed(name);
    const after = tokens[next];
    const glued = after?.kind === 'word' ? after.text.replace(/^:/, '') : '';
    if (after?.kind === 'word') next += 1;
    if ('message' in read) problems.push(fault(read.message, read.hint, token.at));
    else
      found.push({ field: read, modifier: token.kind === 'word' && said !== '' ? said : glued, column: token.at + 1 });
    const mark = tokens[next++];
    if (mark === undefined || mark.kind === 'end') break;
    if (mark.text !== ',')
      return {
        problems: [...problems, fault(`"${mark.text}" cannot stand here.`, 'Put a , between fields.', mark.at)],
      };
  }
  return problems.length > 0 ? { problems } : { value: found, problems: [] };
}

function fieldNamed(name: string): FieldOrAll | { readonly message: string; readonly hint: string } {
  const dot = name.indexOf('.');
  if (dot < 0) return fieldOf(undefined, name);
  const [prefix, key] = [name.slice(0, dot), name.slice(dot + 1)];
  if (key === '*' && (prefix === 'metrics' || prefix === 'params' || prefix === 'tags')) return { all: prefix };
  return fieldOf(prefix, key);
}
