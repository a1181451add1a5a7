import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ModelError } from '@pawl/core';
import { onnxScorer } from '@pawl/models';
import { oneNode, onnxBytes, type TinyModel } from './tiny-onnx.ts';

const cases = new URL('../../../fixtures/cases/eval-gate/', import.meta.url);
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(path, cases)));
const scorer = onnxScorer();

const columns = {
  hour: Float64Array.of(2, 12, 20),
  distance: Float64Array.of(300, 900, 1500),
  origin: ['ATL', 'HNL', 'ORD'],
};

const failure = async (action: Promise<unknown>): Promise<ModelError> => {
  const error = await action.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
};

test('the signature names inputs, their types and widths', async () => {
  const model = await scorer.load(await read('onnx-better/candidate.onnx'), 'candidate.onnx');

  expect(model.signature).toEqual({
    inputs: [
      { name: 'hour', type: 'float32', width: 1 },
      { name: 'distance', type: 'float32', width: 1 },
      { name: 'origin', type: 'string', width: 1 },
    ],
    outputs: ['label', 'probabilities'],
  });
  await model.close();
});

test('probabilities come row by row, sum to one, and do not depend on the size of a batch', async () => {
  const bytes = await read('onnx-better/candidate.onnx');
  const whole = await scorer.load(bytes, 'candidate.onnx');
  const single = await onnxScorer({ batchRows: 1 }).load(bytes, 'candidate.onnx');

  const { probabilities, classes } = await whole.score(columns, 3);

  expect(classes).toBe(2);
  expect(probabilities).toHaveLength(6);
  for (let row = 0; row < 3; row++) expect(probabilities[2 * row]! + probabilities[2 * row + 1]!).toBeCloseTo(1, 6);
  // Late flights leave late in the day, above all from ORD: what make.py drew them from.
  expect(probabilities[1]).toBeLessThan(0.2);
  expect(probabilities[5]).toBeGreaterThan(0.9);
  expect((await single.score(columns, 3)).probabilities).toEqual(probabilities);
  await whole.close();
  await single.close();
});

test('single precision is taken as it is, in batches that do not come out even, and fits no other kind of input', async () => {
  const values = Array.from({ length: 14 }, (_, at) => Math.fround(Math.sin(at)));
  const both = { double: { X: Float64Array.from(values) }, single: { X: Float32Array.from(values) } };
  for (const batch of ['N', 3]) {
    const model = await onnxScorer({ batchRows: 4 }).load(onnxBytes(oneNode('Softmax', { batch })), 'm.onnx');
    const { probabilities } = await model.score(both.double, 7);
    expect(probabilities).toHaveLength(14);
    expect((await model.score(both.single, 7)).probabilities).toEqual(probabilities);
    await model.close();
  }
  const texts = await scorer.load(await read('onnx-better/candidate.onnx'), 'm.onnx');
  const wrong = { ...columns, origin: Float32Array.of(1, 2, 3) };
  expect((await failure(texts.score(wrong, 3))).message).toBe(
    'The input "origin" (string) of m.onnx was given numbers.',
  );
  await texts.close();
});

test('half a model is refused by name, as no whole ONNX model', async () => {
  const error = await failure(scorer.load(await read('onnx-truncated/candidate.onnx'), 'models/half.onnx'));

  expect(error).toMatchObject({ code: 'MODEL_INVALID', file: 'models/half.onnx' });
  expect(error.message).toContain('models/half.onnx is no whole ONNX model');
});

test('garbage and emptiness are refused too', async () => {
  for (const bytes of [new TextEncoder().encode('hello, I am no model at all'), new Uint8Array(0)]) {
    expect((await failure(scorer.load(bytes, 'm.onnx'))).code).toBe('MODEL_INVALID');
  }
});

test('an operator that nobody knows is named', async () => {
  const error = await failure(scorer.load(onnxBytes(oneNode('FrobnicateThis')), 'm.onnx'));

  expect(error.code).toBe('MODEL_OPERATOR_UNKNOWN');
  expect(error.message).toContain('FrobnicateThis');
});

test('text for a numeric input, numbers for a text input and a missing column are told apart', async () => {
  const model = await scorer.load(await read('onnx-better/candidate.onnx'), 'm.onnx');
  const { origin: _, ...without } = columns;

  expect((await failure(model.score({ ...columns, hour: ['a', 'b', 'c'] }, 3))).message).toBe(
    'The input "hour" (float32) of m.onnx was given text.',
  );
  expect((await failure(model.score({ ...columns, origin: columns.hour }, 3))).message).toBe(
    'The input "origin" (string) of m.onnx was given numbers.',
  );
  expect((await failure(model.score(without, 3))).message).toBe('The input "origin" of m.onnx got no values.');
  await model.close();
});

test('a wrong number of features is the model’s own complaint, with its name', async () => {
  const model = await scorer.load(await read('onnx-better/candidate.onnx'), 'm.onnx');
  const error = await failure(model.score({ ...columns, hour: Float64Array.of(1, 2, 3, 4, 5, 6) }, 3));

  expect(error.code).toBe('MODEL_RUN_FAILED');
  expect(error.message).toMatch(/^m\.onnx cannot be run: .*hour.*Expected: 1/);
  await model.close();
});

test('a runtime that is not there says what must lie where', async () => {
  const error = await failure(onnxScorer({ wasmPath: 'no/such.wasm' }).load(new Uint8Array(0), 'm.onnx'));

  expect(error.code).toBe('MODEL_RUNTIME_MISSING');
  expect(error.hint).toContain('ort-wasm-simd-threaded.wasm');
});

const features = { X: Float64Array.of(1, -2, 3, -4, 5, 6) };
const weights = (tensor: { values?: number[]; external?: string; shape: [number, number] }): TinyModel => ({
  ...oneNode('MatMul', { output: ['N', tensor.shape[1]] }),
  nodes: [{ op: 'MatMul', inputs: ['X', 'W'], output: 'Y' }],
  tensors: [{ name: 'W', ...tensor }],
});

test.each<[string, TinyModel, string, string]>([
  [
    'an operator of somebody’s own',
    oneNode('Gelu2', { domain: 'com.acme' }),
    'MODEL_OPERATOR_UNKNOWN',
    'com.acme:Gelu2',
  ],
  [
    'weights in another file',
    weights({ shape: [2, 2], external: 'weights.bin' }),
    'MODEL_EXTERNAL_DATA',
    'm.onnx keeps its weights in another file, "weights.bin"; a model is judged as one file.',
  ],
  [
    'shapes that do not fit',
    weights({ shape: [3, 1], values: [1, 2, 3] }),
    'MODEL_INVALID',
    'm.onnx is an ONNX model that cannot work: [ShapeInferenceError] Incompatible dimensions',
  ],
  ['no outputs', { ...oneNode('Softmax'), outputs: [] }, 'MODEL_OUTPUT', 'm.onnx has no output that holds'],
  [
    'an output that nothing makes',
    { ...oneNode('Softmax'), nodes: [] },
    'MODEL_INVALID',
    'Graph output (Y) does not exist in the graph.',
  ],
  [
    'text where numbers are reckoned with',
    { ...oneNode('Softmax'), inputs: [{ name: 'X', type: 'string', shape: ['N', 2] }] },
    'MODEL_INVALID',
    "Type 'tensor(string)' of input parameter (X)",
  ],
  [
    'images as input',
    {
      ...oneNode('Softmax'),
      inputs: [{ name: 'X', shape: ['N', 3, 8, 8] }],
      outputs: [{ name: 'Y', shape: ['N', 3, 8, 8] }],
    },
    'MODEL_INPUT',
    'The input "X" of m.onnx has 4 dimensions; columns fill [rows] or [rows, features].',
  ],
  [
    'half-precision inputs',
    {
      ...oneNode('Softmax'),
      inputs: [{ name: 'X', type: 'float16', shape: ['N', 2] }],
      outputs: [{ name: 'Y', type: 'float16', shape: ['N', 2] }],
    },
    'MODEL_INPUT',
    'The input "X" of m.onnx has a type that no column can fill.',
  ],
])('a model with %s is refused, with its name and a remedy', async (_, model, code, message) => {
  const error = await failure(scorer.load(onnxBytes(model), 'm.onnx'));

  expect(error).toMatchObject({ code, file: 'm.onnx', hint: expect.stringMatching(/\.$/) });
  expect(error.message).toContain(message);
  expect(error.message, 'nobody’s build machine').not.toMatch(/\.cc:\d/);
});

test('a model that answers with more than it can hold is told apart from one that is broken', async () => {
  const model = await scorer.load(
    onnxBytes({
      inputs: [{ name: 'X', shape: ['N', 2] }],
      outputs: [{ name: 'Y', shape: ['N', 'M'] }],
      nodes: [
        { op: 'ReduceMean', inputs: ['X'], output: 'mean' },
        { op: 'Expand', inputs: ['mean', 'size'], output: 'Y' },
      ],
      tensors: [{ name: 'size', shape: [2], type: 'int64', values: [3, 4_000_000_000] }],
    }),
    'm.onnx',
  );

  expect(await failure(model.score(features, 3))).toMatchObject({ code: 'MODEL_TOO_LARGE', file: 'm.onnx' });
  await model.close();
});

test('an answer without a row for each row is refused', async () => {
  const model = await scorer.load(onnxBytes(oneNode('ReduceMean', { output: [1, 1] })), 'm.onnx');
  const error = await failure(model.score(features, 3));

  expect(error).toMatchObject({ code: 'MODEL_OUTPUT', message: expect.stringContaining('[1, 1] for 3 rows') });
  await model.close();
});

test.each([1, 2, 4])(
  'a model that takes %d rows at a time, no more and no fewer, answers as one that takes any',
  async (batch) => {
    const free = await scorer.load(onnxBytes(oneNode('Softmax')), 'free.onnx');
    const fixed = await scorer.load(onnxBytes(oneNode('Softmax', { batch })), 'fixed.onnx');

    expect(await fixed.score(features, 3)).toEqual(await free.score(features, 3));
    await free.close();
    await fixed.close();
  },
);

test('progress counts rows, batch by batch', async () => {
  const model = await onnxScorer({ batchRows: 2 }).load(onnxBytes(oneNode('Softmax')), 'm.onnx');
  const told: number[] = [];

  await model.score(features, 3, (rows) => told.push(rows));

  expect(told).toEqual([2, 3]);
  await model.close();
});

test('wide models get fewer rows at a time', async () => {
  const width = 2 ** 18;
  const model = await scorer.load(
    onnxBytes({
      inputs: [{ name: 'X', shape: ['N', width] }],
      outputs: [{ name: 'Y', shape: ['N', 1] }],
      nodes: [{ op: 'MatMul', inputs: ['X', 'W'], output: 'Y' }],
      tensors: [{ name: 'W', shape: [width, 1], values: Array.from({ length: width }, () => 1 / width) }],
    }),
    'wide.onnx',
  );
  const told: number[] = [];
  const { probabilities } = await model.score({ X: new Float64Array(20 * width).fill(0.25) }, 20, (rows) =>
    told.push(rows),
  );

  expect(told).toEqual([16, 20]);
  expect(probabilities[39]).toBeCloseTo(0.25, 4);
  await model.close();
});

test('a call is timed without reading its answers', async () => {
  const model = await scorer.load(await read('onnx-int8/digits.onnx'), 'digits.onnx');

  expect(await model.time!({ pixels: new Float64Array(64 * 3).fill(1) }, 3)).toBeGreaterThan(0);
  await model.close();
});

test('memory is that of a process of its own, and does not count an earlier model', async () => {
  const [large, small] = [
    onnxBytes(weights({ shape: [2, 500_000], values: Array.from({ length: 1_000_000 }, () => 1) })),
    onnxBytes(oneNode('Softmax')),
  ];
  const sample = { columns: features, rows: 3 };
  const [before, after] = [
    await onnxScorer().memory!(large, 'large.onnx', sample),
    await onnxScorer().memory!(small, 'small.onnx', sample),
  ];

  // Its weights alone are 4,000,000 bytes.
  expect(before - after).toBeGreaterThan(4e6);
  expect(after).toBeLessThan(60e6);
});

test('memory that cannot be measured is an error, not a number', async () => {
  const error = await failure(onnxScorer().memory!(new Uint8Array(3), 'broken.onnx', { columns: features, rows: 3 }));

  expect(error).toMatchObject({ code: 'MODEL_MEMORY_UNKNOWN', file: 'broken.onnx' });
  expect(error.message).toContain('broken.onnx is no whole ONNX model');
});
