// What the TypeScript API throws for a mistake of the caller or of the files named: every problem at once.
import type { Problem } from '@pawl/core';

/** Compare by `code`: that of the first problem, such as `RUN_FILE_MISSING`. */
export class TrackingError extends Error {
  override readonly name = 'TrackingError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join(' '));
    this.code = problems[0]?.code ?? 'RUN_INVALID';
    this.hint = problems[0]?.hint;
    this.problems = problems;
  }
}
