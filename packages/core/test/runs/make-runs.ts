// Runs and summaries for tests, with only what a test speaks of.
import { makeUlid, Run, runSchema, summaryOf, type RunSummary } from '@pawl/core';

export function makeRun(given: Partial<Run> & { readonly at?: number } = {}): Run {
  const { at = 1_790_000_000_000, ...rest } = given;
  const chance = new Uint8Array(10).fill(at % 251);
  return Run.parse({
    schema: runSchema,
    id: makeUlid(at, chance),
    kind: 'training',
    name: 'flight-delay',
    startedAt: new Date(at).toISOString(),
    origin: {},
    inputs: [],
    params: {},
    metrics: {},
    results: {},
    ...rest,
  });
}

export const makeSummary = (given: Parameters<typeof makeRun>[0] = {}): RunSummary => summaryOf(makeRun(given));
