// Failures of servers and splitter, each with what to do about it.

export type ServingCode =
  /** No answer: refused, timed out, broken off. Trying again may help. */
  | 'TARGET_UNREACHABLE'
  /** The server answered that it will not have this model: the candidate's own fault. */
  | 'TARGET_REJECTED_MODEL'
  /** The server is set up so that this cannot work. */
  | 'TARGET_MISCONFIGURED'
  | 'SPLITTER_UNREACHABLE'
  | 'SPLITTER_REFUSED'
  /** Another hand changed the route since it was read. */
  | 'SPLITTER_CONFLICT';

export class ServingError extends Error {
  readonly code: ServingCode;
  /** One sentence: the remedy. */
  readonly hint: string;

  constructor(code: ServingCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ServingError';
    this.code = code;
    this.hint = hint;
  }
}
