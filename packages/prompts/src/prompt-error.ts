// Why an application got no prompt.

/** `code`: PROMPTS_UNKNOWN, PROMPTS_UNREADABLE, PROMPTS_INVALID, PROMPTS_VARIABLE. */
export class PromptError extends Error {
  override readonly name = 'PromptError';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, options: { readonly hint: string; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
