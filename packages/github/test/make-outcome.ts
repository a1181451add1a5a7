import type { Outcome, Report } from '@pawl/core';

export const headSha = 'a'.repeat(40);
export const repository = 'acme/flights';
export const pullRequests = [
  { number: 7, head: { ref: 'tighten', sha: headSha }, base: { ref: 'main', sha: 'b'.repeat(40) } },
];

export const makeOutcome = (overrides: Partial<Report> = {}): Outcome => ({
  report: {
    schema: 'pawl.report/1',
    kind: 'eval-gate',
    name: 'flight-delay',
    verdict: 'pass',
    headline: 'no metric got worse',
    comparison: 'log-loss 0.452 → 0.441',
    n: 50_000,
    blocks: [],
    findings: [],
    problems: [],
    footer: {},
    ...overrides,
  },
  results: {},
  usage: false,
});
