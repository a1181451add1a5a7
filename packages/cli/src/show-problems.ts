// Every problem at once, with its place and its remedy.
import { placeOf, problemOfExpected, usageExitCode, type ExpectedError, type Problem } from '@pawl/core';
import { escapeTerminal } from '@pawl/core/report';
import type { Shell } from './terminal-io.ts';

/** @returns the exit code of wrong usage */
export function showProblems(problems: readonly Problem[], shell: Shell, json: boolean): number {
  if (json) shell.out(JSON.stringify({ problems }, null, 2));
  else shell.err(problems.map(problemLines).join('\n'));
  return usageExitCode;
}

export const showExpected = (error: ExpectedError, shell: Shell, json: boolean): number =>
  showProblems([problemOfExpected(error)], shell, json);

function problemLines(problem: Problem): string {
  const place = placeOf(problem);
  const lines = [`${place === '' ? '' : `${place}: `}${problem.severity}: ${problem.message}`];
  if (problem.hint !== undefined) lines.push(`  ${problem.hint}`);
  return lines.map(escapeTerminal).join('\n');
}
