// Where the parser stands in the tokens.
import { templateError, type TemplateError } from './template-error.ts';
import type { Token, TokenKind } from './tokens.ts';

export class Cursor {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(source: string, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
  }

  get token(): Token | undefined {
    return this.#tokens[this.#index];
  }

  /** Offset of the present token, or the end of the text. */
  get at(): number {
    return this.token?.at ?? this.source.length;
  }

  next(): Token | undefined {
    const { token } = this;
    this.#index += 1;
    return token;
  }

  peek(ahead = 1): Token | undefined {
    return this.#tokens[this.#index + ahead];
  }

  is(kind: TokenKind, text?: string): boolean {
    return this.token?.kind === kind && (text === undefined || this.token.text === text);
  }

  /** Steps over a token when it is the one asked for. */
  takes(kind: TokenKind, text?: string): boolean {
    if (!this.is(kind, text)) return false;
    this.#index += 1;
    return true;
  }

  expect(kind: TokenKind, what: string, text?: string): Token {
    const { token } = this;
    if (token === undefined || !this.is(kind, text))
      throw this.error(`${what} is missing here.`, 'Check the template at this place.');
    this.#index += 1;
    return token;
  }

  error(message: string, hint: string, at = this.at): TemplateError {
    return templateError(this.source, at, message, hint);
  }
}
