import type { Outcome, Report } from '@pawl/core';
import { makeReport } from '@pawl/core/testing';

export const headSha = 'a'.repeat(40);
export const repository = 'acme/flights';
export const pullRequests = [
  { number: 7, head: { ref: 'tighten', sha: headSha }, base: { ref: 'main', sha: 'b'.repeat(40) } },
];

export const makeOutcome = (overrides: Partial<Report> = {}): Outcome => ({
  report: makeReport(overrides),
  results: {},
  usage: false,
});
