// What the gate claims, held by seeded simulation: its intervals cover what they say, and its verdicts err as rarely.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { beforeAll, expect, test } from 'vitest';
import { GatePolicy, type MetricName } from '@pawl/core';
import {
  classificationEvidence,
  compareModels,
  differencesOf,
  measure,
  predictedClasses,
  type Arm,
  type Sample,
} from '@pawl/core/eval-gate';

const names: MetricName[] = [
  'log-loss',
  'brier',
  'roc-auc',
  'f1',
  'accuracy',
  'balanced-accuracy',
  'precision',
  'recall',
];
const rows = 300;
const worlds = 500;

/** Rows of a world in which the baseline sees the signal with noise `before`, the candidate with noise `after`. */
function drawWorld(n: number, seed: number, noise: { before: number; after: number }) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const labels = new Int32Array(n);
  const [before, after] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  for (let row = 0; row < n; row++) {
    const signal = normal();
    labels[row] = uniform() < logistic(2 * signal - 0.5) ? 1 : 0;
    for (const [values, spread] of [
      [before, noise.before],
      [after, noise.after],
    ] as const) {
      const p = logistic(1.6 * (signal + spread * normal()) - 0.5);
      values[2 * row] = 1 - p;
      values[2 * row + 1] = p;
    }
  }
  const sample: Sample = {
    ids: Array.from(labels, (_, row) => String(row)),
    classes: ['0', '1'],
    labels,
    positive: 1,
    slices: {},
  };
  const arm = (probabilities: Float64Array): Arm => ({
    probabilities,
    predicted: predictedClasses(probabilities, 2, { positive: 1, threshold: 0.5 }),
  });
  return { sample, candidate: arm(after), baseline: arm(before) };
}

const worse = { before: 0.3, after: 0.6 };
let truth: Map<MetricName, number>;

beforeAll(() => {
  const { sample, candidate, baseline } = drawWorld(400_000, 1, worse);
  truth = new Map(
    names.map((name) => [name, measure(name, sample, candidate).value! - measure(name, sample, baseline).value!]),
  );
});

test('90 % intervals of every metric cover the true difference in 90 % of 500 worlds, within chance', () => {
  const covered = new Map(names.map((name) => [name, 0]));
  for (let world = 0; world < worlds; world++) {
    const found = differencesOf(drawWorld(rows, 1000 + world, worse), names, {
      intervals: 'auto',
      resamples: 400,
      seed: world,
    });
    for (const name of names) {
      const [low, high] = found.get(name)!.decision;
      if (low <= truth.get(name)! && truth.get(name)! <= high) covered.set(name, covered.get(name)! + 1);
    }
  }
  const shares = names.map((name) => covered.get(name)! / worlds);

  // Three standard errors of a share of 0.9 in 500 worlds are 0.04.
  expect(Math.min(...shares), JSON.stringify([...covered])).toBeGreaterThan(0.86);
  expect(Math.max(...shares), JSON.stringify([...covered])).toBeLessThan(0.945);
});

const verdicts = (
  policy: GatePolicy,
  noise: { before: number; after: number },
  seed: number,
): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (let world = 0; world < worlds; world++) {
    const { sample, ...arms } = drawWorld(rows, seed + world, noise);
    const evidence = classificationEvidence(policy, sample, arms);
    const { judgement } = compareModels(policy, { evidence, same: false, seed: world });
    counts[judgement.verdict] = (counts[judgement.verdict] ?? 0) + 1;
  }
  return counts;
};
const policyOf = (metrics: Record<string, unknown>): GatePolicy =>
  GatePolicy.parse({ name: 'm', task: 'classification', data: { id: 'id', label: 'y' }, metrics, resamples: 200 });

test('a model that is worse by just the margin passes in at most 5 % of worlds, within chance', () => {
  const counts = verdicts(policyOf({ 'log-loss': { margin: truth.get('log-loss')! } }), worse, 50_000);

  expect((counts['pass'] ?? 0) / worlds, JSON.stringify(counts)).toBeLessThan(0.08);
});

test('a model that is no worse fails in at most 5 % of worlds, even with three key metrics', () => {
  const margins = { 'log-loss': { margin: 0.001 }, accuracy: { margin: 0.001 }, 'roc-auc': { margin: 0.001 } };
  const counts = verdicts(policyOf(margins), { before: 0.4, after: 0.4 }, 90_000);

  expect((counts['fail'] ?? 0) / worlds, JSON.stringify(counts)).toBeLessThan(0.08);
});

test('a model that is much worse fails in most worlds', () => {
  const counts = verdicts(policyOf({ 'log-loss': { margin: 0.01 } }), { before: 0.3, after: 0.9 }, 130_000);

  expect((counts['fail'] ?? 0) / worlds, JSON.stringify(counts)).toBeGreaterThan(0.9);
  expect(counts['pass'] ?? 0).toBe(0);
});
