// Every metric of the three tasks, and the intervals that have a reference, against scikit-learn, SciPy and statsmodels
// (fixtures/oracles/gate-metrics; make.py made them), through the evidence that the gate judges by.
//
// Where we differ on purpose, the oracle leaves the value out or says null:
// - R² of a truth that does not vary is no number here; scikit-learn says 0 or 1.
// - The area under a curve of a class without rows is no number here; scikit-learn warns and says 0 for PR AUC.
// - top-k with k at or above the number of classes is always right: no number here, 1 there.
// - A query without a relevant item has no average precision or recall here and is left out; scikit-learn says 0.
// - Rows of weight 0 are as if they were not there; scikit-learn counts their class in macro averages,
//   so the oracle names the classes that weigh anything.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GatePolicy } from '@pawl/core';
import {
  classificationEvidence,
  predictedClasses,
  rankingEvidence,
  regressionEvidence,
  type Arm,
  type TaskEvidence,
} from '@pawl/core/eval-gate';
import type { Sampling } from '@pawl/core/statistics';

type Pair = [number | null, number | null];

interface Answers {
  task: 'classification' | 'regression' | 'ranking';
  classes?: number;
  truth: ArrayLike<number>;
  queries?: ArrayLike<number>;
  arms: [ArrayLike<number>, ArrayLike<number>];
  weights?: ArrayLike<number>;
  clusters?: number[];
  strata?: number[];
}
interface Expected {
  expected: Record<string, Pair>;
  /** Difference, standard error, and 95 % limits. */
  intervals?: Record<string, [number, number, number, number]>;
}
interface Values {
  sets: (Answers & Expected)[];
  big: (Expected & { task: Answers['task']; seed: number; rows: number })[];
}

const path = new URL('../../../../fixtures/oracles/gate-metrics/values.json', import.meta.url);
const values = JSON.parse(readFileSync(path, 'utf8')) as Values;

/** `f1:macro` → what a policy says. */
function settingOf(key: string): { name: string; setting: Record<string, string | number> } {
  const [name, setting] = key.split(':') as [string, string | undefined];
  if (setting === undefined) return { name, setting: {} };
  if (name === 'quantile-loss') return { name, setting: { quantile: Number(setting) } };
  const counted = /^(ndcg|recall-at-k|top-k)$/.test(name);
  return { name, setting: counted ? { k: Number(setting) } : { average: setting } };
}

/** The evidence under a policy that asks for one metric. */
function evidenceFor(set: Answers, key: string): { name: string; evidence: TaskEvidence } {
  const { name, setting } = settingOf(key);
  const policy = GatePolicy.parse({
    name: 'oracle',
    task: set.task,
    data: { id: 'id', label: 'label' },
    metrics: { [name]: setting },
  });
  return { name, evidence: evidenceOf(policy, set) };
}

function evidenceOf(policy: GatePolicy, set: Answers): TaskEvidence {
  const rows = set.queries === undefined ? set.truth.length : 1 + set.queries[set.queries.length - 1]!;
  const sampling: Sampling = {
    rows,
    ...(set.weights && { weights: Float64Array.from(set.weights) }),
    ...(set.clusters && { clusters: Int32Array.from(set.clusters) }),
    ...(set.strata && { strata: Int32Array.from(set.strata) }),
  };
  const ids = Array.from(set.truth, (_, row) => String(row));
  const [one, other] = set.arms.map((values) => Float64Array.from(values)) as [Float64Array, Float64Array];
  if (set.task === 'regression') {
    const sample = { ids, truth: Float64Array.from(set.truth), sampling, slices: {} };
    return regressionEvidence(policy, sample, { candidate: { predicted: one }, baseline: { predicted: other } });
  }
  if (set.task === 'ranking') {
    const lists = Array.from({ length: rows }, (): number[] => []);
    Array.from(set.queries!).forEach((query, item) => lists[query]!.push(item));
    const items = lists.map((list) => Int32Array.from(list));
    const relevance = Float64Array.from(set.truth);
    const sample = { ids, relevance, queries: items.map((_, query) => `q${query}`), items, sampling, slices: {} };
    return rankingEvidence(policy, sample, { candidate: { scores: one }, baseline: { scores: other } });
  }
  const k = set.classes!;
  const positive = k === 2 ? 1 : undefined;
  const arm = (probabilities: Float64Array): Arm => ({
    probabilities,
    predicted: predictedClasses(probabilities, k, { positive, threshold: 0.5 }),
  });
  const sample = {
    ids,
    classes: Array.from({ length: k }, (_, index) => String(index)),
    labels: Int32Array.from(set.truth),
    sampling,
    slices: {},
    ...(positive !== undefined && { positive }),
  };
  return classificationEvidence(policy, sample, { candidate: arm(one), baseline: arm(other) });
}

const near = (value: number, expected: number, tolerance = 1e-9): boolean =>
  Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected));

/** Metrics of one side that are not as written. */
function misses(set: Answers & Expected, what: string): string[] {
  return Object.entries(set.expected).flatMap(([key, pair]) => {
    const { name, evidence } = evidenceFor(set, key);
    return (['candidate', 'baseline'] as const).flatMap((side, index) => {
      const { value } = evidence.measure(name, side);
      const expected = pair[index]!;
      const good = value === null || expected === null ? value === expected : near(value, expected);
      return good ? [] : [`${what} ${key} of the ${side}: ${value}, reference ${expected}`];
    });
  });
}

test('all metrics of all sets of the three tasks equal scikit-learn to 1e-9', () => {
  const wrong = values.sets.flatMap((set, index) => misses(set, `${set.task} ${index}`));

  expect(wrong).toEqual([]);
  expect(values.sets.length).toBeGreaterThanOrEqual(240);
});

/** Metrics whose reference is differentiated by numbers, not by hand: as exact as such a derivative is. */
const byDerivative = /^(roc-auc|pr-auc|rmse|r2|accuracy|balanced-accuracy|mcc|precision|recall|f1)/;

test('standard errors and 95 % limits equal SciPy and statsmodels: plain, weighted, by cluster, by stratum', () => {
  const wrong: string[] = [];
  const compared = new Set<string>();
  const plan = { intervals: 'auto', resamples: 200, seed: 1 } as const;
  for (const [index, set] of values.sets.entries()) {
    for (const [key, [difference, error, low, high]] of Object.entries(set.intervals ?? {})) {
      const { name, evidence } = evidenceFor(set, key);
      const found = evidence.differences([name], plan).get(name);
      const kind = ['weights', 'clusters', 'strata'].filter((part) => part in set).join('+') || 'plain';
      const exact = !byDerivative.test(key) || (name === 'roc-auc' && kind === 'plain' && set.classes === 2);
      const tolerance = exact ? 1e-9 : 2e-5;
      compared.add(`${name} ${kind}`);
      const good =
        found !== undefined &&
        near(found.difference, difference, tolerance) &&
        near(found.standardError, error, tolerance) &&
        near(found.shown[0], low, 10 * tolerance) &&
        near(found.shown[1], high, 10 * tolerance);
      if (!good)
        wrong.push(
          `${set.task} ${index} ${kind} ${key}: ${found?.difference} ± ${found?.standardError} [${found?.shown}], reference ${[difference, error, low, high]}`,
        );
    }
  }

  expect(wrong).toEqual([]);
  expect(compared.size).toBeGreaterThan(60);
});

/** The generator that make.py draws from. */
function chances(seed: number, count: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  });
}

function drawn({ task, seed, rows }: Values['big'][number]): Answers {
  const columns = task === 'ranking' ? 3 : 4;
  const items = task === 'ranking' ? rows * 12 : rows;
  const u = chances(seed, columns * items);
  const column = (index: number) => Float64Array.from({ length: items }, (_, row) => u[row * columns + index]!);
  if (task === 'classification') {
    const truth = column(0).map((chance) => (chance < 0.3 ? 1 : 0));
    const arm = (index: number, width: number) =>
      column(index).reduce(
        (all, chance, row) => {
          const p = Math.floor(((truth[row] === 1 ? 0.55 : 0.35) + (chance - 0.5) * width) * 500) / 500;
          all[2 * row + 1] = Math.min(1, Math.max(0, p));
          all[2 * row] = 1 - all[2 * row + 1]!;
          return all;
        },
        new Float64Array(2 * rows),
      );
    return {
      task,
      classes: 2,
      truth,
      arms: [arm(1, 0.5), arm(2, 0.8)],
      weights: column(3).map((w) => Math.floor(w * 4)),
    };
  }
  if (task === 'regression') {
    const truth = column(0).map((chance) => Math.floor(chance * 1e4) / 10);
    const [one, other] = [column(1), column(2)];
    return {
      task,
      truth,
      arms: [truth.map((y, row) => y + (one[row]! - 0.5) * 40), truth.map((y, row) => y + (other[row]! - 0.45) * 50)],
      weights: column(3).map((w) => Math.floor(w * 4)),
    };
  }
  const truth = column(0).map((chance) => Math.floor(chance * chance * 4));
  const scores = (index: number, width: number) =>
    column(index).map((chance, item) => Math.floor((truth[item]! + chance * width) * 50) / 50);
  const queries = Array.from({ length: items }, (_, item) => Math.floor(item / 12));
  return { task, truth, queries, arms: [scores(1, 3), scores(2, 5)] };
}

test.each(values.big)('a big set of $task, drawn from the same seed, equals scikit-learn to 1e-9', (set) => {
  const answers = drawn(set);
  expect(misses({ ...answers, expected: set.expected }, `${set.rows} rows`)).toEqual([]);
});
