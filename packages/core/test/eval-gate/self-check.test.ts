// The gate against itself, and against rows that are not what they look like.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { classificationEvidence, predictedClasses, type Arm, type Sample } from '@pawl/core/eval-gate';
import { checkSelf } from '../../src/eval-gate/self-check.ts';
import { drawWorld, policyOf } from './worlds.ts';

// Three standard errors of a share of 0.05 in 200 rounds are 0.046.
const plan = { seed: 1, same: false, rounds: 200, progress: () => {} };

test('a policy on honest rows fails about as often as it promises, and the check passes', () => {
  const policy = policyOf({ 'log-loss': { margin: 0.01, maximum: 0.01 }, accuracy: { margin: 0.01 } });
  // The candidate of this world is far worse: what is exchanged must not show it.
  const { sample, ...arms } = drawWorld(400, 3, { before: 0.3, after: 0.9 });
  const check = checkSelf(policy, classificationEvidence(policy, sample, arms), plan);

  expect(check).toMatchObject({ method: 'exchange', rounds: 200, rows: 400, verdict: 'pass', alpha: 0.05 });
  expect(check.falseFails.rate).toBeLessThan(0.096);
  expect(check.falseFails.rate).toBeGreaterThan(0.005);
  expect(check.verdicts.pass.count + check.verdicts.fail.count + check.verdicts.inconclusive.count).toBe(200);
  expect(check.falsePasses).toBeUndefined();
  expect(checkSelf(policy, classificationEvidence(policy, sample, arms), plan)).toEqual(check);
});

test('with a gain the passes are the false ones, and fails are right', () => {
  const policy = policyOf({ 'log-loss': { gain: 0.2 } });
  const { sample, ...arms } = drawWorld(400, 3, { before: 0.4, after: 0.4 });
  const check = checkSelf(policy, classificationEvidence(policy, sample, arms), plan);

  expect(check.verdicts.fail.rate).toBeGreaterThan(0.9);
  expect(check.falseFails.count).toBe(0);
  expect(check.falsePasses!.rate).toBeLessThan(0.096);
  expect(check.verdict).toBe('pass');
});

/** Rows of which every eight are one row told again: eight times as sure as there is reason to be. */
function repeated(): { sample: Sample; arms: { candidate: Arm; baseline: Arm }; clusters: Int32Array } {
  const { sample, candidate, baseline } = drawWorld(60, 11, { before: 0.4, after: 0.4 });
  const copies = 8;
  const from = Int32Array.from({ length: 60 * copies }, (_, row) => Math.floor(row / copies));
  const again = (arm: Arm): Arm => {
    const probabilities = new Float64Array(from.length * 2);
    from.forEach((row, index) => probabilities.set(arm.probabilities!.subarray(2 * row, 2 * row + 2), 2 * index));
    return { probabilities, predicted: predictedClasses(probabilities, 2, { positive: 1, threshold: 0.5 }) };
  };
  return {
    sample: {
      ...sample,
      ids: Array.from(from, (_, row) => String(row)),
      labels: from.map((row) => sample.labels[row]!),
    },
    arms: { candidate: again(candidate), baseline: again(baseline) },
    clusters: from,
  };
}

test('rows that come eight at a time raise false alarms, and the check says so', () => {
  const policy = policyOf({ 'log-loss': { margin: 0.001 } });
  const { sample, arms, clusters } = repeated();
  // The intervals know nothing of the clusters; the exchange does.
  const evidence = { ...classificationEvidence(policy, sample, arms), clusters };
  const check = checkSelf(policy, evidence, plan);

  expect(check.falseFails.low).toBeGreaterThan(0.05);
  expect(check.verdict).toBe('fail');
});

test('one model alone is compared with itself by halves of its rows', () => {
  const policy = policyOf({ 'log-loss': { margin: 0.05 }, accuracy: { margin: 0.05 } });
  const { sample, candidate, baseline } = drawWorld(400, 3, { before: 0.4, after: 0.4 });
  const alone = checkSelf(policy, classificationEvidence(policy, sample, { candidate }), plan);
  const same = checkSelf(policy, classificationEvidence(policy, sample, { candidate, baseline }), {
    ...plan,
    same: true,
  });

  expect(alone).toMatchObject({ method: 'split', verdict: 'pass' });
  expect(alone.falseFails.rate).toBeLessThan(0.096);
  expect(alone.falseFails.rate).toBeGreaterThan(0);
  expect(same.method).toBe('split');
});

test('too few rows decide nothing, which is no pass', () => {
  const policy = policyOf({ accuracy: {} }, { 'minimum-rows': 1000 });
  const { sample, ...arms } = drawWorld(200, 3, { before: 0.4, after: 0.4 });

  expect(checkSelf(policy, classificationEvidence(policy, sample, arms), plan).verdict).toBe('inconclusive');
});

test('answers are exchanged where a row is marked, and nowhere else', () => {
  const policy = policyOf({ accuracy: {} });
  const { sample, ...arms } = drawWorld(50, 3, { before: 0.2, after: 1.5 });
  const evidence = classificationEvidence(policy, sample, arms);
  const random = xoroshiro128plus(4);
  const rows = Uint8Array.from({ length: 50 }, () => random.next() & 1);
  const swapped = evidence.swapped!(rows);

  for (let row = 0; row < 50; row++) {
    const [before, after] = [evidence.line(row), swapped.line(row)];
    expect([after['candidate'], after['baseline']]).toEqual(
      rows[row] === 1 ? [before['baseline'], before['candidate']] : [before['candidate'], before['baseline']],
    );
  }
});
