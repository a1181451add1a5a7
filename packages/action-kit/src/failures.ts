// What stops an action before there is a verdict, told as a report: reviewers read it where they read everything else.
import type { Outcome, Problem, Report, Slug } from '@pawl/core';

/** Mistakes in the workflow's inputs or in pawl.yml. */
export function usageOutcome(slug: Slug, name: string, problems: readonly Problem[]): Outcome {
  const count = problems.filter((problem) => problem.severity === 'error').length;
  return {
    report: errorReport(slug, name, `${count === 1 ? '1 mistake' : `${count} mistakes`} in its inputs`, problems),
    results: {},
    usage: true,
  };
}

/** Somebody's repository, network, file or server: adapters name it and say what helps. */
export interface ExpectedError extends Error {
  readonly code: string;
  readonly hint?: string;
}

/** Errors of adapters are named classes with a code and a remedy; anything else is a bug of ours. */
export const isExpected = (error: unknown): error is ExpectedError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && !runtimeErrors.has(error.name);

// Node's own errors carry codes too; one that nobody has put into words is a bug.
const runtimeErrors: ReadonlySet<string> = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'AssertionError',
]);

export function expectedOutcome(slug: Slug, name: string, error: ExpectedError): Outcome {
  const problem: Problem = {
    code: error.code,
    severity: 'error',
    message: error.message,
    ...(error.hint !== undefined && { hint: error.hint }),
  };
  return { report: errorReport(slug, name, error.message, [problem]), results: {}, usage: false };
}

/** A crash of ours. It never looks like a verdict on the user's work, and never like a pass. */
export function crashOutcome(slug: Slug, name: string, error: unknown): Outcome {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const problem: Problem = {
    code: 'PAWL_BROKE',
    severity: 'error',
    message: `Pawl itself broke: ${message}`,
    hint: 'This is a bug in Pawl, not in your change. Please report it with the stack in the log.',
  };
  return { report: errorReport(slug, name, 'Pawl itself broke', [problem]), results: {}, usage: false };
}

function errorReport(slug: Slug, name: string, headline: string, problems: readonly Problem[]): Report {
  return {
    schema: 'pawl.report/1',
    kind: slug,
    name,
    verdict: 'error',
    headline,
    comparison: 'not compared',
    n: null,
    blocks: [],
    findings: [],
    problems: problems.map((problem) => ({ ...problem })),
    footer: {},
  };
}
