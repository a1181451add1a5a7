// Test rows in the training data, counted by DuckDB.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInputs, type Outcome } from '@pawl/core';
import { evalGateInputs, gateModel } from '@pawl/core/eval-gate';
import { fakeContext, fakeWorkspace } from '@pawl/core/testing';
import { openDataEngine } from '@pawl/data';
import { expect, test } from 'vitest';

const never = () => Promise.reject(new Error('the gate asks for no such thing here'));
const rows = 200;
const csv = (header: string, row: (index: number) => readonly unknown[], count = rows): string =>
  `${[header, ...Array.from({ length: count }, (_, index) => row(index).join(','))].join('\n')}\n`;

/** Test rows whose features are a number and a name with a quote in it; `weather` is empty in every seventh. */
const testRow = (index: number): readonly unknown[] => [
  `r${index}`,
  index % 2,
  index * 1.5,
  index % 7 === 0 ? '' : 'rain',
  index % 3 === 0 ? 0.6 : 0.4,
];

async function judge(training: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-gate-training-'));
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  const engine = openDataEngine({ threads: 1 });
  await using _engine = { [Symbol.asyncDispose]: () => engine.close() };
  const files = {
    'flights.gate.yml': `
name: flights
task: classification
data: { path: data.csv, id: id, label: late, training: train.csv, features: { x: 'km "air"', w: weather } }
metrics: { accuracy: { minimum: 0.1 } }
`,
    'data.csv': csv('id,late,"km ""air""",weather,probability', testRow),
    'train.csv': training,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return await gateModel({
    inputs: readInputs(evalGateInputs, {
      policy: 'flights.gate.yml',
      predictions: 'data.csv',
      baseline: 'none',
    }).value!,
    workspace: { ...fakeWorkspace(files), resolve: async (path) => join(folder, path) },
    history: {
      resolve: never,
      mergeBase: never,
      read: never,
      list: async () => [],
      materialize: never,
      commitTime: never,
      head: never,
    },
    registry: {
      resolve: never,
      list: never,
      history: never,
      register: never,
      label: never,
      unlabel: never,
      deprecate: never,
      archive: never,
      tagger: never,
    },
    engine,
    scorer: { load: never },
    context: fakeContext(),
  });
}

const header = 'late,"km ""air""",weather';
const trainRow = (index: number): readonly unknown[] => [index % 2, 10_000 + index, 'sun'];

test('test rows that occur in the training data are counted exactly, empty cells among them', async () => {
  const { report } = await judge(csv(header, (index) => (index < 50 ? testRow(index).slice(1, 4) : trainRow(index))));

  expect(report.problems).toMatchObject([
    {
      code: 'GATE_TRAINING_OVERLAP',
      severity: 'warning',
      message:
        '50 of 200 test rows (25.0 %) have the features and the label of a training row; 0.0 % of the training rows repeat another one.',
      file: 'data.csv',
    },
  ]);
});

test('other training rows are no overlap, and neither are rows that repeat by nature', async () => {
  expect((await judge(csv(header, trainRow))).report.problems).toEqual([]);
  // Half of the training rows are test rows, but all of them are there twice anyway.
  const natural = csv(header, (index) => testRow(Math.floor(index / 2)).slice(1, 4), 2 * rows);
  expect((await judge(natural)).report.problems).toEqual([]);
});

test('training data without the columns of the model leave the gate without an answer', async () => {
  const { report } = await judge(csv('late,weather', (index) => [index % 2, 'rain']));

  expect(report.verdict).toBe('error');
  expect(report.problems).toMatchObject([{ code: 'GATE_COLUMN_MISSING', file: 'train.csv' }]);
});
