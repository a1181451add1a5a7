// An expression's text, cut into tokens. Not the filter language's lexer: there `a-b` and `7d` are one word, here
// they are arithmetic.
import { quotedAt, type Fault } from './cursor.ts';

export interface Token {
  /** `word`: a name or a word of the language; `quoted`: a column in backticks; `text`: in quotes. */
  readonly kind: 'number' | 'word' | 'quoted' | 'text' | 'operator' | 'mark' | 'end';
  readonly text: string;
  /** Where it begins, 0-based. */
  readonly at: number;
}

const blank = /\s+/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const word = /[\p{L}_][\p{L}\p{N}\p{M}_.]*/uy;
const operator = /<=|>=|==|!=|<>|&&|\|\||[-+*/%^<>=!&|]/y;

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
      tokens.push({ kind: character === '`' ? 'quoted' : 'text', text: quoted.text, at });
      at = quoted.end;
      continue;
    }
    const found = unquotedAt(character, take);
    if (found === undefined) return strayAt(source, at);
    tokens.push({ ...found, at });
    at += found.text.length;
    if (found.kind === 'number' && take(word) !== undefined) return strayNumber(source, at - found.text.length);
  }
  return [...tokens, { kind: 'end', text: '', at: source.length }];
}

function unquotedAt(
  character: string,
  take: (pattern: RegExp) => string | undefined,
): Pick<Token, 'kind' | 'text'> | undefined {
  if ('(),'.includes(character)) return { kind: 'mark', text: character };
  for (const [kind, pattern] of [
    ['number', number],
    ['word', word],
    ['operator', operator],
  ] as const) {
    const text = take(pattern);
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

const strayAt = (source: string, at: number): Fault => ({
  message: `"${String.fromCodePoint(source.codePointAt(at)!)}" cannot stand here.`,
  hint: 'Put texts in quotes, and columns with unusual names in backticks.',
  at,
});

const strayNumber = (source: string, at: number): Fault => ({
  message: `"${/^[\w.]+/.exec(source.slice(at))?.[0] ?? source[at]}" is neither a number nor a name.`,
  hint: 'Write 1000 or 1e3; a column whose name begins with a digit stands in backticks.',
  at,
});
