// A mistake in the user's files or inputs: found, collected and shown together, never thrown.

export interface Problem {
  /** Stable, upper case, for searching: `SUITE_UNKNOWN_KEY`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  /** Path from the root of the repository. */
  readonly file?: string;
  /** 1-based, as editors and annotations count. */
  readonly line?: number;
  readonly column?: number;
}

/** What reading something gives: a value when it could be read, and every problem met on the way. */
export interface Read<T> {
  readonly value?: T;
  readonly problems: readonly Problem[];
}

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some((problem) => problem.severity === 'error');

/** The first few names, and how many more there are. */
export function firstFew(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `file:line:column`, as far as it is known; the form that terminals make clickable. */
export function placeOf(problem: Problem): string {
  return [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
}
