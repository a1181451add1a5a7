// Repeated looks at one pull request: how they are counted, what they cost, and that together they err as promised.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Outcome, Run, Store } from '@pawl/core';
import { classificationEvidence, compareModels, evalGateInputs, gateModel } from '@pawl/core/eval-gate';
import {
  fakeClock,
  fakeContext,
  fakeIds,
  fakeWorkspace,
  memoryHistory,
  memoryRegistry,
  memoryStore,
} from '@pawl/core/testing';
import { spentAlpha } from '@pawl/core/statistics';
import { readInputs } from '../../src/formats/inputs.ts';
import { findLook } from '../../src/eval-gate/looks.ts';
import { rowsEngine } from './rows-engine.ts';
import { drawWorld, policyOf } from './worlds.ts';

test('the shares of all looks add up to α, and the first is the largest', () => {
  const shares = Array.from({ length: 100_000 }, (_, look) => spentAlpha(look + 1));

  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(0.05, 6);
  expect(spentAlpha(1)).toBeCloseTo(0.0304, 4);
  expect(spentAlpha(3)).toBeCloseTo(0.003377, 6);
  expect(() => spentAlpha(0)).toThrow(RangeError);
  expect(() => spentAlpha(1.5)).toThrow(RangeError);
});

test('candidate after candidate that is worse by the margin: spending keeps the wrong passes of a pull request at 5 %', () => {
  const [pullRequests, looks] = [150, 6];
  const noise = { before: 0.3, after: 0.6 };
  // The true loss of log-loss between the two noises, from 1,200,000 rows of such worlds.
  const margin = 0.0548;
  const policy = policyOf({ 'log-loss': { margin } });
  let [spent, unspent] = [0, 0];
  for (let request = 0; request < pullRequests; request++) {
    const [before, now] = [{ any: false }, { any: false }];
    for (let look = 1; look <= looks; look++) {
      // Rows drawn anew make the looks independent, which is the worst that sharing them could be.
      const { sample, ...arms } = drawWorld(300, 200_000 + request * looks + look, noise);
      const evidence = classificationEvidence(policy, sample, arms);
      const sides = { evidence, same: false, seed: look };
      before.any ||= compareModels(policy, sides).judgement.verdict === 'pass';
      now.any ||= compareModels(policy, { ...sides, alpha: spentAlpha(look) }).judgement.verdict === 'pass';
    }
    if (before.any) unspent += 1;
    if (now.any) spent += 1;
  }

  // Three standard errors of a share of 0.05 in 150 pull requests are 0.053.
  expect(spent / pullRequests).toBeLessThan(0.103);
  // Six looks at 5 % each: 1 − 0.95⁶ = 26 %.
  expect(unspent / pullRequests).toBeGreaterThan(0.15);
});

describe('the count', () => {
  const question = { asked: undefined, name: 'm', subject: 'sha256:c', data: 'sha256:rows', file: 'm.gate.yml' };
  const ids = fakeIds(fakeClock());
  const run = (subject: string, more: Partial<Run> = {}): Run => ({
    schema: 'pawl.run/1',
    id: ids.next(),
    kind: 'eval-gate',
    name: 'm',
    verdict: 'fail',
    startedAt: '2026-01-01T00:00:00.000Z',
    origin: { pullRequest: 7 },
    subject: { name: 'm', digest: subject },
    inputs: [],
    params: { data: 'sha256:rows', look: 1 },
    metrics: {},
    results: {},
    ...more,
  });
  const at = async (runs: readonly Run[], pullRequest: number | undefined = 7) => {
    const store = memoryStore();
    for (const one of runs) await store.add({ runs: [{ run: one, results: {} }], operations: [] });
    const origin = pullRequest === undefined ? {} : { pullRequest };
    return findLook(question, { context: { origin }, store });
  };

  test('is of different candidates, on the same rows, under the same policy, in the same pull request', async () => {
    const counted = [run('sha256:a'), run('sha256:a'), run('sha256:b')];
    const others = [
      run('sha256:d', { origin: { pullRequest: 8 } }),
      run('sha256:e', { params: { data: 'sha256:others', look: 1 } }),
      run('sha256:f', { name: 'other' }),
      run('sha256:g', { params: { data: 'sha256:rows' } }),
    ];

    expect(await at([...others, ...counted])).toMatchObject({ number: 3, alpha: spentAlpha(3), problems: [] });
    expect(await at(others)).toMatchObject({ number: 1 });
  });

  test('gives a candidate that was judged before the look that it had', async () => {
    expect(await at([run('sha256:a'), run('sha256:c'), run('sha256:b'), run('sha256:c')])).toMatchObject({ number: 2 });
  });

  test('says nothing outside pull requests, and is taken as given', async () => {
    const context = { origin: {} };
    expect(await findLook(question, { context, store: memoryStore() })).toEqual({
      alpha: 0.05,
      words: [],
      problems: [],
    });
    expect(await findLook({ ...question, asked: 4 }, { context })).toMatchObject({ number: 4, alpha: spentAlpha(4) });
  });

  test('is never less than was counted, whatever number is given in a pull request', async () => {
    const store = memoryStore();
    for (const subject of ['sha256:a', 'sha256:b'])
      await store.add({ runs: [{ run: run(subject), results: {} }], operations: [] });
    const context = { origin: { pullRequest: 7 } };

    const low = await findLook({ ...question, asked: 1 }, { context, store });
    expect(low).toMatchObject({ number: 3, alpha: spentAlpha(3), words: [expect.stringContaining('(given as 1)')] });
    expect(await findLook({ ...question, asked: 5 }, { context, store })).toMatchObject({ number: 5 });
  });

  test('that cannot be had is told, never silently the first', async () => {
    const context = { origin: { pullRequest: 7 } };
    const broken: Pick<Store, 'list'> = { list: () => Promise.reject(new Error('the remote did not answer')) };

    expect(await findLook(question, { context })).toMatchObject({
      number: 1,
      words: [expect.stringContaining('not counted')],
      problems: [],
    });
    expect((await findLook(question, { context, store: broken })).problems).toEqual([
      expect.objectContaining({ code: 'GATE_LOOKS_UNCOUNTED', severity: 'warning', file: 'm.gate.yml' }),
    ]);
  });
});

describe('a pull request that tries again', () => {
  const folder = fileURLToPath(new URL('../../../../fixtures/cases/eval-gate/better', import.meta.url));
  const file = (path: string) => readFileSync(join(folder, path));
  const files = Object.fromEntries(
    ['candidate.csv', 'production.csv', 'data.csv', 'flight-delay.gate.yml'].map((path) => [path, file(path)]),
  );
  const ids = fakeIds(fakeClock());
  const gate = async (given: Record<string, string>, store: Store, pullRequest?: number): Promise<Outcome> => {
    const clock = fakeClock();
    const inputs = readInputs(evalGateInputs, { policy: 'flight-delay.gate.yml', ...given }).value!;
    const outcome = await gateModel({
      inputs,
      workspace: { ...fakeWorkspace(files), resolve: async (path) => join(folder, path) },
      history: memoryHistory({ commits: [], refs: {} }),
      registry: memoryRegistry(clock, () => '2026-01-01T00:00:00.000Z'),
      engine: rowsEngine(),
      scorer: { load: () => Promise.reject(new Error('no model is run')) },
      context: fakeContext({
        runId: ids.next(),
        origin: pullRequest === undefined ? {} : { pullRequest },
        sha256: (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`,
      }),
      store,
    });
    if (outcome.run !== undefined) await store.add({ runs: [{ run: outcome.run, results: {} }], operations: [] });
    return outcome;
  };
  const first = { candidate: 'production.csv', baseline: 'candidate.csv' };
  const second = { candidate: 'candidate.csv', baseline: 'production.csv' };
  const texts = ({ report }: Outcome): string => JSON.stringify(report.blocks);

  test('is judged more strictly the second time, says so, and gives the command for a laptop', async () => {
    const store = memoryStore();
    const one = await gate(first, store, 7);
    const two = await gate(second, store, 7);

    expect(one.run?.params).toMatchObject({ look: 1, alpha: spentAlpha(1), data: expect.stringMatching(/^sha256:/) });
    expect(texts(one)).not.toContain('Look 1 at this pull request:');
    expect(two.run?.params).toMatchObject({ look: 2, alpha: spentAlpha(2) });
    expect(texts(two)).toContain(
      'Look 2 at this pull request: decided on two-sided 98.5 % intervals, since another candidate was judged on these rows before.',
    );
    expect(two.report.footer.reproduce).toContain('--look 2');

    const laptop = await gate({ ...second, look: '2' }, memoryStore());
    expect(laptop.report.verdict).toBe(two.report.verdict);
    expect(laptop.run?.metrics).toEqual(two.run?.metrics);
    expect(laptop.run?.params).toEqual(two.run?.params);
  });

  test('with the same candidate gets the same verdict from the same look', async () => {
    const store = memoryStore();
    await gate(first, store, 7);
    const once = await gate(second, store, 7);
    const again = await gate(second, store, 7);

    expect(again.run?.params).toEqual(once.run?.params);
    expect(again.run?.metrics).toEqual(once.run?.metrics);
    expect(again.report.verdict).toBe(once.report.verdict);
  });

  test('keeps what its rows could show with the run', async () => {
    const { run } = await gate(second, memoryStore());

    expect(run?.params['look']).toBeUndefined();
    expect(run?.metrics['accuracy']).toMatchObject({
      smallestLoss: expect.any(Number),
      smallestGain: expect.any(Number),
    });
    expect(run?.metrics['roc-auc']).not.toHaveProperty('smallestLoss');
  });

  test('asks for a look that there can be', async () => {
    const outcome = await gate({ ...second, look: '0' }, memoryStore());

    expect(outcome.usage).toBe(true);
    expect(outcome.report.problems[0]?.message).toBe('There is no look 0.');
  });

  test('checks its policy without leaving a run', async () => {
    const outcome = await gate({ ...second, 'self-check': 'true' }, memoryStore());

    expect(outcome.run).toBeUndefined();
    expect(outcome.report.headline).toMatch(
      /^self-check: with nothing changed this policy fails \d+(\.\d)? % \(\d+\.\d … \d+\.\d %\), passes \d+(\.\d)? % and is inconclusive in \d+(\.\d)? % of 500 comparisons: an equal model seldom passes$/,
    );
    // These rows are too few for its margin, which is no false alarm and no pass either.
    expect(outcome.report.verdict).toBe('inconclusive');
    expect(outcome.report.footer.reproduce).toMatch(/--self-check$|--self-check /);
    expect(JSON.parse(outcome.results['self-check.json']!)).toMatchObject({ method: 'exchange', rounds: 500 });
  });
});
