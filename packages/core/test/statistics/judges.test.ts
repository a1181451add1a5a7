import { readFileSync } from 'node:fs';
import { cohensKappa, predictionPoweredMean, varianceComponents, varianceOfMean } from '@pawl/core/statistics';
import { expect, test } from 'vitest';

const oracle = JSON.parse(
  readFileSync(new URL('../../../../fixtures/oracles/judges/values.json', import.meta.url), 'utf8'),
) as {
  readonly kappa: readonly { table: number[][]; kappa: number; se: number; agreement: number }[];
  readonly ppi: readonly {
    human: number[];
    judge: number[];
    unlabelled: number[];
    lambda: number;
    alpha: number;
    mean: number;
    low: number;
    high: number;
  }[];
  readonly components: readonly { scores: number[][]; within: number; between: number }[];
};

test.each(oracle.kappa)('kappa and its error are those of statsmodels: $table', ({ table, kappa, se, agreement }) => {
  const found = cohensKappa(table);
  expect(found.kappa).toBeCloseTo(kappa, 12);
  expect(found.standardError).toBeCloseTo(se, 12);
  expect(found.observed).toBeCloseTo(agreement, 12);
});

test('raters who both say one thing alone have no kappa, and so no certificate', () => {
  expect(
    cohensKappa([
      [50, 0],
      [0, 0],
    ]).kappa,
  ).toBeNaN();
});

test.each(oracle.ppi)('the prediction-powered mean is that of ppi_py with weight $lambda', (values) => {
  const found = predictionPoweredMean(values, { weight: values.lambda, level: 1 - values.alpha });
  expect(found.mean).toBeCloseTo(values.mean, 10);
  expect(found.low).toBeCloseTo(values.low, 10);
  expect(found.high).toBeCloseTo(values.high, 10);
});

test('a judge that tells nothing is given no weight, and one that is right is trusted', () => {
  const human = Array.from({ length: 60 }, (_, index) => (index * 7) % 2);
  const unlabelled = Array.from({ length: 600 }, (_, index) => (index % 3 === 0 ? 1 : 0));
  const constant = predictionPoweredMean({ human, judge: human.map(() => 0.5), unlabelled: unlabelled.map(() => 0.5) });
  expect(constant.weight).toBe(0);
  const right = predictionPoweredMean({ human, judge: human, unlabelled });
  expect(right.weight).toBeGreaterThan(0.8);
  expect(right.high - right.low).toBeLessThan((constant.high - constant.low) / 1.5);
});

test.each(oracle.components)('variance between and within is split as in an analysis of variance', (values) => {
  const found = varianceComponents(values.scores);
  expect(found?.within).toBeCloseTo(values.within, 10);
  expect(found?.between).toBeCloseTo(values.between, 10);
});

test('without a repeat nothing can be split', () => {
  expect(varianceComponents([[1], [0], [1]])).toBeUndefined();
  expect(varianceComponents([[1, 0]])).toBeUndefined();
  expect(varianceOfMean({ between: 0.2, within: 0.1 }, 10, 2)).toBeCloseTo(0.025, 12);
});
