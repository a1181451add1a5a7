// What can go wrong, by audience: each error has a stable code, a message that names the ref or file, and a remedy.
// Compare by `code`, never by class: two copies of a package would have two classes.
import type { Problem } from '@pawl/core';

interface ErrorDetails {
  readonly hint?: string;
  readonly cause?: unknown;
}

class CodedError extends Error {
  readonly code: string;
  /** What to do about it, in one sentence. */
  readonly hint: string | undefined;
  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
  }
}

export class StoreError extends CodedError {
  override readonly name = 'StoreError';
}

export class RegistryError extends CodedError {
  override readonly name = 'RegistryError';
}

export class HistoryError extends CodedError {
  override readonly name = 'HistoryError';
}

export class WorkspaceError extends CodedError {
  override readonly name = 'WorkspaceError';
}

/** A Git command that failed: what was run, how it ended, and what it said. Holds no credentials. */
export class GitFailure extends CodedError {
  override readonly name = 'GitFailure';
  readonly command: readonly string[];
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(command: readonly string[], exitCode: number | undefined, stderr: string) {
    super('GIT_FAILED', `git ${command[0] ?? ''} ended with ${exitCode ?? 'a signal'}: ${saidIn(stderr)}`);
    this.command = command;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** The line that says what went wrong; Git ends some messages with advice. */
function saidIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return (lines.find((line) => /^(?:fatal|error|remote): *[^ ]|^ ! /.test(line)) ?? lines.at(-1) ?? '').trim();
}

/** Git's own words, for a message to a person. */
export function wordsOf(error: unknown): string {
  if (error instanceof GitFailure) return saidIn(error.stderr);
  return error instanceof Error ? error.message : String(error);
}

export const problemOf = ({ code, message, hint }: CodedError): Problem => ({
  code,
  severity: 'error',
  message,
  ...(hint !== undefined && { hint }),
});
