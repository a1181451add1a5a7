// What every feature's use case returns, whoever called it.
import type { Report } from './report.ts';
import type { Run } from './run.ts';
import { exitCodes, usageExitCode } from './verdict.ts';

export interface Outcome {
  readonly report: Report;
  /** Absent when the user's own files or inputs stopped it before anything was executed. */
  readonly run?: Run;
  /** File name → text of the run's results: `report.json`, `cases.jsonl`, … */
  readonly results: Readonly<Record<string, string>>;
  /** True when the user's files or inputs are wrong: exit code 2, whatever the verdict says. */
  readonly usage: boolean;
}

/** The exit code of the table of verdicts; an advisory policy reports and never fails. */
export function exitCodeOf(outcome: Outcome): number {
  if (outcome.usage) return usageExitCode;
  if (outcome.report.advisory === true) return 0;
  return exitCodes[outcome.report.verdict];
}
