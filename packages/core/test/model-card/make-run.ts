// A gate's run about a model, as the store keeps it.
import type { Run } from '@pawl/core';

export const subject = `sha256:${'1'.repeat(64)}`;
export const data = { role: 'data' as const, path: 'data/test.parquet', digest: `sha256:${'2'.repeat(64)}` };

export const makeRun = (overrides: Partial<Run> = {}): Run => ({
  schema: 'pawl.run/1',
  id: '01KA7M2S9QXQ0000000000000A',
  kind: 'eval-gate',
  name: 'flight',
  verdict: 'pass',
  startedAt: '2026-01-02T03:04:05Z',
  origin: { commit: 'c0ffee'.padEnd(40, '0') },
  subject: { name: 'flight', digest: subject },
  baseline: { source: 'label', name: 'flight', version: 'v1.0.0' },
  inputs: [data],
  params: {},
  metrics: {
    'roc-auc': {
      value: 0.674981,
      n: 19_822,
      baseline: 0.638,
      difference: 0.036981,
      interval: [0.029, 0.046],
      level: 0.95,
    },
    accuracy: { value: 0.597316, n: 19_822 },
  },
  results: {},
  ...overrides,
});
