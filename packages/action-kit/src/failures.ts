// What stops an action before there is a verdict, told as a report: reviewers read it where they read everything else.
import { problemOfExpected, type ExpectedError, type Outcome, type Problem, type Report, type Slug } from '@pawl/core';

/** Mistakes in the workflow's inputs or in pawl.yml. */
export function usageOutcome(slug: Slug, name: string, problems: readonly Problem[]): Outcome {
  const count = problems.filter((problem) => problem.severity === 'error').length;
  return {
    report: errorReport(slug, name, `${count === 1 ? '1 mistake' : `${count} mistakes`} in its inputs`, problems),
    results: {},
    usage: true,
  };
}

/** What an adapter says went wrong. */
export function expectedOutcome(slug: Slug, name: string, error: ExpectedError): Outcome {
  const problem = problemOfExpected(error);
  return { report: errorReport(slug, name, error.message, [problem]), results: {}, usage: false };
}

/** A crash of ours. It never looks like a verdict on the user's work, and never like a pass. */
export function crashOutcome(slug: Slug, name: string, error: unknown): Outcome {
  const report = errorReport(slug, name, 'Pawl itself broke', [crashProblem(error)]);
  return { report, results: {}, usage: false };
}

export const crashProblem = (error: unknown): Problem => ({
  code: 'PAWL_BROKE',
  severity: 'error',
  message: `Pawl itself broke: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
  hint: 'This is a bug in Pawl, not in your change. Please report it with the stack in the log.',
});

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
