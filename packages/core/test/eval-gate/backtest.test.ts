// The policy judged by the past: four versions of a model whose file holds the size of its noise.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInputs, type ModelScorer } from '@pawl/core';
import { backtestPolicy, evalGateInputs, type EvalGateInputs } from '@pawl/core/eval-gate';
import { fakeClock, fakeContext, fakeWorkspace, memoryHistory, memoryRegistry } from '@pawl/core/testing';
import { rowsEngine } from './rows-engine.ts';

const policy = `name: flight
task: classification
model: models/flight.onnx
data: { path: test.csv, id: id, label: late }
metrics: { log-loss: { margin: 0.02 } }
`;
const noises = { 'v1.0.0': 0.6, 'v1.1.0': 0.3, 'v1.2.0': 0.9, 'v1.3.0': 0.3 };
const commits = Object.fromEntries(Object.keys(noises).map((version, index) => [version, String(index).repeat(40)]));

/** Rows with a signal `x` and an alternating disturbance `e`; a model adds so much of the disturbance as its file says. */
const lines = Array.from({ length: 600 }, (_, row) => {
  const x = Math.sin(row * 1.7) * 2;
  const e = Math.cos(row * 7.3) * 3;
  return `${String(row).padStart(4, '0')},${x + Math.sin(row * 13.1) > 0 ? 1 : 0},${x},${e}`;
});

const scorer: ModelScorer = {
  load: async (bytes) => {
    const noise = Number(new TextDecoder().decode(bytes));
    return {
      signature: { inputs: ['x', 'e'].map((name) => ({ name, type: 'float64' as const, width: 1 })), outputs: ['p'] },
      score: async (columns, rows) => {
        const probabilities = new Float64Array(2 * rows);
        for (let row = 0; row < rows; row++) {
          const score = 2 * (Number(columns['x']![row]) + noise * Number(columns['e']![row]));
          probabilities[2 * row + 1] = 1 / (1 + Math.exp(-score));
          probabilities[2 * row] = 1 - probabilities[2 * row + 1]!;
        }
        return { probabilities, classes: 2 };
      },
      close: async () => {},
    };
  },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-backtest-'));
  writeFileSync(join(folder, 'test.csv'), ['id,late,x,e', ...lines].join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function world(text = policy) {
  const clock = fakeClock();
  const registry = memoryRegistry(clock, (milliseconds) => new Date(milliseconds).toISOString());
  const history = memoryHistory({
    commits: Object.entries(noises).map(([version, noise], time) => ({
      commit: commits[version]!,
      parents: [],
      time,
      files: { 'models/flight.onnx': String(noise) },
    })),
    refs: {},
  });
  const files = fakeWorkspace({ 'flight.gate.yml': text, 'test.csv': '', 'models/flight.onnx': '0.3' });
  const promote = async (version: string): Promise<void> => {
    clock.advance(60_000);
    await registry.label({ name: 'flight', version, label: 'production', message: 'new' });
  };
  return {
    registry,
    promote,
    register: async (version: string): Promise<void> => {
      clock.advance(60_000);
      await registry.register({ name: 'flight', version, commit: commits[version]!, message: 'new' });
    },
    backtest: (inputs: Record<string, string> = {}) => {
      const asked = readInputs(evalGateInputs, { backtest: 'true', ...inputs }).value as EvalGateInputs;
      const workspace = { ...files, resolve: async (path: string) => join(folder, path) };
      return backtestPolicy({
        inputs: asked,
        workspace,
        history,
        registry,
        scorer,
        engine: rowsEngine(),
        context: fakeContext(),
      });
    },
  };
}

/** v1.2.0 was let into production and taken back. */
async function past() {
  const at = await world();
  for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0']) {
    await at.register(version);
    await at.promote(version);
  }
  await at.promote('v1.1.0');
  await at.register('v1.3.0');
  return at;
}

const rowsOf = (blocks: readonly unknown[]): unknown[] =>
  (blocks[0] as { rows: [string, string, { verdict: string }, string, string][] }).rows.map(
    ([version, against, { verdict }, , fate]) => [version, against, verdict, fate],
  );

test('each version is judged against what was in production when it came, beside what became of it', async () => {
  const { report, run, usage } = await (await past()).backtest();
  expect(rowsOf(report.blocks)).toEqual([
    ['v1.0.0', '–', 'error', 'was in production'],
    ['v1.1.0', 'v1.0.0', 'pass', 'in production'],
    ['v1.2.0', 'v1.1.0', 'fail', 'rolled back'],
    ['v1.3.0', 'v1.1.0', 'pass', 'never in production'],
  ]);
  expect(report.headline).toBe('2 of 4 versions pass, v1.2.0 fails, v1.0.0 had nothing to be compared with');
  expect(report).toMatchObject({ verdict: 'pass', name: 'flight backtest' });
  expect({ run, usage }).toEqual({ run: undefined, usage: false });
});

test('a version whose model cannot be read makes the backtest an error, and names it', async () => {
  const at = await past();
  await at.registry.register({ name: 'flight', version: 'v1.4.0', commit: 'e'.repeat(40), message: 'lost' });
  const { report } = await at.backtest({ versions: '2' });
  expect(report.verdict).toBe('error');
  expect(report.headline).toContain('v1.4.0 could not be judged');
  expect(report.problems[0]).toMatchObject({ file: expect.any(String), message: expect.stringMatching(/^v1\.4\.0: /) });
});

test('only the newest versions are judged when so many are asked for', async () => {
  const { report } = await (await past()).backtest({ versions: '2' });
  expect(rowsOf(report.blocks)).toHaveLength(2);
  expect(report).toMatchObject({ verdict: 'pass', headline: '1 of 2 versions pass, v1.2.0 fails' });
  expect(JSON.stringify(report.blocks)).toContain('2 versions before them were not judged');
});

test('a version that passes and was rolled back is named: the policy does not see what went wrong', async () => {
  const at = await world(policy.replace('0.02', '3'));
  for (const version of ['v1.1.0', 'v1.2.0']) {
    await at.register(version);
    await at.promote(version);
  }
  await at.promote('v1.1.0');
  const { report } = await at.backtest({ versions: '1' });
  expect(JSON.stringify(report.blocks)).toContain('v1.2.0 passes and was rolled back');
});

test.each([
  ['no version is registered', {}, policy, 'No version of flight is registered'],
  [
    'the policy names no model',
    {},
    policy.replace('model: models/flight.onnx\n', ''),
    'does not say where the model lies',
  ],
  ['one file would speak for every version', { predictions: 'all.csv' }, policy, '"predictions" cannot be given'],
  ['there is nothing of the past in it', { 'self-check': 'true' }, policy, '"self-check" cannot be given'],
  ['the number of versions is no number', { versions: '0' }, policy, 'must be a whole number'],
])('it is said when %s', async (_, inputs, text, words) => {
  const { report, usage } = await (await world(text)).backtest(inputs);
  expect({ usage, verdict: report.verdict }).toEqual({ usage: true, verdict: 'error' });
  expect(report.problems[0]?.message).toContain(words);
});
