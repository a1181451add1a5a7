// A filter's text, cut into tokens. One pass from left to right, each character looked at once.
import { quotedAt, type Fault } from '../expression/cursor.ts';

export interface Token {
  /** `word`: unquoted; `text`: in quotes; `field`: a group and its quoted key, as metrics.`f1 score`. */
  readonly kind: 'word' | 'text' | 'field' | 'operator' | 'mark' | 'end';
  readonly text: string;
  /** What stands before the dot of a `field`. */
  readonly prefix?: string;
  /** Which quote a `text` is in. */
  readonly quote?: string;
  /** Where it begins, 0-based. */
  readonly at: number;
}

const word = /[\p{L}\p{N}\p{M}_.%*@:/+-]+/uy;
const operator = /<=|>=|!=|<>|==|=~|!~|&&|\|\||[=<>!&|]/y;
const blank = /\s+/y;

/** @returns the tokens with an `end` after them, or the first thing that can be none */
export function tokensOf(source: string): readonly Token[] | Fault {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const space = take(blank);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const character = source[at]!;
    if ('\'"`'.includes(character)) {
      const quoted = quotedAt(source, at);
      if ('message' in quoted) return quoted;
      const { text, end } = quoted;
      const before = tokens.at(-1);
      const glued = before?.kind === 'word' && before.text.endsWith('.') && before.at + before.text.length === at;
      if (glued && before !== undefined) {
        tokens[tokens.length - 1] = { kind: 'field', text, prefix: before.text.slice(0, -1), at: before.at };
      } else tokens.push({ kind: 'text', text, quote: character, at });
      at = end;
      continue;
    }
    const found = '(),'.includes(character)
      ? { kind: 'mark' as const, text: character }
      : wordOr(take(word), take(operator));
    if (found === undefined) {
      const shown = String.fromCodePoint(source.codePointAt(at)!);
      return {
        message: `"${shown}" cannot stand here.`,
        hint: 'Put texts in quotes.',
        at,
      };
    }
    tokens.push({ ...found, at });
    at += found.text.length;
  }
  return [...tokens, { kind: 'end', text: '', at: source.length }];
}

function wordOr(word: string | undefined, operator: string | undefined): Pick<Token, 'kind' | 'text'> | undefined {
  if (word !== undefined) return { kind: 'word', text: word };
  return operator === undefined ? undefined : { kind: 'operator', text: operator };
}
