import { expect, test } from 'vitest';
import { GatePolicy, type ClassificationMetric } from '@pawl/core';
import { askedMetrics, decideGate, metricTraits, type GateEvidence, type MetricEvidence } from '@pawl/core/eval-gate';
import { estimateOf } from '@pawl/core/statistics';

const policyOf = (more: Record<string, unknown>): GatePolicy =>
  GatePolicy.parse({ name: 'm', task: 'classification', data: { id: 'id', label: 'y' }, ...more });

type Unasked = Omit<MetricEvidence, 'asked'>;

const metric = (
  name: ClassificationMetric,
  values: { candidate: number; baseline: number; error: number },
): Unasked => ({
  name,
  traits: metricTraits[name],
  candidate: { value: values.candidate },
  baseline: { value: values.baseline },
  difference: { ...estimateOf(values.candidate - values.baseline, values.error), method: 'test' },
});
/** Measured metrics under a policy's demands. */
const decide = (policy: GatePolicy, evidence: Omit<GateEvidence, 'metrics'> & { metrics: Unasked[] }) => {
  const asked = askedMetrics(policy);
  return decideGate(policy, {
    ...evidence,
    metrics: evidence.metrics.map((metric) => ({ ...metric, asked: asked.get(metric.name)! })),
  });
};
const evidenceOf = (metrics: Unasked[], more: Partial<Omit<GateEvidence, 'metrics'>> = {}) => ({
  rows: 1000,
  compared: true,
  slices: [],
  metrics,
  ...more,
});

test('lower is better for log-loss: a surely lower one passes, a surely higher one fails', () => {
  const policy = policyOf({ metrics: { 'log-loss': { margin: 0.005 } } });
  const lower = metric('log-loss', { candidate: 0.44, baseline: 0.45, error: 0.002 });
  const higher = metric('log-loss', { candidate: 0.46, baseline: 0.45, error: 0.002 });

  expect(decide(policy, evidenceOf([lower])).verdict).toBe('pass');
  expect(decide(policy, evidenceOf([higher])).verdict).toBe('fail');
});

test('a difference that may be noise is inconclusive, with the rows that would settle it', () => {
  const judged = decide(
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
  const judged = decide(policy, evidenceOf([metric('log-loss', even), metric('brier', even), loss]));

  expect(judged.metrics[2]).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('Holm') });
  expect(decide(policyOf({ metrics: { accuracy: { margin: 0.001 } } }), evidenceOf([loss])).verdict).toBe('fail');
});

test('a guard fails only on its own bound, whatever its difference', () => {
  const policy = policyOf({ metrics: { accuracy: {} }, guards: { recall: { minimum: 0.5 } } });
  const good = metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.01 });

  expect(
    decide(policy, evidenceOf([good, metric('recall', { candidate: 0.6, baseline: 0.9, error: 0.01 })])).verdict,
  ).toBe('pass');
  expect(
    decide(policy, evidenceOf([good, metric('recall', { candidate: 0.4, baseline: 0.1, error: 0.01 })])).verdict,
  ).toBe('fail');
});

test('a broken absolute bound of a key metric fails, however bad production is', () => {
  const policy = policyOf({ metrics: { accuracy: { minimum: 0.7 } } });

  expect(
    decide(policy, evidenceOf([metric('accuracy', { candidate: 0.65, baseline: 0.5, error: 0.01 })])).verdict,
  ).toBe('fail');
});

test('fewer rows than the policy asks for are inconclusive, even where the numbers look fine', () => {
  const policy = policyOf({ metrics: { accuracy: {} }, 'minimum-rows': 2000 });
  const judged = decide(policy, evidenceOf([metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.001 })]));

  expect(judged.verdict).toBe('inconclusive');
  expect(judged.reasons).toEqual(['1000 rows; the policy asks for at least 2000']);
});

test('what is too few is called what it is: queries, cases', () => {
  const policy = policyOf({ metrics: { accuracy: {} }, 'minimum-rows': 2000 });
  const sure = metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.001 });

  expect(decide(policy, evidenceOf([sure], { unit: 'queries' })).reasons).toEqual([
    '1000 queries; the policy asks for at least 2000',
  ]);
});

test('rows without a weight are not rows that the policy asks for', () => {
  const policy = policyOf({ metrics: { accuracy: {} }, 'minimum-rows': 100 });
  const sure = metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.001 });
  const judged = decide(policy, evidenceOf([sure], { weighing: 99 }));

  expect(judged).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['99 of 1000 rows have a weight; the policy asks for at least 100'],
  });
  expect(decide(policy, evidenceOf([sure], { weighing: 100 })).verdict).toBe('pass');
});

test('a limit on worse slices is not kept by having no slice that could be measured', () => {
  const sure = evidenceOf([metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.001 })], { slicesThin: true });

  expect(decide(policyOf({ metrics: { accuracy: {} } }), sure).verdict).toBe('pass');
  const limited = decide(policyOf({ metrics: { accuracy: {} }, 'max-slices-worse': 0 }), sure);
  expect(limited.verdict).toBe('inconclusive');
  expect(limited.reasons[0]).toContain('none of those it names has the 100 rows');
});

test('slices that nobody looked at hold back a pass where the policy limits how many may be worse', () => {
  const sure = evidenceOf([metric('accuracy', { candidate: 0.9, baseline: 0.8, error: 0.001 })], {
    slicesBeyond: 1750,
  });

  expect(decide(policyOf({ metrics: { accuracy: {} } }), sure).verdict).toBe('pass');
  const limited = decide(policyOf({ metrics: { accuracy: {} }, 'max-slices-worse': 3 }), sure);
  expect(limited.verdict).toBe('inconclusive');
  expect(limited.reasons[0]).toContain('1,750 slices with enough rows were not looked at');
});

test('a metric that rests on single rows is inconclusive, however sure its interval looks', () => {
  const weakness = { reason: 'only 6 rows are of class "yes"; 10 are needed', rowsNeeded: 1667 };
  const judged = decide(
    policyOf({ metrics: { recall: {} } }),
    evidenceOf([{ ...metric('recall', { candidate: 0.9, baseline: 0.8, error: 0.001 }), weakness }]),
  );

  expect(judged.metrics[0]).toMatchObject({ verdict: 'inconclusive', ...weakness });
});

test('without production and without bounds nothing was judged: an error', () => {
  const alone = { name: 'accuracy', traits: metricTraits.accuracy, candidate: { value: 0.99 } };

  expect(decide(policyOf({ metrics: { accuracy: {} } }), evidenceOf([alone], { compared: false })).verdict).toBe(
    'error',
  );
  expect(
    decide(policyOf({ metrics: { accuracy: { minimum: 0.9 } } }), evidenceOf([alone], { compared: false })).verdict,
  ).toBe('pass');
});

test('a metric without a value is an error with its reason, never a pass', () => {
  const none = {
    name: 'roc-auc',
    traits: metricTraits['roc-auc'],
    candidate: { value: null, reason: 'all rows are of class "1"' },
  };

  expect(decide(policyOf({ metrics: { 'roc-auc': {} } }), evidenceOf([none]))).toMatchObject({
    verdict: 'error',
    metrics: [{ verdict: 'error', reason: 'all rows are of class "1"' }],
  });
});
