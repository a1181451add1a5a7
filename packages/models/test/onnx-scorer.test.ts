import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ModelError } from '@pawl/core';
import { onnxScorer } from '@pawl/models';

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
  const error = await failure(scorer.load(onnxWithOperator('FrobnicateThis'), 'm.onnx'));

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

/** A model of one node, written as protobuf by hand: ModelProto{ir_version, opset_import, graph{node, name, input, output}}. */
function onnxWithOperator(operator: string): Uint8Array {
  const bytes = (field: number, content: readonly number[]): number[] => [(field << 3) | 2, content.length, ...content];
  const text = (field: number, value: string): number[] => bytes(field, [...new TextEncoder().encode(value)]);
  const number = (field: number, value: number): number[] => [field << 3, value];
  const value = (name: string): number[] => {
    const shape = [...bytes(1, number(1, 1)), ...bytes(1, number(1, 2))];
    return [...text(1, name), ...bytes(2, bytes(1, [...number(1, 1), ...bytes(2, shape)]))];
  };
  const node = [...text(1, 'X'), ...text(2, 'Y'), ...text(4, operator)];
  const graph = [...bytes(1, node), ...text(2, 'g'), ...bytes(11, value('X')), ...bytes(12, value('Y'))];
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, number(2, 17))]);
}
