// The onnx-* folders of fixtures/cases/eval-gate: the gate runs real models. The other cases are walked by core.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DataError, exitCodeOf, type DataEngine, type History, type Registry } from '@pawl/core';
import { gateModel } from '@pawl/core/eval-gate';
import { fakeContext, fakeWorkspace } from '@pawl/core/testing';
import { onnxScorer } from '@pawl/models';

const cases = new URL('../../../fixtures/cases/eval-gate/', import.meta.url);
const commit = '7'.repeat(40);
const never = () => Promise.reject(new Error('the gate writes nothing'));
const digest = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** Answers the gate's statements from one CSV file whose rows are in the order of their ids. */
function csvEngine(csv: string): DataEngine {
  const [header, ...rows] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const column = (sql: string): string[] => {
    const index = header!.indexOf(/^SELECT CAST\("(.+?)"/.exec(sql)?.[1] ?? '');
    if (index === -1) throw new DataError('DATA_QUERY_FAILED', `no such column: ${sql}`, { hint: 'none' });
    return rows.map((row) => row[index]!);
  };
  return {
    attach: async () => header!.map((name) => ({ name, type: 'VARCHAR' })),
    query: never,
    numbers: async (sql) => Float64Array.from(column(sql), Number),
    texts: async (sql) => column(sql),
    close: async () => {},
  };
}

async function judge(name: string, production?: Uint8Array) {
  const file = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}/${path}`, cases)));
  const history: History = {
    resolve: async () => undefined,
    mergeBase: async () => undefined,
    read: async (at, path) =>
      at === commit && path === 'candidate.onnx' ? (production ?? file('production.onnx')) : undefined,
    materialize: async () => undefined,
    commitTime: async () => undefined,
    head: async () => ({ dirty: false }),
  };
  const registry: Registry = {
    list: async () => [],
    resolve: async (model) => ({
      name: model,
      version: 'v1.0.0',
      commit,
      at: '2025-12-29T09:00:00Z',
      message: '',
      labels: ['production'],
      deprecated: false,
    }),
    history: async () => [],
    register: never,
    label: never,
    unlabel: never,
    deprecate: never,
    archive: never,
    tagger: never,
  };
  const files = ['flight-delay.gate.yml', 'candidate.onnx', 'data.csv'];
  return gateModel({
    inputs: {
      policy: 'flight-delay.gate.yml',
      baseline: 'auto',
      candidate: undefined,
      predictions: undefined,
      'baseline-predictions': undefined,
      data: undefined,
      seed: undefined,
    },
    workspace: fakeWorkspace(Object.fromEntries(files.map((path) => [path, file(path)]))),
    history,
    registry,
    engine: csvEngine(new TextDecoder().decode(file('data.csv'))),
    scorer: onnxScorer(),
    context: fakeContext({ sha256: digest }),
  });
}

test('a candidate that sees more than production passes, on the production label’s own commit', async () => {
  const { report, run } = await judge('onnx-better');

  expect(report).toMatchObject({ verdict: 'pass', n: 700 });
  expect(report.headline).toMatch(/^log-loss 0\.69\d → 0\.46\d$/);
  expect(report.footer.baseline).toBe('delay@v1.0.0 (production, 2 days old)');
  expect(run?.baseline).toMatchObject({ source: 'label', version: 'v1.0.0', commit });
  expect(run?.metrics['roc-auc']).toMatchObject({ verdict: 'pass', direction: 'higher', n: 700 });
});

test('the verdict is bound to the digest of the model file', async () => {
  const { run } = await judge('onnx-better');
  const bytes = readFileSync(new URL('onnx-better/candidate.onnx', cases));

  expect(run?.inputs.find(({ role, side }) => role === 'model' && side === undefined)?.digest).toBe(
    run?.subject?.digest,
  );
  expect(run?.inputs.find(({ role, side }) => role === 'model' && side === 'baseline')?.digest).toBe(
    digest(new Uint8Array(readFileSync(new URL('onnx-better/production.onnx', cases)))),
  );
  expect(bytes.length).toBe(run?.inputs.find(({ role }) => role === 'model')?.bytes);
});

test('a truncated model is an error, never a pass', async () => {
  const outcome = await judge('onnx-truncated');

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'MODEL_INVALID', file: 'candidate.onnx' }]);
});

test('a truncated production model is an error too', async () => {
  const half = new Uint8Array(readFileSync(new URL('onnx-truncated/candidate.onnx', cases)));
  const outcome = await judge('onnx-better', half);

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'MODEL_INVALID', file: 'candidate.onnx of delay@v1.0.0' }]);
});

test('a feature that the dataset lacks is named, with the nearest column', async () => {
  const { report } = await judge('onnx-missing-column');

  expect(report.verdict).toBe('error');
  expect(report.problems[0]).toMatchObject({
    code: 'GATE_FEATURE_MISSING',
    message: 'The model\'s input "hour" reads the column "hour", which the dataset does not have.',
    hint: expect.stringContaining('Did you mean "hours"?'),
  });
});
