// What goes wrong with somebody else's files and servers, with the remedy.

/** `isExpected` of core knows it by its code: it is shown as one message, never as a stack. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly code: string;
  readonly hint?: string;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    if (hint !== undefined) this.hint = hint;
  }
}
