// What the gate says its rows could show, against what they show.
import { expect, test } from 'vitest';
import { classificationEvidence, compareModels, type MetricJudgement } from '@pawl/core/eval-gate';
import { estimateOf, pairedProportionEstimate, smallestSeen } from '@pawl/core/statistics';
import { pairedPower } from '../../src/eval-gate/power.ts';
import { powerBlocks } from '../../src/eval-gate/power-words.ts';
import { spreadOf } from '../../src/eval-gate/spread.ts';
import { drawWorld, policyOf } from './worlds.ts';

const key = { role: 'key', margin: 0.01 } as const;

test('the smallest loss is (z₀.₉₅ + z₀.₈) standard errors, and more where the interval reaches further', () => {
  const { loss, gain } = smallestSeen(estimateOf(0.3, 0.01), 0.05);
  expect(loss).toBeCloseTo((1.6448536 + 0.8416212) * 0.01, 8);
  expect(gain).toBeCloseTo(loss, 12);

  const later = pairedPower(estimateOf(0, 0.01), key, { alpha: 0.05, keys: 3 })!;
  // Holm: a lone loss among three must be sure at 0.05 / 3; a gain must not.
  expect(later.loss).toBeCloseTo((2.1280452 + 0.8416212) * 0.01, 7);
  expect(later.gain).toBeCloseTo(loss, 8);
});

test('an equal model passes about as often as is said', () => {
  // Margin 2 SE: Φ(2 − 1.645).
  expect(pairedPower(estimateOf(0, 0.005), key, { alpha: 0.05, keys: 1 })?.equalPasses).toBeCloseTo(0.6388, 4);
  expect(pairedPower(estimateOf(0, 0.005), { ...key, margin: 0, gain: 0.01 }, { alpha: 0.05, keys: 1 })).toEqual({
    loss: expect.closeTo(0.01243, 4),
    gain: expect.closeTo(0.02243, 4),
    basis: 'paired',
  });
});

test('a loss of accuracy of the size that is said is found in four of five draws', () => {
  // Of 1,000 rows 10 % change sides; a true loss of δ divides them into (0.1 ± δ) / 2.
  const rows = 1000;
  const { loss } = smallestSeen(pairedProportionEstimate(50, 50, rows)!, 0.05);
  expect(loss).toBeCloseTo(0.025, 3);
  const found = shareOf((0.1 - loss) / 2, (0.1 + loss) / 2);
  const missed = shareOf((0.1 - loss / 2) / 2, (0.1 + loss / 2) / 2);

  expect(found).toBeGreaterThan(0.74);
  expect(found).toBeLessThan(0.87);
  expect(missed).toBeLessThan(0.5);

  function shareOf(better: number, worse: number): number {
    // The two counts of a trinomial, near enough by normal quantiles of a grid: no chance in this test.
    const steps = 40;
    let fails = 0;
    for (let step = 0; step < steps; step++) {
      for (let other = 0; other < steps; other++) {
        const [u, v] = [quantile((step + 0.5) / steps), quantile((other + 0.5) / steps)];
        const up = Math.round(rows * better + u * Math.sqrt(rows * better));
        const down = Math.round(rows * worse + v * Math.sqrt(rows * worse));
        if (pairedProportionEstimate(Math.max(0, up), Math.max(0, down), rows)!.within(0.9)[1] < 0) fails += 1;
      }
    }
    return fails / steps ** 2;
  }
});

const quantile = (p: number): number => estimateOf(0, 1).within(Math.abs(2 * p - 1))[p < 0.5 ? 0 : 1];

test("without a second model the spread is the candidate's own, and said to be the most it can be", () => {
  const policy = policyOf({ accuracy: {}, 'log-loss': {} });
  const { sample, candidate } = drawWorld(1200, 5, { before: 0.4, after: 0.4 });
  const evidence = classificationEvidence(policy, sample, { candidate });
  const { judgement, slices } = compareModels(policy, { evidence, same: false, seed: 1 });
  const accuracy = judgement.metrics.find(({ name }) => name === 'accuracy')!;
  const p = accuracy.candidate.value!;

  expect(spreadOf(evidence, 'accuracy')!.standardError).toBeCloseTo(Math.sqrt((p * (1 - p)) / 1200), 2);
  // (t₀.₉₇₅ of 39 + z₀.₈) · √2 · SE, give or take what 40 groups leave to chance.
  expect(accuracy.power).toMatchObject({ basis: 'alone' });
  const expected = (2.02 + 0.84) * Math.SQRT2 * Math.sqrt((p * (1 - p)) / 1200);
  expect(Math.abs(accuracy.power!.loss / expected - 1)).toBeLessThan(0.3);
  expect(slices).toEqual([]);
});

test('many rows are measured group by group, with the same spread', () => {
  const spread = (rows: number): number => {
    const { sample, candidate } = drawWorld(rows, 9, { before: 0.4, after: 0.4 });
    const evidence = classificationEvidence(policyOf({ accuracy: {} }), sample, { candidate });
    const p = evidence.measure('accuracy', 'candidate').value!;
    return spreadOf(evidence, 'accuracy')!.standardError / Math.sqrt((p * (1 - p)) / rows);
  };
  // Forty groups leave a ninth of it to chance.
  expect(Math.abs(spread(20_040) - 1)).toBeLessThan(0.33);
  expect(Math.abs(spread(2000) - 1)).toBeLessThan(0.33);
});

test('rows of many clusters are no more than can be counted', () => {
  const { sample, candidate } = drawWorld(200_000, 3, { before: 0.4, after: 0.4 });
  const clusters = Int32Array.from(sample.labels, (_, row) => row >> 1);
  const clustered = { ...sample, sampling: { rows: 200_000, clusters } };
  const evidence = classificationEvidence(policyOf({ accuracy: {} }), clustered, { candidate });
  expect(spreadOf(evidence, 'accuracy')?.degreesOfFreedom).toBe(39);
});

test('the report says it in one line for the headline metric, and of all in the HTML', () => {
  const policy = policyOf({ accuracy: {}, recall: { gain: 0.01 } });
  const { sample, ...arms } = drawWorld(1200, 3, { before: 0.3, after: 0.3 });
  const evidence = classificationEvidence(policy, sample, arms);
  const { judgement } = compareModels(policy, { evidence, same: false, seed: 1 });
  const [line, all] = powerBlocks({ policy, judgement, evidence });

  expect(line).toEqual({
    type: 'text',
    text: expect.stringMatching(
      /^With these 1,200 rows the smallest loss of accuracy you could see is \d\.\d points\.$/,
    ),
  });
  expect(all).toMatchObject({
    type: 'details',
    comment: false,
    blocks: [
      { type: 'table', rows: expect.arrayContaining([['recall', expect.any(String), expect.any(String), '–']]) },
      {},
    ],
  });
  expect(
    powerBlocks({ policy, evidence, judgement: { ...judgement, metrics: [unknown(judgement.metrics[0]!)] } }),
  ).toEqual([]);
});

function unknown(metric: MetricJudgement): MetricJudgement {
  const { power: _, ...rest } = metric;
  return rest;
}
