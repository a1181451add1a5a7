import { expect, test } from 'vitest';
import { GatePolicy, type MetricName } from '@pawl/core';
import { decideGate, type GateEvidence, type MetricEvidence } from '@pawl/core/eval-gate';
import { estimateOf } from '@pawl/core/statistics';

const policyOf = (more: Record<string, unknown>): GatePolicy =>
  GatePolicy.parse({ name: 'm', task: 'classification', data: { id: 'id', label: 'y' }, ...more });

const metric = (name: MetricName, values: { candidate: number; baseline: number; error: number }): MetricEvidence => ({
  name,
  candidate: { value: values.candidate },
  baseline: { value: values.baseline },
  difference: { ...estimateOf(values.candidate - values.baseline, values.error), method: 'test' },
});
const evidenceOf = (metrics: MetricEvidence[], more: Partial<GateEvidence> = {}): GateEvidence => ({
  rows: 1000,
  classRows: { no: 600, yes: 400 },
  compared: true,
  slices: [],
  metrics,
  ...more,
});

test('lower is better for log-loss: a surely lower one passes, a surely higher one fails', () => {
  const policy = policyOf({ metrics: { 'log-loss': { margin: 0.005 } } });
  const lower = metric('log-loss', { candidate: 0.44, baseline: 0.45, error: 0.002 });
  const higher = metric('log-loss', { candidate: 0.46, baseline: 0.45, error: 0.002 });

  expect(decideGate(policy, evidenceOf([lower])).verdict).toBe('pass');
  expect(decideGate(policy, evidenceOf([higher])).verdict).toBe('fail');
});

test('a difference that may be noise is inconclusive, with the rows that would settle it', () => {
  const judged = decideGate(
    policyOf({ metrics: { accuracy: { margin: 0.01 } } }),
    evidenceOf([metric('accuracy', { candidate: 0.8, baseline: 0.802, error: 0.012 })]),
  );

  expect(judged.verdict).toBe('inconclusive');
  // (1.645 + 0.842)² · 0.012² · 1000 / 0.008²
  expect(judged.metrics[0]?.rowsNeeded).toBe(13_911);
});

test('one of three losses that alone would fail does not survive Holm and is inconclusive', () => {
  const policy = policyOf({
    metrics: { 'log-loss': { margin: 0.001 }, brier: { margin: 0.001 }, accuracy: { margin: 0.001 } },
  });
  const even = { candidate: 0.5, baseline: 0.5, error: 0.0001 };
  const loss = metric('accuracy', { candidate: 0.8, baseline: 0.8175, error: 0.01 });
  const judged = decideGate(policy, evidenceOf([metric('log-loss', even), metric('brier', even), loss]));

  expect(judged.metrics[2]).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('Holm') });
  expect(decideGate(policyOf({ metrics: { accuracy: { margin: 0.001 } } }), evidenceOf([loss])).verdict).toBe('fail');
});

test('a guard fails only on its own bound, whatever its difference', () => {
  const policy = policyOf({ metrics: { accuracy: {} }, guards: { recall: { minimum: 0.5 } } });
  const good = metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.01 });

  expect(
    decideGate(policy, evidenceOf([good, metric('recall', { candidate: 0.6, baseline: 0.9, error: 0.01 })])).verdict,
  ).toBe('pass');
  expect(
    decideGate(policy, evidenceOf([good, metric('recall', { candidate: 0.4, baseline: 0.1, error: 0.01 })])).verdict,
  ).toBe('fail');
});

test('a broken absolute bound of a key metric fails, however bad production is', () => {
  const policy = policyOf({ metrics: { accuracy: { minimum: 0.7 } } });

  expect(
    decideGate(policy, evidenceOf([metric('accuracy', { candidate: 0.65, baseline: 0.5, error: 0.01 })])).verdict,
  ).toBe('fail');
});

test('fewer rows than the policy asks for are inconclusive, even where the numbers look fine', () => {
  const policy = policyOf({ metrics: { accuracy: {} }, 'minimum-rows': 2000 });
  const judged = decideGate(policy, evidenceOf([metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.001 })]));

  expect(judged.verdict).toBe('inconclusive');
  expect(judged.reasons).toEqual(['1000 rows; the policy asks for at least 2000']);
});

test('recall with six positive rows is inconclusive: it would rest on single rows', () => {
  const judged = decideGate(
    policyOf({ metrics: { recall: {} } }),
    evidenceOf([metric('recall', { candidate: 0.9, baseline: 0.8, error: 0.001 })], { classRows: { no: 994, yes: 6 } }),
  );

  expect(judged.metrics[0]).toMatchObject({ verdict: 'inconclusive', rowsNeeded: 1667 });
});

test('without production and without bounds nothing was judged: an error', () => {
  const alone = { name: 'accuracy' as const, candidate: { value: 0.99 } };

  expect(decideGate(policyOf({ metrics: { accuracy: {} } }), evidenceOf([alone], { compared: false })).verdict).toBe(
    'error',
  );
  expect(
    decideGate(policyOf({ metrics: { accuracy: { minimum: 0.9 } } }), evidenceOf([alone], { compared: false })).verdict,
  ).toBe('pass');
});

test('a metric without a value is an error with its reason, never a pass', () => {
  const none = { name: 'roc-auc' as const, candidate: { value: null, reason: 'all rows are of class "1"' } };

  expect(decideGate(policyOf({ metrics: { 'roc-auc': {} } }), evidenceOf([none]))).toMatchObject({
    verdict: 'error',
    metrics: [{ verdict: 'error', reason: 'all rows are of class "1"' }],
  });
});
