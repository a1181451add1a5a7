import { expect, test } from 'vitest';
import { exitCodeOf, type Store } from '@pawl/core';
import { memoryStore } from '@pawl/core/testing';
import { gateWorld, noiseScorer, numberScorer, rowsCsv, sha256, type MadeWorld } from './gate-world.ts';

const policy = `name: delay
task: classification
model: model.onnx
data: { path: data.csv }
metrics: { accuracy: { margin: 0.05 }, log-loss: { margin: 0.05 } }
`;
const world = (more: Partial<MadeWorld> = {}) => {
  const scorer = noiseScorer();
  const files = { 'delay.gate.yml': policy, 'data.csv': rowsCsv(), 'model.onnx': '0.1', 'other.onnx': '0.2' };
  return { scorer, files, ...gateWorld({ files, production: { 'model.onnx': '0.5' }, scorer, ...more }) };
};
const other = { candidate: 'other.onnx' };

test('production is run once: the next gate on the same rows reads what the first one kept', async () => {
  const { gate, scorer } = world();
  const first = await gate({});
  const second = await gate(other);

  expect(scorer.ran).toEqual(['model.onnx', 'model.onnx of delay@v1.0.0', 'other.onnx']);
  expect(second.report.verdict).toBe('pass');
  expect(second.run?.metrics['accuracy']?.baseline).toBe(first.run?.metrics['accuracy']?.baseline);
  expect(second.run?.metrics['log-loss']?.baseline).toBe(first.run?.metrics['log-loss']?.baseline);
  expect(JSON.stringify(second.report.blocks)).toContain(
    `Production was not run again: its predictions of run ${first.run?.id} on the same data were read.`,
  );
  expect(second.run?.inputs.at(-1)).toMatchObject({
    role: 'model',
    side: 'baseline',
    answers: { run: first.run?.id, digest: first.run?.results['predictions.jsonl'] },
  });
  const alone = await world().gate(other);
  expect(alone.run?.params['seed']).toBe(second.run?.params['seed']);
});

test('the gate of the candidate that became production is read too, as its own answers', async () => {
  const store = memoryStore(undefined, sha256);
  await world({ store }).gate({ baseline: 'none' });
  const later = world({ store, production: { 'model.onnx': '0.1' } });
  await later.gate(other);

  expect(later.scorer.ran).toEqual(['other.onnx']);
});

test.each([
  ['other rows', { 'data.csv': rowsCsv().replace('r007,', 'r907,') }],
  ['another threshold', { 'delay.gate.yml': `${policy}threshold: 0.4\n` }],
  ['another feature', { 'delay.gate.yml': policy.replace('data.csv }', 'data.csv, features: [x] }') }],
])('%s are other answers, and production is run', async (_, changed) => {
  const { gate, scorer, files } = world();
  await gate({});
  Object.assign(files, changed);
  await gate(other);

  expect(scorer.ran).toEqual(['model.onnx', 'model.onnx of delay@v1.0.0', 'other.onnx', 'model.onnx of delay@v1.0.0']);
});

test("rows that are given in place of the policy's are told by the run: what promotes asks for the policy's", async () => {
  const at = world();
  Object.assign(at.files, { 'easy.csv': rowsCsv() });

  expect((await at.gate({ data: 'easy.csv' })).run?.params).toMatchObject({ rows: 'inputs' });
  expect((await at.gate({ data: 'data.csv' })).run?.params).not.toHaveProperty('rows');
});

test('another production model is run, whatever is kept of the one before', async () => {
  const store = memoryStore(undefined, sha256);
  await world({ store }).gate({});
  const later = world({ store, production: { 'model.onnx': '0.6' } });
  await later.gate(other);

  expect(later.scorer.ran).toEqual(['other.onnx', 'model.onnx of delay@v1.0.0']);
});

const kept = async (change: (store: Store) => Partial<Store>) => {
  const store = memoryStore(undefined, sha256);
  await world({ store }).gate({});
  const later = world({ store: { ...store, ...change(store) } });
  return { outcome: await later.gate(other), ran: later.scorer.ran };
};

test('kept predictions that are not what their run recorded are an error, never a pass', async () => {
  const { outcome, ran } = await kept((store) => ({
    readResult: async (id, file) => (await store.readResult(id, file))?.replace('0.5', '0.6'),
  }));

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toMatchObject([{ code: 'GATE_STORED_CHANGED' }]);
  expect(ran).toEqual([]);
});

test('what a fork kept, what was pruned and what cannot be listed is not read: production is run', async () => {
  const fork = await kept((store) => ({
    list: async (query) =>
      (await store.list({ kind: 'eval-gate' }))
        .map((run) => ({ ...run, trust: 'fork' as const }))
        .filter((run) => query?.matches?.(run) ?? true),
  }));
  const pruned = await kept(() => ({ readResult: async () => undefined }));
  const unreachable = await kept(() => ({ list: () => Promise.reject(new Error('the remote does not answer')) }));

  for (const { outcome, ran } of [fork, pruned, unreachable]) {
    expect(outcome.report.verdict).toBe('pass');
    expect(ran).toContain('model.onnx of delay@v1.0.0');
  }
});

test('a production model that is only a Git LFS pointer is known by its digest: read where it was kept, else an error', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid ${sha256('0.5')}\nsize 3\n`;
  const store = memoryStore(undefined, sha256);
  const first = await world({ store }).gate({});
  const later = world({ store, production: { 'model.onnx': pointer } });
  const read = await later.gate(other);
  const unknown = await world({ production: { 'model.onnx': pointer } }).gate(other);

  expect(read.run?.metrics['accuracy']?.baseline).toBe(first.run?.metrics['accuracy']?.baseline);
  expect(later.scorer.ran).toEqual(['other.onnx']);
  expect(exitCodeOf(unknown)).toBe(3);
  expect(unknown.report.problems).toMatchObject([{ code: 'GATE_BASELINE_UNREADABLE' }]);
});

test('a production version that was deleted, or whose commit is gone, is an error whatever is kept of it', async () => {
  const store = memoryStore(undefined, sha256);
  await world({ store }).gate({});
  const deleted = await world({ store, production: {} }).gate(other);
  const gone = await world({
    store,
    production: () => {
      throw new Error('bad object 7777777');
    },
  }).gate(other);

  expect(exitCodeOf(deleted)).toBe(3);
  expect(deleted.report.headline).toBe('delay@v1.0.0 (commit 7777777) has no file "model.onnx".');
  expect(exitCodeOf(gone)).toBe(3);
  expect(gone.report.headline).toBe('delay@v1.0.0 (commit 7777777) cannot be read: bad object 7777777');
});

test.each([
  ['regression', 'task: regression\ndata: { path: data.csv }\nmetrics: { mae: { margin: 1 } }\n', 'mae'],
  [
    'ranking',
    'task: ranking\ndata: { path: data.csv, query: query, features: { x: x } }\nmetrics: { ndcg: { margin: 1 } }\nminimum-rows: 10\n',
    'ndcg',
  ],
])('answers of a %s are read as they were kept', async (_, text, metric) => {
  const [header = '', ...lines] = rowsCsv().trimEnd().split('\n');
  const data = [`${header},query`, ...lines.map((line, row) => `${line},q${row % 20}`)].join('\n');
  const numbers = numberScorer();
  const { gate, files } = world({ scorer: numbers });
  Object.assign(files, { 'delay.gate.yml': `name: delay\nmodel: model.onnx\n${text}`, 'data.csv': data });
  const first = await gate({});
  const second = await gate(other);

  expect(numbers.ran).toEqual(['model.onnx', 'model.onnx of delay@v1.0.0', 'other.onnx']);
  expect(second.run?.metrics[metric]?.baseline).toEqual(expect.any(Number));
  expect(second.run?.metrics[metric]?.baseline).toBe(first.run?.metrics[metric]?.baseline);
});
