import { expect, test } from 'vitest';
import type { ModelScorer } from '@pawl/core';
import type { MetricEvidence } from '@pawl/core/eval-gate';
import {
  costEvidence,
  exactCost,
  judgeCost,
  latencyCost,
  repeatedCost,
} from '../../src/eval-gate/resources-evidence.ts';
import { timeModels } from '../../src/eval-gate/resources-timing.ts';
import { measureCosts, type CostQuestion } from '../../src/eval-gate/resources.ts';

const size = (candidate: number, baseline?: number) =>
  exactCost('size-mb', { value: candidate }, baseline === undefined ? undefined : { value: baseline });

test('an exact cost is within its margin up to the last byte', () => {
  expect(judgeCost(size(1.1, 1), { margin: 0.1 }, 0.05)).toEqual({ verdict: 'pass' });
  expect(judgeCost(size(1.100001, 1), { margin: 0.1 }, 0.05)).toEqual({
    verdict: 'fail',
    reason: '+10.0 % against the other model, more than the +10.0 % that the policy allows',
  });
  expect(judgeCost(size(0.5, 1), { margin: 0 }, 0.05).verdict).toBe('pass');
});

test('beside a maximum nothing is asked against production, unless a margin is given too', () => {
  expect(judgeCost(size(9, 1), { maximum: 10 }, 0.05)).toEqual({ verdict: 'pass' });
  expect(judgeCost(size(9, 1), { maximum: 10, margin: 0.1 }, 0.05).verdict).toBe('fail');
  expect(judgeCost(size(9, 1), {}, 0.05).verdict).toBe('fail');
  expect(judgeCost(size(1.05, 1), {}, 0.05).verdict).toBe('pass');
  expect(judgeCost(size(11, 20), { maximum: 10 }, 0.05)).toEqual({
    verdict: 'fail',
    reason: 'above the maximum 10 MB',
  });
});

test('a margin without a production to compare with asks nothing', () => {
  expect(judgeCost(size(9), { margin: 0.1 }, 0.05)).toEqual({});
});

const turns = (candidate: (call: number) => number, baseline: (call: number) => number) => ({
  candidate: Float64Array.from({ length: 200 }, (_, call) => candidate(call)),
  baseline: Float64Array.from({ length: 200 }, (_, call) => baseline(call)),
});
const drawn = { share: 0.5, resamples: 500, seed: 7 };
/** Between −1 and 1, without order. */
const wave = (call: number): number => Math.sin(call * 12.9898) * Math.cos(call * 4.1414);

test('a latency that is surely above the margin fails, a noisy one is inconclusive and says so', () => {
  const slow = latencyCost(
    'latency-p50-ms',
    turns(
      (call) => 3 + 0.1 * wave(call),
      (call) => 2 + 0.1 * wave(call + 1),
    ),
    drawn,
  )!;
  const noisy = latencyCost(
    'latency-p50-ms',
    turns(
      (call) => Math.exp(2 * wave(call)),
      (call) => Math.exp(2 * wave(call * 3 + 1)),
    ),
    drawn,
  )!;

  expect(judgeCost(slow, {}, 0.05)).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/^\+5\d\.\d % against/),
  });
  expect(judgeCost(noisy, {}, 0.05)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('too noisy'),
  });
  expect(judgeCost(slow, { margin: 1 }, 0.05)).toEqual({ verdict: 'pass' });
});

test('an absolute bound is judged with the noise of the candidate too', () => {
  const cost = latencyCost(
    'latency-p50-ms',
    turns(
      (call) => 2 + wave(call),
      () => 2,
    ),
    drawn,
  )!;

  expect(judgeCost(cost, { maximum: 3 }, 0.05).verdict).toBe('pass');
  expect(judgeCost(cost, { maximum: 1 }, 0.05).verdict).toBe('fail');
  expect(judgeCost(cost, { maximum: cost.candidate.value! }, 0.05)).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringMatching(/^between \d\.\d+ and \d\.\d+ ms: too noisy/),
  });
});

test('memory is judged by the range of its processes', () => {
  expect(judgeCost(repeatedCost('memory-mb', [10, 12, 11], [10, 10.5, 10.2]), {}, 0.05).verdict).toBe('inconclusive');
  expect(judgeCost(repeatedCost('memory-mb', [20, 21, 22], [10, 11, 12]), {}, 0.05).verdict).toBe('fail');
  expect(judgeCost(repeatedCost('memory-mb', [20, 21, 22]), { maximum: 25 }, 0.05).verdict).toBe('pass');
});

test('differences are told in the cost’s own unit; what no budget names is shown and not judged', () => {
  const [latency, shown] = costEvidence({ budgets: { 'latency-p50-ms': {} } }, [
    size(2, 4),
    latencyCost(
      'latency-p50-ms',
      turns(
        () => 1,
        () => 2,
      ),
      drawn,
    )!,
  ]) as [MetricEvidence, MetricEvidence];

  expect(latency).toMatchObject({ name: 'latency-p50-ms', traits: { direction: 'lower', suffix: 'ms' } });
  expect(latency.difference?.difference).toBeCloseTo(-1, 12);
  expect(latency.rule?.(0.05)).toEqual({ verdict: 'pass' });
  expect(shown).toMatchObject({
    name: 'size-mb',
    candidate: { value: 2 },
    difference: { difference: -2, shown: [-2, -2] },
  });
  expect(shown.rule).toBeUndefined();
});

const model = (name: string) => ({
  name,
  bytes: new Uint8Array(name.length * 1e6),
  columns: { x: Float64Array.from({ length: 600 }, (_, index) => index) },
  rows: 300,
});

/** Takes as many milliseconds as it has letters in its name, for every row. */
function clockwork(log: string[] = []): ModelScorer {
  return {
    load: async (_, name) => ({
      signature: { inputs: [{ name: 'x', type: 'float32', width: 2 }], outputs: ['y'] },
      score: () => Promise.reject(new Error('nothing is scored when models are timed')),
      time: async (columns, rows) => {
        expect(columns.x).toHaveLength(2 * rows);
        log.push(`${name} ${rows} from ${String(columns.x![0])}`);
        return name.length * rows;
      },
      close: async () => void log.push(`${name} closed`),
    }),
  };
}

test('models are timed in turns on the same rows, and the one that goes first changes', async () => {
  const log: string[] = [];
  const latencies = await timeModels(clockwork(log), model('aa'), model('b'));

  expect(log.slice(0, 6)).toEqual([
    'aa 1 from 0',
    'b 1 from 0',
    'b 1 from 2',
    'aa 1 from 2',
    'aa 1 from 4',
    'b 1 from 4',
  ]);
  expect(log.slice(-2)).toEqual(['aa closed', 'b closed']);
  expect(latencies?.batchRows).toBe(256);
  expect(new Set(latencies?.row.candidate)).toEqual(new Set([2]));
  expect(new Set(latencies?.batch.baseline)).toEqual(new Set([256]));
  expect(latencies?.row.candidate.length).toBe(latencies?.row.baseline?.length);
  // 4 s of measured time are enough, once each has its fewest calls.
  expect(latencies?.batch.candidate).toHaveLength(40);
});

const question = (more: Partial<CostQuestion>): CostQuestion => ({
  policy: { budgets: undefined, resamples: 500 },
  candidate: model('bb'),
  baseline: model('cccc'),
  candidateBytes: undefined,
  compared: true,
  everything: true,
  seed: 1,
  progress: () => {},
  ...more,
});

test('only what a budget asks for is measured, unless everything is wanted', async () => {
  const log: string[] = [];
  const asked = { budgets: { 'size-mb': { maximum: 3 } }, resamples: 500 };
  const costs = await measureCosts(clockwork(log), question({ policy: asked, everything: false }));

  expect(costs.map(({ name }) => name)).toEqual(['size-mb']);
  expect(log).toEqual([]);
  expect(await measureCosts(clockwork(), question({ everything: false }))).toEqual([]);
});

test('a scorer that cannot measure gives no number: an error where a budget asks, and nothing is shown where none does', async () => {
  const { load } = clockwork();
  const untimed: ModelScorer = {
    load: async (bytes, name) => {
      const { signature, score, close } = await load(bytes, name);
      return { signature, score, close };
    },
  };
  const costs = await measureCosts(untimed, question({}));
  const policy = { budgets: { 'latency-p95-ms': {}, 'memory-mb': { maximum: 3 } } };

  expect(costEvidence({ budgets: undefined }, costs).map(({ name }) => name)).toEqual(['size-mb']);
  expect(costEvidence(policy, costs).map(({ name, rule }) => [name, rule?.(0.05)])).toEqual([
    ['latency-p95-ms', { verdict: 'error', reason: 'this runtime cannot time a model' }],
    ['size-mb', undefined],
    ['memory-mb', { verdict: 'error', reason: 'this runtime cannot measure memory' }],
  ]);
});

test('a production that was not run leaves a margin without an answer, and a maximum with one', async () => {
  const costs = await measureCosts(clockwork(), question({ baseline: undefined }));
  const [latency] = costEvidence({ budgets: { 'latency-p50-ms': { margin: 0.1 } } }, costs);
  const [bounded] = costEvidence({ budgets: { 'latency-p50-ms': { maximum: 5 } } }, costs);

  expect(latency?.rule?.(0.05)).toEqual({
    verdict: 'error',
    reason: 'the other model: it was not run here, only its predictions were looked at',
  });
  expect(bounded?.rule?.(0.05)).toEqual({ verdict: 'pass' });
});

test('memory is asked for three times of each, in turns', async () => {
  const asked: string[] = [];
  const scorer: ModelScorer = {
    ...clockwork(),
    memory: async (_, name, { columns, rows }) => {
      expect(columns.x).toHaveLength(2 * rows);
      return asked.push(name) * 1e6;
    },
  };
  const [cost] = await measureCosts(
    scorer,
    question({ policy: { budgets: { 'memory-mb': {} }, resamples: 500 }, everything: false }),
  );

  expect(asked).toEqual(['bb', 'cccc', 'bb', 'cccc', 'bb', 'cccc']);
  expect(cost).toMatchObject({ candidate: { value: 3 }, baseline: { value: 4 } });
});
