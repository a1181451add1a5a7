// What the gate claims, held by seeded simulation: its intervals cover what they say, and its verdicts err as rarely.
import { beforeAll, expect, test } from 'vitest';
import type { ClassificationMetric, GatePolicy } from '@pawl/core';
import { classificationEvidence, compareModels, differencesOf, measure } from '@pawl/core/eval-gate';
import { drawWorld, policyOf } from './worlds.ts';

const names: ClassificationMetric[] = [
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
const worlds = 300;

const worse = { before: 0.3, after: 0.6 };
let truth: Map<ClassificationMetric, number>;

beforeAll(() => {
  const { sample, candidate, baseline } = drawWorld(200_000, 1, worse);
  truth = new Map(
    names.map((name) => [name, measure(name, sample, candidate).value! - measure(name, sample, baseline).value!]),
  );
});

test('90 % intervals of every metric cover the true difference in 90 % of worlds, within chance', () => {
  const covered = new Map(names.map((name) => [name, 0]));
  for (let world = 0; world < worlds; world++) {
    const found = differencesOf(drawWorld(rows, 1000 + world, worse), names, {
      intervals: 'auto',
      resamples: 300,
      seed: world,
    });
    for (const name of names) {
      const [low, high] = found.get(name)!.decision;
      if (low <= truth.get(name)! && truth.get(name)! <= high) covered.set(name, covered.get(name)! + 1);
    }
  }
  const shares = names.map((name) => covered.get(name)! / worlds);

  // Three standard errors of a share of 0.9 in 300 worlds are 0.05.
  expect(Math.min(...shares), JSON.stringify([...covered])).toBeGreaterThan(0.85);
  expect(Math.max(...shares), JSON.stringify([...covered])).toBeLessThan(0.95);
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

// Three standard errors of a share of 0.05 in 300 worlds are 0.038.
test('a model that is worse by just the margin passes in at most 5 % of worlds, within chance', () => {
  const counts = verdicts(policyOf({ 'log-loss': { margin: truth.get('log-loss')! } }), worse, 50_000);

  expect((counts['pass'] ?? 0) / worlds, JSON.stringify(counts)).toBeLessThan(0.088);
});

test('a model that is no worse fails in at most 5 % of worlds, even with three key metrics', () => {
  const margins = { 'log-loss': { margin: 0.001 }, accuracy: { margin: 0.001 }, 'roc-auc': { margin: 0.001 } };
  const counts = verdicts(policyOf(margins), { before: 0.4, after: 0.4 }, 90_000);

  expect((counts['fail'] ?? 0) / worlds, JSON.stringify(counts)).toBeLessThan(0.088);
});

test('a model that is much worse fails in most worlds', () => {
  const counts = verdicts(policyOf({ 'log-loss': { margin: 0.01 } }), { before: 0.3, after: 0.9 }, 130_000);

  expect((counts['fail'] ?? 0) / worlds, JSON.stringify(counts)).toBeGreaterThan(0.9);
  expect(counts['pass'] ?? 0).toBe(0);
});
