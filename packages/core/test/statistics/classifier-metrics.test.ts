// Every set of fixtures/oracles/metrics: what scikit-learn and SciPy say (make.py made them).
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measure, predictedClasses, type Arm, type Sample } from '@pawl/core/eval-gate';
import {
  bcaInterval,
  bootstrapMeans,
  confusionTable,
  delong,
  jackknife,
  logLosses,
  normalCdf,
  normalQuantile,
  estimateOf,
  pairedMeanEstimate,
  percentileInterval,
} from '@pawl/core/statistics';

interface Values {
  sets: {
    classes: number;
    labels: number[];
    arms: { probabilities: number[]; metrics: Record<string, number | null> & { confusion: number[] } }[];
    delong?: { difference: number; standardError: number } | null;
    pairedLogLoss?: { low: number; high: number };
  }[];
  bootstrap: {
    values: number[];
    replicates: number[];
    intervals: { percentile: [number, number]; BCa: [number, number] };
    wideBca: [number, number];
  }[];
  normal: { p: number; z: number; back: number }[];
}
const path = new URL('../../../../fixtures/oracles/metrics/values.json', import.meta.url);
const values = JSON.parse(readFileSync(path, 'utf8')) as Values;

const sampleOf = (set: Values['sets'][number]): Sample => ({
  ids: set.labels.map(String),
  classes: Array.from({ length: set.classes }, (_, index) => String(index)),
  labels: Int32Array.from(set.labels),
  slices: {},
  ...(set.classes === 2 && { positive: 1 }),
});
const armOf = (sample: Sample, probabilities: number[]): Arm => ({
  probabilities: Float64Array.from(probabilities),
  predicted: predictedClasses(Float64Array.from(probabilities), sample.classes.length, {
    positive: sample.positive,
    threshold: 0.5,
  }),
});
/** The other metrics are in the oracle of the gate's three tasks. */
const names = [
  'log-loss',
  'brier',
  'roc-auc',
  'f1',
  'accuracy',
  'balanced-accuracy',
  'precision',
  'recall',
  'ece',
] as const;
const near = (value: number, expected: number): boolean =>
  Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected));

test('all metrics of all sets equal scikit-learn to 1e-9', () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const [index, set] of values.sets.entries()) {
    const sample = sampleOf(set);
    for (const { probabilities, metrics } of set.arms) {
      const arm = armOf(sample, probabilities);
      expect([...confusionTable(sample.labels, arm.predicted, set.classes).counts]).toEqual(metrics.confusion);
      for (const name of names) {
        const { value } = measure(name, sample, arm);
        const expected = metrics[name] ?? null;
        compared += 1;
        if (value === null || expected === null ? value !== expected : !near(value, expected))
          wrong.push(`set ${index} ${name}: ${value}, scikit-learn ${expected}`);
      }
    }
  }

  expect(wrong).toEqual([]);
  expect(compared).toBe(222 * 2 * 9);
});

test('with one class only the AUC is null, with the reason', () => {
  const set = values.sets.find(({ labels }) => labels.length > 10 && labels.every((label) => label === 1))!;
  const sample = sampleOf(set);

  const measured = measure('roc-auc', sample, armOf(sample, set.arms[0]!.probabilities));

  expect(measured).toEqual({ value: null, reason: 'all rows are of class "1"' });
});

test("DeLong's difference and standard error equal the mid-rank algorithm's", () => {
  const wrong: string[] = [];
  for (const [index, set] of values.sets.entries()) {
    if (set.delong === undefined) continue;
    const [a, b] = set.arms.map(({ probabilities }) =>
      Float64Array.from(probabilities.filter((_, cell) => cell % 2 === 1)),
    );
    const paired = delong(a!, b!, Uint8Array.from(set.labels));
    if (paired === null || set.delong === null) {
      if (paired !== set.delong) wrong.push(`set ${index}`);
      continue;
    }
    if (
      !near(paired.difference, set.delong.difference) ||
      Math.abs(paired.standardError - set.delong.standardError) > 1e-8
    )
      wrong.push(`set ${index}: ${JSON.stringify(paired)} ${JSON.stringify(set.delong)}`);
  }

  expect(wrong).toEqual([]);
});

test("the paired interval of the log-loss equals SciPy's paired t interval, but where a long tail moves it out", () => {
  for (const set of values.sets) {
    if (set.pairedLogLoss === undefined || set.labels.length < 2) continue;
    const labels = Int32Array.from(set.labels);
    const [a, b] = set.arms.map(({ probabilities }) =>
      logLosses(labels, Float64Array.from(probabilities), set.classes),
    );
    const { difference, standardError, decision } = pairedMeanEstimate(a!, b!)!;
    const student = estimateOf(difference, standardError, labels.length - 1).decision;

    expect(student[0]).toBeCloseTo(set.pairedLogLoss.low, 8);
    expect(student[1]).toBeCloseTo(set.pairedLogLoss.high, 8);
    expect(decision[0]).toBeLessThanOrEqual(student[0]);
    expect(decision[1]).toBeGreaterThanOrEqual(student[1]);
  }
});

test("percentile and BCa intervals of SciPy's replicates equal SciPy's", () => {
  for (const { values: rows, replicates, intervals } of values.bootstrap) {
    const data = Float64Array.from(rows);
    const mean = (counts: Int32Array): number[] => {
      let sum = 0;
      let n = 0;
      counts.forEach((count, row) => {
        sum += count * data[row]!;
        n += count;
      });
      return [sum / n];
    };
    const sorted = Float64Array.from(replicates).sort();
    const [without] = jackknife(data.length, mean);
    const percentile = percentileInterval(sorted, 0.9);
    const bca = bcaInterval(sorted, mean(new Int32Array(data.length).fill(1))[0]!, without!, 0.9);

    expect(
      Math.max(Math.abs(percentile[0] - intervals.percentile[0]), Math.abs(percentile[1] - intervals.percentile[1])),
    ).toBeLessThan(1e-9);
    expect(Math.max(Math.abs(bca[0] - intervals.BCa[0]), Math.abs(bca[1] - intervals.BCa[1]))).toBeLessThan(1e-9);
  }
});

test("our own replicates give SciPy's BCa interval within what 20,000 draws resolve", () => {
  for (const { values: rows, wideBca } of values.bootstrap) {
    const data = Float64Array.from(rows);
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const replicates = bootstrapMeans(data, 20_000, 11).sort();
    const without = data.map((value) => (mean * data.length - value) / (data.length - 1));
    const [low, high] = bcaInterval(replicates, mean, without, 0.9);
    const width = wideBca[1] - wideBca[0];

    expect(Math.abs(low - wideBca[0]) / width).toBeLessThan(0.03);
    expect(Math.abs(high - wideBca[1]) / width).toBeLessThan(0.03);
  }
});

test("the normal distribution and its inverse equal SciPy's", () => {
  for (const { p, z, back } of values.normal) {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-12);
    expect(Math.abs(normalCdf(z) - back) / back).toBeLessThan(1e-12);
  }
});
