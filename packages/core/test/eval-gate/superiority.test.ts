// What a gain asks, against what a margin asks.
import { describe, expect, test } from 'vitest';
import { GatePolicy } from '@pawl/core';
import {
  askedMetrics,
  classificationEvidence,
  compareModels,
  decideGate,
  type MetricEvidence,
} from '@pawl/core/eval-gate';
import { chanceBelow, estimateOf, noDifference } from '@pawl/core/statistics';
import { readYaml } from '../../src/formats/read-yaml.ts';
import { drawWorld, policyOf } from './worlds.ts';

const traits = { title: 'accuracy', direction: 'higher', unit: 'share' } as const;
const lossTraits = { title: 'log-loss', direction: 'lower', unit: 'number' } as const;

const judge = (
  asked: Record<string, unknown>,
  difference: MetricEvidence['difference'],
  { lower = false, alpha }: { lower?: boolean; alpha?: number } = {},
) => {
  const name = lower ? 'log-loss' : 'accuracy';
  const policy = policyOf({ [name]: asked });
  return decideGate(policy, {
    rows: 1000,
    compared: true,
    slices: [],
    ...(alpha !== undefined && { alpha }),
    metrics: [
      {
        name,
        traits: lower ? lossTraits : traits,
        asked: askedMetrics(policy).get(name)!,
        candidate: { value: 0.8 },
        baseline: { value: 0.8 },
        difference,
      },
    ],
  }).metrics[0]!;
};
const gained = (difference: number, error: number) => ({ ...estimateOf(difference, error), method: 'test' });

describe('a gain', () => {
  test('passes only when the lower bound lies above it', () => {
    expect(judge({ gain: 0.01 }, gained(0.03, 0.005))).toMatchObject({ verdict: 'pass' });
    expect(judge({ gain: 0.01 }, gained(0.03, 0.02))).toMatchObject({ verdict: 'inconclusive' });
    expect(judge({ gain: 0.01 }, gained(0.008, 0.0001)).verdict).toBe('fail');
  });

  test('fails a candidate that is surely better, and surely by less than was asked', () => {
    expect(judge({ gain: 0.01 }, gained(0.005, 0.001))).toMatchObject({
      verdict: 'fail',
      reason: 'surely short of the 1.0 pts gain that the policy asks for',
    });
    expect(judge({ margin: 0.01 }, gained(0.005, 0.001)).verdict).toBe('pass');
  });

  test('is inconclusive with the rows that would settle it', () => {
    // (1.645 + 0.842)² · 0.02² · 1000 / 0.02²
    expect(judge({ gain: 0.01 }, gained(0.03, 0.02)).rowsNeeded).toBe(6183);
    expect(judge({ gain: 0.01 }, gained(0.01, 0.02)).rowsNeeded).toBeNull();
  });

  test('is a smaller loss where lower is better', () => {
    expect(judge({ gain: 0.01 }, gained(-0.03, 0.005), { lower: true }).verdict).toBe('pass');
    expect(judge({ gain: 0.01 }, gained(0.03, 0.005), { lower: true }).verdict).toBe('fail');
  });

  test('is not reached by the same file on both sides', () => {
    expect(judge({ gain: 0.01 }, { ...noDifference, method: 'same' }).verdict).toBe('fail');
    expect(judge({ gain: 0 }, { ...noDifference, method: 'same' }).verdict).toBe('inconclusive');
  });

  test('beside a margin is a problem that names the metric', () => {
    const text =
      'name: m\ntask: classification\ndata: { id: i, label: y }\nmetrics:\n  accuracy: { gain: 0.01, margin: 0.02 }\n';
    const { value, problems } = readYaml({ text, file: 'm.gate.yml' }, GatePolicy, 'POLICY');

    expect(value).toBeUndefined();
    expect(problems).toEqual([
      expect.objectContaining({ line: 5, message: expect.stringContaining('a margin (no worse) or a gain (better)') }),
    ]);
  });
});

test('a margin of 0 passes only a candidate that is surely better, and one of a metric alone is one point', () => {
  expect(judge({ margin: 0 }, gained(0.004, 0.002)).verdict).toBe('pass');
  expect(judge({ margin: 0 }, gained(0.003, 0.002)).verdict).toBe('inconclusive');
  expect(judge({}, gained(-0.008, 0.001)).verdict).toBe('pass');
  expect(judge({}, gained(-0.012, 0.001)).verdict).toBe('fail');
});

test('a gain that is missed among several is held to Holm, by the p-value of its own claim', () => {
  const policy = policyOf({ accuracy: { gain: 0.02 }, recall: { margin: 0.1 }, f1: { margin: 0.1 } });
  const asked = askedMetrics(policy);
  const short = gained(0, 0.01);
  const judged = decideGate(policy, {
    rows: 1000,
    compared: true,
    slices: [],
    metrics: [...asked].map(([name, wanted]) => ({
      name,
      traits,
      asked: wanted,
      candidate: { value: 0.8 },
      baseline: { value: 0.8 },
      difference: name === 'accuracy' ? short : gained(0.01, 0.001),
    })),
  });

  // Two standard errors below: p = 0.0228, times three.
  expect(chanceBelow(short, 0.02)).toBeCloseTo(0.02275, 5);
  expect(judged.metrics.find(({ name }) => name === 'accuracy')).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('p = 0.068'),
  });
});

test('an equal candidate passes a gain in at most 5 % of worlds, and a much better one in most', () => {
  const worlds = 200;
  const passes = (noise: { before: number; after: number }, gain: number): number => {
    const policy = policyOf({ 'log-loss': { gain } });
    let count = 0;
    for (let world = 0; world < worlds; world++) {
      const { sample, ...arms } = drawWorld(300, 7000 + world, noise);
      const evidence = classificationEvidence(policy, sample, arms);
      const { judgement } = compareModels(policy, { evidence, same: false, seed: world });
      if (judgement.verdict === 'pass') count += 1;
    }
    return count / worlds;
  };

  // At a gain of 0 an equal candidate sits on the line itself. Three standard errors of 0.05 in 200 worlds are 0.046.
  const onTheLine = passes({ before: 0.5, after: 0.5 }, 0);
  expect(onTheLine).toBeLessThan(0.096);
  expect(onTheLine).toBeGreaterThan(0.005);
  expect(passes({ before: 0.9, after: 0.3 }, 0.01)).toBeGreaterThan(0.9);
});
