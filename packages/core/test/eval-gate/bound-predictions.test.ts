// A verdict is bound to a model's bytes: predictions that stand for it can say that they are its own, or another's.
import { expect, test } from 'vitest';
import { exitCodeOf } from '@pawl/core';
import { gateWorld, productionCommit, rowsCsv, sha256 } from './gate-world.ts';

const policy = `name: delay
task: classification
model: model.onnx
data: { path: rows.csv }
metrics: { accuracy: { margin: 0.05 } }
`;

const rows = rowsCsv().trimEnd().split('\n').slice(1);

/** Everybody is sure of the truth; what the last column says of their model is given. */
const predictions = (model?: (row: number) => string): string =>
  `id,probability${model === undefined ? '' : ',model_digest'}\n${rows
    .map((line, row) => {
      const [id, label] = line.split(',');
      return `${id},${label === '1' ? 0.9 : 0.1}${model === undefined ? '' : `,${model(row)}`}\n`;
    })
    .join('')}`;

const world = (made: { readonly new?: string; readonly old?: string; readonly policy?: string }) =>
  gateWorld({
    files: {
      'delay.gate.yml': made.policy ?? policy,
      'rows.csv': rowsCsv(),
      'model.onnx': '0.1',
      'new.csv': made.new ?? predictions(),
      'old.csv': made.old ?? predictions(),
    },
    production: { 'model.onnx': '0.2' },
  }).gate({ candidate: 'model.onnx', predictions: 'new.csv', 'baseline-predictions': 'old.csv' });

const ownDigest = sha256('0.1');
const oldDigest = sha256('0.2');

test('predictions that name the models they stand for are checked, and the record says so', async () => {
  const { report, run } = await world({ new: predictions(() => ownDigest), old: predictions(() => oldDigest) });

  expect(report.verdict).toBe('pass');
  expect(run?.subject?.digest).toBe(ownDigest);
  expect(run?.baseline?.commit).toBe(productionCommit);
  expect(run?.params).toMatchObject({ predictions: 'checked', 'baseline-predictions': 'checked' });
  expect(JSON.stringify(report.blocks)).toContain('new.csv names model.onnx as what gave its predictions: checked.');
});

test('a bare digest in capitals is the same digest', async () => {
  const bare = ownDigest.replace('sha256:', '').toUpperCase();
  expect((await world({ new: predictions(() => bare) })).run?.params['predictions']).toBe('checked');
});

test.each([
  ['the candidate’s', { new: predictions(() => oldDigest) }, 'new.csv', 'model.onnx'],
  ['production’s', { old: predictions(() => ownDigest) }, 'old.csv', 'the model of delay@v1.0.0'],
])('predictions of another model are an error: %s', async (_, files, file, words) => {
  const outcome = await world(files);

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems).toEqual([
    expect.objectContaining({ code: 'GATE_PREDICTIONS_FOREIGN', file, message: expect.stringContaining(words) }),
  ]);
});

test.each([
  ['two models', (row: number) => (row === 7 ? oldDigest : ownDigest)],
  ['none in some rows', (row: number) => (row === 7 ? '' : ownDigest)],
])('rows that name %s are an error', async (_, model) => {
  const outcome = await world({ new: predictions(model) });

  expect(exitCodeOf(outcome)).toBe(3);
  expect(outcome.report.problems[0]).toMatchObject({ code: 'GATE_PREDICTIONS_UNBOUND', file: 'new.csv' });
});

test('predictions that name nothing are stated in record and small print', async () => {
  const { report, run } = await world({});

  expect(report.verdict).toBe('pass');
  expect(run?.params).toMatchObject({ predictions: 'stated', 'baseline-predictions': 'stated' });
  expect(JSON.stringify(report.blocks)).toContain(
    'That model.onnx gave the predictions in new.csv is stated, not checked.',
  );
});

test('a policy may demand that they name it', async () => {
  const demanding = `${policy}predictions: { bound: true }\n`;
  const refused = await world({ policy: demanding });
  const named = { new: predictions(() => ownDigest), old: predictions(() => oldDigest) };

  expect(exitCodeOf(refused)).toBe(3);
  expect(refused.report.problems.map(({ code, file }) => `${code} ${file}`)).toEqual([
    'GATE_PREDICTIONS_UNBOUND new.csv',
    'GATE_PREDICTIONS_UNBOUND old.csv',
  ]);
  expect((await world({ policy: demanding, ...named })).report.verdict).toBe('pass');
});

test('a model whose own text holds the line of a Git LFS pointer is known by its bytes', async () => {
  const crafted = `0.2\noid ${ownDigest}\n`;
  const made = gateWorld({
    files: {
      'delay.gate.yml': policy,
      'rows.csv': rowsCsv(),
      'model.onnx': '0.1',
      'new.csv': predictions(),
      'old.csv': predictions(() => ownDigest),
    },
    production: { 'model.onnx': crafted },
  });
  const outcome = await made.gate({
    candidate: 'model.onnx',
    predictions: 'new.csv',
    'baseline-predictions': 'old.csv',
  });

  expect(outcome.report.problems).toEqual([
    expect.objectContaining({ code: 'GATE_PREDICTIONS_FOREIGN', file: 'old.csv' }),
  ]);
});

test('a candidate that is there as a Git LFS pointer is the file that it stands for, in digest and size', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid ${ownDigest}\nsize 5000000\n`;
  const { run } = await gateWorld({
    files: {
      'delay.gate.yml': `${policy}budgets: { size-mb: { maximum: 1 } }\n`,
      'rows.csv': rowsCsv(),
      'model.onnx': pointer,
      'new.csv': predictions(() => ownDigest),
    },
  }).gate({ candidate: 'model.onnx', predictions: 'new.csv', baseline: 'none' });

  expect(run?.subject?.digest).toBe(ownDigest);
  expect(run?.params['predictions']).toBe('checked');
  expect(run?.verdict).toBe('fail');
});
