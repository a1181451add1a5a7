import { ratesAtThresholds } from '@pawl/core/statistics';
import { expect, test } from 'vitest';

const scores = Float64Array.from([0.1, 0.4, 0.35, 0.8]);
const positives = Uint8Array.from([0, 0, 1, 1]);

// The example of scikit-learn's precision_recall_curve: precision 1/2, 2/3, 1/2, 1 and recall 1, 1, 1/2, 1/2.
test('precision and recall at every score are those of scikit-learn', () => {
  expect(ratesAtThresholds(scores, positives)!.map(({ precision, recall }) => [precision, recall])).toEqual([
    [1, 0.5],
    [0.5, 0.5],
    [2 / 3, 1],
    [0.5, 1],
  ]);
});

test('above every score nothing is called positive: no precision, no recall, F1 zero', () => {
  expect(ratesAtThresholds(scores, positives, { thresholds: [0.9] })).toEqual([
    { threshold: 0.9, precision: null, recall: 0, f1: 0 },
  ]);
});

test('there is no curve without a positive row', () => {
  expect(ratesAtThresholds(scores, new Uint8Array(4))).toBeNull();
});

test('many scores are thinned, and the lowest stays: the curve ends at full recall', () => {
  const many = Float64Array.from({ length: 1000 }, (_, row) => row / 1000);
  const curve = ratesAtThresholds(
    many,
    Uint8Array.from(many, (value) => (value > 0.5 ? 1 : 0)),
  )!;
  expect(curve).toHaveLength(100);
  expect(curve.at(-1)).toMatchObject({ threshold: 0, recall: 1 });
});
