// What the small languages of Pawl share: how a fault is told, how tokens are gone through, how texts are quoted.

export interface Fault {
  readonly message: string;
  readonly hint: string;
  /** Where it is, 0-based. */
  readonly at: number;
}

export interface TokenShape {
  /** `end` stands after the last one. */
  readonly kind: string;
  readonly text: string;
  /** Where it begins, 0-based. */
  readonly at: number;
}

/** Thrown inside a parser alone: nothing after the first fault of grammar can be trusted. */
export class GrammarError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Goes through the tokens once; the `end` is never passed. */
export class TokenCursor<T extends TokenShape> {
  readonly #tokens: readonly T[];
  #next = 0;

  constructor(tokens: readonly T[]) {
    this.#tokens = tokens;
  }

  get peek(): T {
    return this.#tokens[this.#next]!;
  }

  take(): T {
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

  #takeIf(wanted: (token: T) => boolean): boolean {
    const found = wanted(this.peek);
    if (found) this.#next += 1;
    return found;
  }
}

/** The quoted text that begins here. A quote inside is written twice, as SQL has it. */
export function quotedAt(source: string, from: number): { readonly text: string; readonly end: number } | Fault {
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
