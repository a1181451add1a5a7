// The gate against itself, and against rows that are not what they look like.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, test } from 'vitest';
import { GatePolicy } from '@pawl/core';
import { classificationEvidence, predictedClasses, type Arm, type Sample } from '@pawl/core/eval-gate';
import { checkSelf } from '../../src/eval-gate/self-check.ts';
import { leftOut } from '../../src/eval-gate/self-check-report.ts';
import { ask } from './columns.ts';
import { drawWorld, policyOf } from './worlds.ts';

// Three standard errors of a share of 0.05 in 200 rounds are 0.046.
const plan = { seed: 1, same: false, rounds: 200, progress: () => {} };

test('a policy on honest rows fails about as often as it promises', () => {
  const policy = policyOf({ 'log-loss': { margin: 0.01, maximum: 0.01 }, accuracy: { margin: 0.01 } });
  // The candidate of this world is far worse: what is exchanged must not show it.
  const { sample, ...arms } = drawWorld(400, 3, { before: 0.3, after: 0.9 });
  const check = checkSelf(policy, classificationEvidence(policy, sample, arms), plan);

  expect(check).toMatchObject({ method: 'exchange', rounds: 200, rows: 400, alpha: 0.05 });
  expect(check.falseFails.rate).toBeLessThan(0.096);
  expect(check.falseFails.rate).toBeGreaterThan(0.005);
  expect(check.verdicts.pass.count + check.verdicts.fail.count + check.verdicts.inconclusive.count).toBe(200);
  expect(check.falsePasses).toBeUndefined();
  expect(checkSelf(policy, classificationEvidence(policy, sample, arms), plan)).toEqual(check);
});

test('the check passes where equal models mostly pass, and is open where they seldom do', () => {
  const { sample, ...arms } = drawWorld(400, 3, { before: 0.4, after: 0.4 });
  const checkOf = (margin: number) => {
    const policy = policyOf({ 'log-loss': { margin } });
    return checkSelf(policy, classificationEvidence(policy, sample, arms), plan);
  };
  const [wide, narrow] = [checkOf(0.2), checkOf(0.0001)];

  expect(wide).toMatchObject({ verdict: 'pass', seldomPasses: false });
  expect(wide.verdicts.pass.rate).toBeGreaterThan(0.5);
  // It raises no more alarms than it may, and that alone is no pass.
  expect(narrow.falseFails.low).toBeLessThan(0.05);
  expect(narrow.verdicts.pass.high).toBeLessThan(0.5);
  expect(narrow).toMatchObject({ verdict: 'inconclusive', seldomPasses: true });
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

/** Rows of two groups with an amount, under a policy with business and fairness. */
async function valued(more: { repeat?: number; alone?: boolean; amount?: (row: number) => number } = {}) {
  const { repeat = 1, alone = false, amount = (row) => 1 + (row % 3) } = more;
  const drawn = drawWorld(600 / repeat, 5, { before: 0.5, after: 0.5 });
  const from = Int32Array.from({ length: 600 }, (_, row) => Math.floor(row / repeat));
  const again = (arm: Arm): Arm => ({ predicted: from.map((row) => arm.predicted[row]!) });
  const ids = Array.from(from, (_, row) => String(row));
  const sample = { ...drawn.sample, ids, labels: from.map((row) => drawn.sample.labels[row]!) };
  const policy = GatePolicy.parse({
    ...{ name: 'm', task: 'classification', metrics: { accuracy: { margin: 0.01 } } },
    business: { earned: { expression: 'if(prediction == label, amount, 0)', direction: 'higher', margin: 0.01 } },
    fairness: [{ column: 'sex', metric: 'demographic-parity', maximum: 0.001, margin: 0.01 }],
  });
  const arms = { candidate: again(drawn.candidate), ...(!alone && { baseline: again(drawn.baseline) }) };
  const evidence = { ...classificationEvidence(policy, sample, arms), ...(repeat > 1 && { clusters: from }) };
  const columns = {
    id: ids,
    amount: Array.from(from, amount),
    sex: Array.from(from, (row) => (row % 2 === 0 ? 'f' : 'm')),
  };
  const { value } = await ask(policy, evidence, columns);
  return { policy, check: checkSelf(policy, evidence, { ...plan, beside: value!.again }) };
}

test('business metrics and fairness are judged too, each at its level', async () => {
  const { check } = await valued();

  expect(Object.keys(check.metrics)).toEqual(['accuracy', 'earned', 'demographic-parity-by-sex']);
  expect(check.metrics['demographic-parity-by-sex']!.title).toBe('demographic parity by sex');
  expect(check.metrics['earned']!.fail.rate).toBeGreaterThan(0.005);
  expect(check.metrics['earned']!.fail.rate).toBeLessThan(0.096);
  // The maximum that it breaks is absolute, and left out.
  expect(check.metrics['demographic-parity-by-sex']!.fail.rate).toBeLessThan(0.096);
  expect(check.verdict).not.toBe('fail');
});

test('a business metric whose rows come eight at a time raises false alarms of its own', async () => {
  const { check } = await valued({ repeat: 8 });

  expect(check.metrics['earned']!.fail.low).toBeGreaterThan(0.05);
  expect(check.verdict).toBe('fail');
});

test('of one model alone business metrics are halved as the others, and fairness is not', async () => {
  const { check } = await valued({ alone: true });

  expect(Object.keys(check.metrics)).toEqual(['accuracy', 'earned']);
  expect(check.metrics['earned']!.fail.rate).toBeGreaterThan(0);
  expect(check.metrics['earned']!.fail.rate).toBeLessThan(0.096);
});

test('what the check leaves out it says', async () => {
  const { policy, check } = await valued({ alone: true });
  expect(check.method).toBe('split');
  expect(leftOut(check, policy)).toBe(' Left out too: fairness, which one model cannot change.');
  expect(leftOut({ method: 'exchange' }, policy)).toBe('');
  expect(leftOut({ method: 'exchange' }, { ...policy, 'max-slices-worse': 0, slices: { auto: true } })).toBe(
    ' Left out too: slices that are searched for.',
  );
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
