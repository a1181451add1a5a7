// Business metrics, fairness and found slices of tasks that are no classification, and what they say when they cannot.
import { expect, test } from 'vitest';
import { GatePolicy } from '@pawl/core';
import {
  classificationEvidence,
  compareModels,
  rankingEvidence,
  regressionEvidence,
  type TaskEvidence,
} from '@pawl/core/eval-gate';
import { ask } from './columns.ts';

const rows = 600;
const noise = (row: number, salt: number): number => Math.sin(row * 12.9898 + salt * 78.233) * 0.5;
const ids = Array.from({ length: rows }, (_, row) => `r${String(row).padStart(4, '0')}`);

function numbersEvidence(policy: GatePolicy, more: { weights?: Float64Array } = {}): TaskEvidence {
  const truth = Float64Array.from(ids, (_, row) => 10 + (row % 7));
  return regressionEvidence(
    policy,
    { ids, truth, sampling: { rows, ...more }, slices: {} },
    {
      candidate: { predicted: truth.map((value, row) => value + noise(row, 1)) },
      baseline: { predicted: truth.map((value, row) => value + 2 * noise(row, 2)) },
    },
  );
}

const regression = (business: object): GatePolicy =>
  GatePolicy.parse({ name: 'm', task: 'regression', metrics: { mae: {} }, business });
const cost = {
  expression: 'if(prediction < label, 3, 1) * abs(prediction - label) * price',
  direction: 'lower',
  unit: 'EUR',
  margin: 0.1,
};

test('a regression is valued by an expression, weighted as its rows are, as a mean and as a sum', async () => {
  const price = ids.map((_, row) => 1 + (row % 3));
  const weights = Float64Array.from(ids, (_, row) => (row % 2 === 0 ? 2 : 1));
  const policy = regression({ cost, total: { ...cost, aggregate: 'sum', role: 'guard' } });
  const evidence = numbersEvidence(policy, { weights });
  const { value, problems } = await ask(policy, evidence, { id: ids, price });
  const [mean, sum] = value!.more;

  const worth = (row: number, off: number): number => (off < 0 ? 3 : 1) * Math.abs(off) * price[row]!;
  const expected = ids.reduce((all, _, row) => all + weights[row]! * worth(row, noise(row, 1)), 0);
  expect(problems).toEqual([]);
  expect(sum!.candidate.value).toBeCloseTo(expected, 9);
  expect(mean!.candidate.value).toBeCloseTo(expected / 900, 12);
  expect(mean!.difference!.difference).toBeCloseTo(mean!.candidate.value! - mean!.baseline!.value!, 12);
  expect(sum!.difference!.shown[0]).toBeCloseTo(900 * mean!.difference!.shown[0], 9);
  expect(sum!.difference!.within(0.8)[1]).toBeCloseTo(900 * mean!.difference!.within(0.8)[1], 9);
  expect(mean!.traits).toMatchObject({ title: 'cost', direction: 'lower', suffix: 'EUR' });
  expect(mean!.difference!.method).toContain('weighted');
});

test('where too few rows change their worth the comparison is inconclusive, not a pass', async () => {
  const flips = new Set([3, 77, 200]);
  const policy = GatePolicy.parse({
    name: 'm',
    task: 'classification',
    metrics: { accuracy: { margin: 0.05 } },
    business: { errors: { 'cost-matrix': { no: { yes: 1 }, yes: { no: 1000 } }, margin: 50 } },
  });
  const labels = Int32Array.from(ids, (_, row) => row % 2);
  const sample = { ids, classes: ['no', 'yes'], labels, positive: 1, slices: {} };
  const evidence = classificationEvidence(policy, sample, {
    baseline: { predicted: labels },
    candidate: { predicted: labels.map((label, row) => (flips.has(row) ? 1 - label : label)) },
  });
  const { value } = await ask(policy, evidence, { id: ids });
  const { judgement } = compareModels(policy, { evidence, same: false, seed: 1, more: value!.more });

  expect(judgement.metrics[1]).toMatchObject({
    name: 'errors',
    candidate: { value: 2001 / 600 },
    verdict: 'inconclusive',
    reason: 'only 3 rows are worth another amount; 10 are needed',
  });
});

test.each([
  [{ no: { yes: 1 } }, 'business.errors has no cost for "yes called no".'],
  [{ no: { yse: 1 }, yes: { no: 1 } }, 'business.errors names "yse", which is no class.'],
])('a cost matrix %j is refused: %s', async (matrix, told) => {
  const policy = GatePolicy.parse({
    name: 'm',
    task: 'classification',
    metrics: { accuracy: {} },
    business: { errors: { 'cost-matrix': matrix, margin: 1 } },
  });
  const labels = Int32Array.from(ids, (_, row) => row % 2);
  const sample = { ids, classes: ['no', 'yes'], labels, positive: 1, slices: {} };
  const arm = { predicted: labels };
  const { value, problems } = await ask(
    policy,
    classificationEvidence(policy, sample, { candidate: arm, baseline: arm }),
    { id: ids },
  );

  expect(value).toBeUndefined();
  expect(problems[0]?.message).toBe(told);
});

test("a ranking's slices are found by query, in columns that a query's items share", async () => {
  const queries = 400;
  const items = Array.from({ length: queries }, (_, query) => Int32Array.of(3 * query, 3 * query + 1, 3 * query + 2));
  const itemIds = Array.from({ length: 3 * queries }, (_, item) => `i${String(item).padStart(4, '0')}`);
  const device = itemIds.map((_, item) => (Math.floor(item / 3) % 4 === 0 ? 'tv' : 'phone'));
  const position = itemIds.map((_, item) => item % 3);
  const relevance = Float64Array.from(itemIds, (_, item) => (item % 3 === 0 ? 1 : 0));
  const scores = (lost: (item: number) => boolean): Float64Array =>
    Float64Array.from(itemIds, (_, item) => (lost(item) ? -1 : 1) * relevance[item]! + noise(item, 5));
  const policy = GatePolicy.parse({
    name: 'm',
    task: 'ranking',
    data: { query: 'query' },
    metrics: { ndcg: { margin: 0.01 } },
    'minimum-slice-rows': 30,
    slices: { auto: { depth: 1 } },
  });
  const evidence = rankingEvidence(
    policy,
    {
      ids: itemIds,
      relevance,
      queries: items.map((_, query) => `q${query}`),
      items,
      sampling: { rows: queries },
      slices: {},
    },
    { candidate: { scores: scores((item) => device[item] === 'tv') }, baseline: { scores: scores(() => false) } },
  );
  const { value } = await ask(policy, evidence, { id: itemIds, device, position });
  const { slices } = compareModels(policy, { evidence, same: false, seed: 1, found: value!.found });

  expect(slices[0]).toMatchObject({ title: 'device = tv', worse: true });
  expect(slices[0]!.rows).toBeLessThan(100);
  expect(value!.smallPrint.join()).toContain('position (it differs among the rows of a query)');
});

test('what cannot be asked of a task is a problem, never left out in silence', async () => {
  const policy = GatePolicy.parse({
    ...regression({ cost }),
    fairness: [{ column: 'sex', metric: 'demographic-parity', maximum: 0.1 }],
  });
  const columns = { id: ids, price: ids.map(() => 1), sex: ids.map((_, row) => (row % 2 === 0 ? 'f' : 'm')) };
  const fair = await ask(policy, numbersEvidence(policy), columns);
  const lost = await ask(policy, numbersEvidence(policy), { id: ids, price: columns.price });

  expect(fair.problems.map(({ code }) => code)).toEqual(['GATE_FAIRNESS_TASK']);
  expect(lost.problems.map(({ message }) => message)).toEqual(['There is no column "sex".']);
});

test('fairness between a group and nobody else is an error, not a pass', async () => {
  const policy = GatePolicy.parse({
    name: 'm',
    task: 'classification',
    metrics: { accuracy: { margin: 0.5 } },
    fairness: [{ column: 'sex', metric: 'demographic-parity', maximum: 0.1 }],
  });
  const labels = Int32Array.from(ids, (_, row) => row % 2);
  const sample = { ids, classes: ['no', 'yes'], labels, positive: 1, slices: {} };
  const arm = { predicted: labels };
  const evidence = classificationEvidence(policy, sample, { candidate: arm, baseline: arm });
  const { value } = await ask(policy, evidence, { id: ids, sex: ids.map((_, row) => (row < 10 ? 'm' : 'f')) });
  const { judgement } = compareModels(policy, { evidence, same: false, seed: 1, more: value!.more });

  expect(judgement.verdict).toBe('error');
  expect(judgement.metrics[1]?.reason).toBe('only sex = f has 30 rows that count, so there is nothing to compare');
});
