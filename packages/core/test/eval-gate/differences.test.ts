import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { ClassificationMetric } from '@pawl/core';
import { differencesOf, predictedClasses, type Arm, type Sample } from '@pawl/core/eval-gate';

/** Rows of k classes; the candidate's scores follow the truth more closely than the baseline's. */
function world(rows: number, k: number) {
  const random = xoroshiro128plus(rows + k);
  const uniform = (): number => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const labels = Int32Array.from({ length: rows }, () => Math.floor(uniform() * k));
  const positive = k === 2 ? 1 : undefined;
  const arm = (strength: number): Arm => {
    const probabilities = new Float64Array(rows * k);
    labels.forEach((label, row) => {
      const weights = Array.from({ length: k }, (_, index) =>
        Math.exp((index === label ? strength : 0) + 2 * uniform()),
      );
      const sum = weights.reduce((total, weight) => total + weight, 0);
      probabilities.set(
        weights.map((weight) => weight / sum),
        row * k,
      );
    });
    return { probabilities, predicted: predictedClasses(probabilities, k, { positive, threshold: 0.5 }) };
  };
  const sample: Sample = {
    ids: Array.from(labels, (_, row) => String(row)),
    classes: Array.from({ length: k }, (_, index) => String(index)),
    labels,
    slices: {},
    ...(positive !== undefined && { positive }),
  };
  return { sample, candidate: arm(1.1), baseline: arm(0.8) };
}

const plan = { resamples: 2000, seed: 5 };
/** With two classes the true one is always among two. */
const namesOf = (k: number) => ClassificationMetric.options.filter((name) => name !== 'top-k' || k > 2);
const settings = () => ({ k: 2 });

test.each([2, 4])('with %d classes, analytic and both bootstrap intervals of every metric agree', (k) => {
  const pair = { ...world(500, k), settings };
  const names = namesOf(k);
  const auto = differencesOf(pair, names, { ...plan, intervals: 'auto' });
  const percentile = differencesOf(pair, names, { ...plan, intervals: 'percentile' });
  const bca = differencesOf(pair, names, { ...plan, intervals: 'bca' });

  for (const name of names) {
    const [low, high] = percentile.get(name)!.shown;
    // A bootstrapped calibration error is pushed up on both sides, so its shape is its own.
    const tolerance = (high - low) * (name === 'ece' ? 0.3 : 0.12);
    expect(auto.get(name)!.difference, name).toBeCloseTo(percentile.get(name)!.difference, 12);
    for (const other of [auto, bca]) {
      expect(Math.abs(other.get(name)!.shown[0] - low), name).toBeLessThan(tolerance);
      expect(Math.abs(other.get(name)!.shown[1] - high), name).toBeLessThan(tolerance);
    }
  }
});

test('the same seed gives the same intervals, another seed others', () => {
  const pair = world(200, 2);
  const f1 = (seed: number) => differencesOf(pair, ['f1'], { ...plan, seed, intervals: 'auto' }).get('f1')!.shown;

  expect(f1(5)).toEqual(f1(5));
  expect(f1(6)).not.toEqual(f1(5));
});

test('two models that agree on every row still leave a width: unseen rows may differ', () => {
  const { sample, candidate } = world(300, 2);
  const pair = { sample, candidate, baseline: { ...candidate } };
  const found = differencesOf(pair, ['accuracy', 'f1', 'recall', 'precision', 'balanced-accuracy'], {
    ...plan,
    intervals: 'auto',
  });

  for (const [name, { difference, decision }] of found) {
    expect(difference, name).toBe(0);
    expect(decision[0], name).toBeLessThan(-0.003);
    expect(decision[1], name).toBeGreaterThan(0.003);
  }
});

test('a metric that has no value on the rows is left out', () => {
  const { sample, candidate, baseline } = world(100, 2);
  const pair = { sample: { ...sample, labels: new Int32Array(100) }, candidate, baseline };

  expect([...differencesOf(pair, ['roc-auc', 'log-loss'], { ...plan, intervals: 'auto' }).keys()]).toEqual([
    'log-loss',
  ]);
  expect([...differencesOf(pair, ['roc-auc', 'log-loss'], { ...plan, intervals: 'bca' }).keys()]).toEqual(['log-loss']);
});
