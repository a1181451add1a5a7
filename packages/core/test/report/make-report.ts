import type { Report } from '@pawl/core';

/** A passing report; tests say what is different about theirs. */
export const makeReport = (overrides: Partial<Report> = {}): Report => ({
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
});
