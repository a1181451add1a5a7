// Errors that adapters throw for what is not our bug: somebody's repository, network, file or server.
import type { Problem } from './problem.ts';

/** Named classes with a code; they say what is wrong, and what helps. */
export interface ExpectedError extends Error {
  readonly code: string;
  readonly hint?: string;
}

// Node's own errors carry codes too; one that nobody has put into words is a bug.
const runtimeErrors: ReadonlySet<string> = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'AssertionError',
]);

export const isExpected = (error: unknown): error is ExpectedError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && !runtimeErrors.has(error.name);

export const problemOfExpected = ({ code, message, hint }: ExpectedError): Problem => ({
  code,
  severity: 'error',
  message,
  ...(hint !== undefined && { hint }),
});
