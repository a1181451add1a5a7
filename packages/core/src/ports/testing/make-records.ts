// A passing report and its run: tests say what is different about theirs.
import { reportSchema } from '../../formats/schema-names.ts';
import type { Report } from '../../formats/report.ts';
import { runSchema } from '../../formats/schema-names.ts';
import type { Run } from '../../formats/run.ts';

export const makeReport = (overrides: Partial<Report> = {}): Report => ({
  schema: reportSchema,
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

export const makeRun = (overrides: Partial<Run> = {}): Run => ({
  schema: runSchema,
  id: '01JD0000000000000000000000',
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'pass',
  startedAt: '2026-01-01T00:00:00.000Z',
  origin: {},
  inputs: [],
  params: {},
  metrics: {},
  results: {},
  ...overrides,
});
