// Regressions and rankings as the gate sees them: what models and files say, what is no number, which interval.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { GatePolicy, RankingMetric, RegressionMetric } from '@pawl/core';
import {
  classificationEvidence,
  predictedClasses,
  rankingEvidence,
  regressionEvidence,
  type NumberSample,
  type RankingSample,
} from '@pawl/core/eval-gate';
import { taskOf } from '../../src/eval-gate/tasks.ts';

function draws(seed: number) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

const policyOf = (task: GatePolicy['task'], metrics: Record<string, object>): GatePolicy =>
  GatePolicy.parse({
    name: 'model',
    task,
    data: { id: 'id', label: 'y', ...(task === 'ranking' && { query: 'q' }) },
    metrics,
  });

const none = new Float64Array(0);

function houses(rows: number) {
  const { normal, uniform } = draws(rows);
  const truth = Float64Array.from({ length: rows }, () => 200 + 50 * normal());
  const near = (noise: number) => ({ predicted: truth.map((y) => y + noise * normal()) });
  const sample: NumberSample = {
    ids: Array.from(truth, (_, row) => `h${row}`),
    truth,
    sampling: { rows },
    slices: { city: Array.from(truth, () => (uniform() < 0.5 ? 'bern' : null)) },
  };
  return { sample, arms: { candidate: near(20), baseline: near(24) } };
}

function searches(queries: number) {
  const { normal, uniform } = draws(queries);
  const each = 6;
  const relevance = Float64Array.from({ length: queries * each }, () => Math.floor(uniform() * uniform() * 4));
  const near = (noise: number) => ({ scores: relevance.map((value) => value + noise * normal()) });
  const sample: RankingSample = {
    ids: Array.from(relevance, (_, item) => `i${item}`),
    relevance,
    queries: Array.from({ length: queries }, (_, query) => `q${query}`),
    items: Array.from({ length: queries }, (_, query) =>
      Int32Array.from({ length: each }, (_, item) => query * each + item),
    ),
    sampling: { rows: queries },
    slices: {},
  };
  return { sample, arms: { candidate: near(0.8), baseline: near(1) } };
}

const policies = {
  regression: policyOf('regression', { 'quantile-loss': { quantile: 0.9 }, rmse: {}, mae: {}, mape: {}, r2: {} }),
  ranking: policyOf('ranking', { ndcg: { k: 3 }, map: {}, mrr: {}, 'recall-at-k': { k: 2 } }),
};

const evidences = () => {
  const [house, search] = [houses(250), searches(200)];
  return [
    { names: RegressionMetric.options, evidence: regressionEvidence(policies.regression, house.sample, house.arms) },
    { names: RankingMetric.options, evidence: rankingEvidence(policies.ranking, search.sample, search.arms) },
  ] as const;
};

test('analytic and both bootstrap intervals of every metric agree', () => {
  for (const { names, evidence } of evidences()) {
    const of = (intervals: 'auto' | 'percentile' | 'bca') =>
      evidence.differences(names, { intervals, resamples: 2000, seed: 3 });
    const [auto, percentile, bca] = [of('auto'), of('percentile'), of('bca')];
    for (const name of names) {
      const [low, high] = percentile.get(name)!.shown;
      expect(auto.get(name)!.difference, name).toBeCloseTo(percentile.get(name)!.difference, 11);
      for (const other of [auto, bca]) {
        expect(Math.abs(other.get(name)!.shown[0] - low), name).toBeLessThan((high - low) * 0.15);
        expect(Math.abs(other.get(name)!.shown[1] - high), name).toBeLessThan((high - low) * 0.15);
      }
    }
  }
});

test('models that trade places turn every difference round', () => {
  for (const { names, evidence } of evidences()) {
    const plan = { intervals: 'auto', resamples: 200, seed: 3 } as const;
    const [before, after] = [evidence, evidence.swapped!(new Uint8Array(evidence.rows).fill(1))].map((one) =>
      one.differences(names, plan),
    );
    for (const name of names) expect(after!.get(name)!.difference).toBeCloseTo(-before!.get(name)!.difference, 12);
  }
});

test('a slice is measured on its own rows, and a row of the record holds what both models said', () => {
  const [{ evidence: numbers }, { evidence: queries }] = evidences();
  const rows = Int32Array.from([3, 5, 8]);
  const lines = Array.from(rows, (row) => numbers.line(row) as { label: number; candidate: number; baseline: number });
  const mean = (side: 'candidate' | 'baseline') =>
    lines.reduce((sum, line) => sum + Math.abs(line.label - line[side]), 0) / 3;

  expect(numbers.measure('mae', 'candidate', rows).value).toBeCloseTo(mean('candidate'), 12);
  expect(
    numbers.differences(['mae'], { intervals: 'auto', resamples: 200, seed: 1 }, rows).get('mae')!.difference,
  ).toBeCloseTo(mean('candidate') - mean('baseline'), 12);
  expect(numbers.answers!.truth(3)).toBe(lines[0]!.label);
  expect(queries.line(7)).toMatchObject({ query: 'q7', items: { length: 6 } });
});

test('the settings of a metric are in its title', () => {
  const [{ evidence: numbers }, { evidence: queries }] = evidences();

  expect(['ndcg', 'recall-at-k', 'map'].map((name) => queries.traits(name).title)).toEqual([
    'NDCG@3',
    'recall@2',
    'MAP',
  ]);
  expect(numbers.traits('quantile-loss').title).toBe('quantile loss (0.9)');
});

test('what cannot be judged by is no number, with the reason', () => {
  const house = houses(20);
  const flat = regressionEvidence(
    policies.regression,
    { ...house.sample, truth: new Float64Array(20).fill(0.1) },
    house.arms,
  );
  const huge = regressionEvidence(policies.regression, house.sample, {
    candidate: { predicted: new Float64Array(20).fill(1e200) },
  });
  const search = searches(5);
  const empty = rankingEvidence(policies.ranking, { ...search.sample, relevance: new Float64Array(30) }, search.arms);

  expect(flat.measure('r2', 'candidate')).toEqual({ value: null, reason: 'the truth is the same on every row' });
  expect(flat.differences(['r2'], { intervals: 'auto', resamples: 200, seed: 1 }).size).toBe(0);
  expect(huge.measure('rmse', 'candidate').value).toBeNull();
  expect(empty.measure('map', 'candidate')).toEqual({ value: null, reason: 'no query has a relevant item' });
  expect(empty.measure('ndcg', 'candidate').value).toBe(0);
});

test('one cluster alone gives no interval', () => {
  const { sample, arms } = houses(50);
  const one = { ...sample, sampling: { rows: 50, clusters: new Int32Array(50) } };
  const evidence = regressionEvidence(policies.regression, one, arms);

  for (const intervals of ['auto', 'percentile', 'bca'] as const) {
    const found = evidence.differences(['rmse', 'mae'], { intervals, resamples: 200, seed: 1 });
    expect(found.size).toBe(0);
  }
});

test('a weight of a whole number is as many rows', () => {
  const { uniform } = draws(12);
  const rows = 80;
  const labels = Int32Array.from({ length: rows }, () => Math.floor(uniform() * 3));
  const weights = Float64Array.from(labels, () => 1 + Math.floor(uniform() * 3));
  const logits = Array.from({ length: rows * 3 }, (_, cell) =>
    Math.exp(2 * uniform() + (cell % 3 === labels[Math.floor(cell / 3)] ? 1 : 0)),
  );
  const probabilities = Float64Array.from(logits, (value, cell) => {
    const row = Math.floor(cell / 3) * 3;
    return value / (logits[row]! + logits[row + 1]! + logits[row + 2]!);
  });
  const repeated = [...labels.keys()].flatMap((row) => Array.from({ length: weights[row]! }, () => row));
  const arm = (values: Float64Array) => ({
    probabilities: values,
    predicted: predictedClasses(values, 3, { threshold: 0.5 }),
  });
  const names = [
    'log-loss',
    'brier',
    'roc-auc',
    'pr-auc',
    'f1',
    'accuracy',
    'top-k',
    'balanced-accuracy',
    'mcc',
    'precision',
    'recall',
    'ece',
  ];
  const policy = policyOf('classification', {
    ...Object.fromEntries(names.map((name) => [name, {}])),
    'top-k': { k: 2 },
  });
  const classes = ['a', 'b', 'c'];
  const ids = Array.from(labels, String);
  const weighed = classificationEvidence(
    policy,
    { ids, classes, labels, slices: {}, sampling: { rows, weights } },
    { candidate: arm(probabilities) },
  );
  const many = classificationEvidence(
    policy,
    { ids: repeated.map(String), classes, labels: Int32Array.from(repeated, (row) => labels[row]!), slices: {} },
    { candidate: arm(Float64Array.from(repeated.flatMap((row) => [...probabilities.subarray(row * 3, row * 3 + 3)]))) },
  );

  for (const name of names) {
    expect(weighed.measure(name, 'candidate').value, name).toBeCloseTo(many.measure(name, 'candidate').value!, 12);
  }
  expect(weighed.traits('top-k').title).toBe('top-2 accuracy');
});

test.each(['regression', 'ranking'] as const)('a model of %s gives one finite number a row, or a problem', (name) => {
  const policy = policies[name];
  const { sample } = name === 'regression' ? houses(3) : searches(1);
  const setting = { policy, sample: { ...sample, ids: ['a', 'b', 'c'] }, file: 'model.onnx' };
  const read = (scores: { values?: Float64Array; labels?: string[]; classes?: number }) =>
    taskOf(policy).armOf({ probabilities: none, classes: 0, ...scores }, setting);
  const column = name === 'regression' ? 'predicted' : 'scores';

  expect(read({ values: Float64Array.from([1, 2.5, -3]) }).value).toEqual({
    [column]: Float64Array.from([1, 2.5, -3]),
  });
  expect(read({ labels: ['1', '2', '3'] }).value).toEqual({ [column]: Float64Array.from([1, 2, 3]) });
  for (const wrong of [Number.NaN, Infinity])
    expect(read({ values: Float64Array.from([1, wrong, 3]) }).problems).toMatchObject([
      { code: 'GATE_PREDICTION_NAN', file: 'model.onnx' },
    ]);
  expect(read({ labels: ['1', 'cat', '3'] }).problems).toMatchObject([{ code: 'GATE_PREDICTION_NAN' }]);
  expect(read({ classes: 3 }).problems).toMatchObject([{ code: 'GATE_OUTPUT_WIDTH' }]);
});
