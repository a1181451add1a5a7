// Business metrics that do not move: where the difference is zero, and where nothing was measured.
import { expect, test } from 'vitest';
import { GatePolicy } from '@pawl/core';
import { classificationEvidence, compareModels, type Arm } from '@pawl/core/eval-gate';
import { ask, type Columns } from './columns.ts';

const rows = 600;
const ids = Array.from({ length: rows }, (_, row) => `r${String(row).padStart(4, '0')}`);
const labels = Int32Array.from(ids, (_, row) => row % 2);
const price = ids.map((_, row) => 1 + (row % 5));
const zero = ids.map(() => 0);
const perfect = { predicted: labels };
/** Every fifth row is called wrongly. */
const wrong = (from: number): Arm => ({
  predicted: labels.map((label, row) => (row % 5 === from ? 1 - label : label)),
});

async function judge(
  business: object,
  {
    columns,
    arms,
    ...more
  }: { columns: Columns; arms: { candidate: Arm; baseline?: Arm }; alpha?: number; policy?: object },
) {
  const policy = GatePolicy.parse({
    ...{ name: 'm', task: 'classification', metrics: { accuracy: { margin: 0.5 } }, business },
    ...more.policy,
  });
  const sample = { ids, classes: ['0', '1'], labels, positive: 1, slices: {} };
  const evidence = classificationEvidence(policy, sample, arms);
  const { alpha } = more;
  const { value, problems } = await ask(policy, evidence, { id: ids, ...columns }, { alpha });
  if (value === undefined) throw new Error(problems.map(({ message }) => message).join());
  const spending = alpha === undefined ? {} : { alpha };
  return compareModels(policy, { evidence, same: false, seed: 1, more: value.more, ...spending }).judgement;
}

const earned = { expression: 'if(prediction == label, price, 0)', direction: 'higher', margin: 0.1 };

test('two models that are worth the same on every row differ by nothing, which is no worse', async () => {
  const arms = { candidate: wrong(1), baseline: wrong(1) };
  const { verdict, metrics } = await judge({ earned }, { columns: { price }, arms });

  expect(metrics[1]).toMatchObject({ name: 'earned', verdict: 'pass', difference: { shown: [0, 0] } });
  expect(verdict).toBe('pass');
});

test('and where better is asked for, by a margin of nothing, no difference is no pass', async () => {
  const arms = { candidate: wrong(1), baseline: wrong(1) };
  const { verdict } = await judge({ earned: { ...earned, margin: 0 } }, { columns: { price }, arms });

  expect(verdict).toBe('inconclusive');
});

test('two models without an error cost nothing, and pass: another answer would have cost', async () => {
  const cost = { 'cost-matrix': { 0: { 1: 3 }, 1: { 0: 40 } }, margin: 1, maximum: 5 };
  const { verdict } = await judge({ cost }, { columns: {}, arms: { candidate: perfect, baseline: perfect } });

  expect(verdict).toBe('pass');
});

test.each([
  ['whose column is zero on every row', earned, zero],
  [
    'whose column is missing on every row',
    { ...earned, expression: earned.expression.replace('price', 'coalesce(price, 0)') },
    ids.map(() => null),
  ],
  ['that does not look at the answer', { ...earned, expression: '0.1 * price' }, price],
  ['that is constant, as a guard within its bounds', { ...earned, role: 'guard', margin: undefined, minimum: 0 }, zero],
])('an expression %s says nothing for a model, and is no pass', async (_, metric, column) => {
  for (const arms of [{ candidate: wrong(1), baseline: wrong(2) }, { candidate: wrong(1) }]) {
    const bounded = arms.baseline === undefined ? { ...metric, minimum: 0 } : metric;
    const { verdict, metrics } = await judge({ earned: bounded }, { columns: { price: column }, arms });

    expect(metrics[1]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('no row would be worth'),
    });
    expect(verdict).not.toBe('pass');
  }
});

test('rows without weight are not counted among those that changed', async () => {
  const flips = labels.map((label, row) => (row < 200 ? 1 - label : label));
  const policy = GatePolicy.parse({
    ...{ name: 'm', task: 'classification', metrics: { accuracy: { margin: 0.5 } }, business: { earned } },
  });
  const weights = Float64Array.from(ids, (_, row) => (row < 195 ? 0 : 1));
  const sample = { ids, classes: ['0', '1'], labels, positive: 1, slices: {}, sampling: { rows, weights } };
  const evidence = classificationEvidence(policy, sample, { candidate: { predicted: flips }, baseline: perfect });
  const { value } = await ask(policy, evidence, { id: ids, price });

  expect(value!.more[0]!.weakness?.reason).toBe('only 5 rows are worth another amount; 10 are needed');
});

test('a later look of a pull request has draws enough for its bound, and asks for more than the first', async () => {
  // Differences of two sizes have visible steps, which only resampling can follow.
  const tiny = ids.map((_, row) => (row % 100 === 1 ? 1000 : 1e-3));
  const policy = { intervals: 'percentile', resamples: 1000 };
  const within = async (alpha: number): Promise<readonly [number, number]> => {
    const arms = { candidate: wrong(1), baseline: perfect };
    const { metrics } = await judge({ earned }, { columns: { price: tiny }, arms, alpha, policy });
    return metrics[1]!.difference!.within(1 - 2 * alpha);
  };
  const [first, tenth] = [await within(0.05), await within(0.000304)];

  expect(Number.isFinite(tenth[0]) && Number.isFinite(tenth[1])).toBe(true);
  expect(tenth[0]).toBeLessThan(first[0]);
});
