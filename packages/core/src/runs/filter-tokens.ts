// A filter's text, cut into tokens. One pass from left to right, each character looked at once.

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

export interface Fault {
  readonly message: string;
  readonly hint: string;
  readonly at: number;
}

/** Goes through the tokens once; the `end` is never passed. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get peek(): Token {
    return this.#tokens[this.#next]!;
  }

  take(): Token {
    const token = this.peek;
    if (token.kind !== 'end') this.#next += 1;
    return token;
  }

  /** @param text in lower case; words of the language have no case */
  takeWord(text: string): boolean {
    return this.#takeIf(({ kind, text: found }) => kind === 'word' && found.toLowerCase() === text);
  }

  takeMark(text: string): boolean {
    return this.#takeIf(({ kind, text: found }) => kind === 'mark' && found === text);
  }

  #takeIf(wanted: (token: Token) => boolean): boolean {
    const found = wanted(this.peek);
    if (found) this.#next += 1;
    return found;
  }
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

/** A quote inside is written twice, as SQL has it. */
function quotedAt(source: string, from: number): { readonly text: string; readonly end: number } | Fault {
  const quote = source[from]!;
  let text = '';
  for (let at = from + 1; ;) {
    const close = source.indexOf(quote, at);
    if (close < 0)
      return { message: `The ${quote} is never closed.`, hint: `Add a ${quote} at the end of the text.`, at: from };
    text += source.slice(at, close);
    if (source[close + 1] !== quote) return { text, end: close + 1 };
    text += quote;
    at = close + 2;
  }
}
