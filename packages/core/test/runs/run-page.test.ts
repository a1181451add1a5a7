// One run's page, and the curves of its metrics.
import { curveBlocks, historyFiles, runBlocks } from '@pawl/core/runs';
import { renderTerminalBlocks } from '@pawl/core/report';
import { expect, test } from 'vitest';
import { makeRun } from './make-runs.ts';

test('a gate run is shown with intervals, baseline, artifacts, and what was said of it', async () => {
  const run = makeRun({
    kind: 'eval-gate',
    verdict: 'pass',
    endedAt: '2026-09-21T14:15:00Z',
    origin: { commit: 'a'.repeat(40), branch: 'main', dirty: true, pullRequest: 12, actor: 'ada', trust: 'fork' },
    subject: { name: 'flight-delay', digest: `sha256:${'c'.repeat(64)}`, version: 'v1.2.0' },
    baseline: { source: 'label', name: 'flight-delay', version: 'v1.1.0', commit: 'b'.repeat(40) },
    metrics: {
      'log-loss': {
        value: 0.4412,
        baseline: 0.4523,
        difference: -0.0111,
        interval: [-0.015, -0.007],
        n: 50_000,
        verdict: 'pass',
      },
      accuracy: { value: 0.91, interval: [0.9, 0.92], level: 0.9, n: 50_000 },
      'a missing one': { value: null },
    },
    params: { seed: 100_000, empty: null, note: '\u001B[31mred' },
    artifacts: [
      { name: 'model', digest: `sha256:${'d'.repeat(64)}`, bytes: 123_456, uri: 's3://b/m', expiresAt: '2027-01-01' },
    ],
    costUsd: 0.0312,
  });
  const operation = { schema: 'pawl.op/1', id: run.id, about: run.id, at: '2026-10-01T10:00:00Z' } as const;
  const text = renderTerminalBlocks(
    runBlocks(run, [
      { ...operation, kind: 'note', actor: 'grace', data: { text: 'Shipped\non Friday.' } },
      { ...operation, kind: 'pin', data: { until: '2027' } },
    ]),
    { width: 100 },
  );
  await expect(text).toMatchFileSnapshot('run-page.txt');
});

test('a run with nothing but its name has a page of facts alone', () => {
  const text = renderTerminalBlocks(runBlocks(makeRun(), []), { width: 80 });
  expect(text.trim().split('\n')).toHaveLength(2);
});

test('curves follow the order of their files, and tell points that are no numbers', () => {
  expect(
    historyFiles({ 'metrics-10.jsonl': '', 'metrics.jsonl': '', 'metrics-2.jsonl': '', 'cases.jsonl': '' }),
  ).toEqual(['metrics.jsonl', 'metrics-2.jsonl', 'metrics-10.jsonl']);
  const point = (metric: string, step: number, value: unknown) => `${JSON.stringify({ metric, step, value })}\n`;
  const loss = Array.from({ length: 100 }, (_, step) => point('loss', step, 1 - step / 100)).join('');
  const text = renderTerminalBlocks(
    curveBlocks([
      loss,
      `${point('loss', 100, '#number:NaN')}broken\n${point('once', 1, 3)}${point('flat', 1, 2)}${point('flat', 2, 2)}`,
    ]),
    { width: 110 },
  );
  expect(text).toMatch(/^loss +101 \(1 no number\) +100 +1 +0\.01 +0\.01 +1 +█+▇+▆+▅+▄+▃+▂+▁+$/m);
  expect(text).toMatch(/^flat +2 +2 +2 +2 +2 +2 /m);
  expect(text).not.toContain('once');
  expect(curveBlocks([])).toEqual([]);
});
