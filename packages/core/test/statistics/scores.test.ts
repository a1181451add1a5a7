import { readFileSync } from 'node:fs';
import {
  absoluteErrors,
  averagePrecision,
  confusionTable,
  matthewsCorrelation,
  ndcg,
  percentageErrors,
  quantileLosses,
  recallAt,
  reciprocalRank,
  rootMeanSquareInfluence,
  rSquared,
  rSquaredInfluence,
  squaredErrors,
  topKHits,
  weightedPrecisionRecall,
} from '@pawl/core/statistics';
import { expect, test } from 'vitest';

const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/scores/values.json', import.meta.url), 'utf8'),
) as {
  readonly regression: readonly {
    truth: number[];
    predicted: number[];
    mae: number;
    rmse: number;
    mape: number;
    r2: number | null;
    pinball: number[];
  }[];
  readonly ranking: readonly {
    relevance: number[];
    scores: number[];
    ndcg: number | null;
    ndcg5: number | null;
    ap: number | null;
    rr: number;
  }[];
  readonly classes: readonly {
    classes: number;
    labels: number[];
    probabilities: number[];
    predicted: number[];
    mcc: number;
    precision: number;
    recall: number;
    f1: number;
    top2: number | null;
  }[];
};

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** 1e-9 of the value, as large as it may be. */
const same = (found: number | null | undefined, expected: number | null): void => {
  if (expected === null || found === null || found === undefined) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
};

test('errors of a regression are those of scikit-learn, on 80 sets with ties, zeros and a constant truth', () => {
  for (const set of oracle.regression) {
    const [truth, predicted] = [Float64Array.from(set.truth), Float64Array.from(set.predicted)];
    same(mean(absoluteErrors(truth, predicted)), set.mae);
    same(Math.sqrt(mean(squaredErrors(truth, predicted))), set.rmse);
    same(mean(percentageErrors(truth, predicted)), set.mape);
    same(rSquared(truth, predicted), set.r2);
    for (const [index, quantile] of [0.1, 0.5, 0.9].entries())
      same(mean(quantileLosses(truth, predicted, quantile)), set.pinball[index] ?? null);
    const influence = rSquaredInfluence(truth, predicted);
    same(influence === null ? null : mean(influence), set.r2);
    same(mean(rootMeanSquareInfluence(truth, predicted)), set.rmse);
  }
});

test('metrics of a ranked list are those of scikit-learn, on 80 lists with ties and without relevant items', () => {
  for (const set of oracle.ranking) {
    const list = { relevance: Float64Array.from(set.relevance), scores: Float64Array.from(set.scores) };
    if (set.ndcg !== null) same(ndcg(list), set.ndcg);
    if (set.ndcg5 !== null) same(ndcg(list, 5), set.ndcg5);
    same(averagePrecision(list), set.ap);
    same(reciprocalRank(list), set.rr);
    const relevant = set.relevance.filter((value) => value > 0).length;
    same(recallAt(list, set.relevance.length), relevant === 0 ? null : 1);
  }
});

test('recall at k counts the relevant items that come first, and a tie at the border in part', () => {
  const relevance = Float64Array.from([1, 0, 1, 0, 1]);
  expect(recallAt({ relevance, scores: Float64Array.from([5, 4, 3, 2, 1]) }, 3)).toBeCloseTo(2 / 3, 12);
  expect(recallAt({ relevance, scores: Float64Array.from([5, 4, 4, 4, 1]) }, 2)).toBeCloseTo((1 + 1 / 3) / 3, 12);
});

test("Matthews' correlation, weighted averages and the k likeliest are those of scikit-learn, on 60 sets", () => {
  for (const set of oracle.classes) {
    const labels = Int32Array.from(set.labels);
    const table = confusionTable(labels, Int32Array.from(set.predicted), set.classes);
    same(matthewsCorrelation(table), set.mcc);
    const weighted = weightedPrecisionRecall(table);
    same(weighted?.precision, set.precision);
    same(weighted?.recall, set.recall);
    same(weighted?.f1, set.f1);
    if (set.top2 !== null) same(mean(topKHits(labels, Float64Array.from(set.probabilities), set.classes, 2)), set.top2);
  }
});
