// A model is judged as one file: tensors in others are found before a runtime could read them.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { externalFile, NoProtobuf } from '../src/onnx-external.ts';
import { modelWithTensorAt, oneNode, onnxBytes } from './tiny-onnx.ts';

const places = ['initializer', 'attribute', 'subgraph', 'sparse', 'function', 'training'] as const;

test.each(places)('a tensor in another file is found as %s', (place) => {
  expect(externalFile(modelWithTensorAt(place, { name: 'W', shape: [2], external: '../../.git/config' }))).toBe(
    '../../.git/config',
  );
  expect(externalFile(modelWithTensorAt(place, { name: 'W', shape: [2], values: [1, 2] }))).toBeUndefined();
});

test('one that only says it lies elsewhere is found too', () => {
  const bytes = onnxBytes({ ...oneNode('Softmax'), tensors: [{ name: 'W', shape: [1], values: [1] }] });
  const withFlag = [...bytes];
  // raw_data (9) of four bytes becomes data_location (14) = EXTERNAL, and padding.
  const raw = bytes.findIndex((byte, at) => byte === 0x4a && bytes[at + 1] === 4 && bytes[at + 5] === 0x3f);
  withFlag.splice(raw, 6, 0x70, 1, 0x42, 2, 0x57, 0x57);

  expect(externalFile(bytes)).toBeUndefined();
  expect(externalFile(Uint8Array.from(withFlag))).toBe('');
});

test('a field whose number runtimes would cut to another one is refused', () => {
  const location = [10, 8, ...new TextEncoder().encode('location'), 18, 5, ...new TextEncoder().encode('w.bin')];
  // external_data (13) with bit 33 of its key set, which runtimes drop.
  const tensor = [0xea, 0x80, 0x80, 0x80, 0x10, ...lengthOf(location), ...location];
  const graph = [(5 << 3) | 2, ...lengthOf(tensor), ...tensor];

  expect(() => externalFile(Uint8Array.from([(7 << 3) | 2, ...lengthOf(graph), ...graph]))).toThrow(NoProtobuf);
});

test('a graph written in two halves is read as protobuf reads it, whole', () => {
  const harmless = onnxBytes(oneNode('Softmax'));
  const rest = modelWithTensorAt('initializer', { name: 'W', shape: [2], external: 'weights.bin' });

  expect(externalFile(Uint8Array.from([...harmless, ...rest]))).toBe('weights.bin');
});

test('what is no protobuf, is cut short or is nested without end is not read as whole', () => {
  const whole = onnxBytes(oneNode('Softmax'));
  const ortFormat = [8, 0, 0, 0, ...new TextEncoder().encode('ORTM'), 1, 2, 3, 4];
  for (const bytes of [whole.slice(0, -1), Uint8Array.from(ortFormat), new TextEncoder().encode('hello')])
    expect(() => externalFile(bytes)).toThrow(NoProtobuf);
  expect(() => externalFile(graphIn(60))).toThrow('nested too deeply');
});

test('no model of the fixtures keeps tensors elsewhere', () => {
  const folder = new URL('../../../fixtures/', import.meta.url);
  const models = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.onnx') && !path.includes('truncated'),
  );

  expect(models.length).toBeGreaterThan(5);
  for (const path of models) expect(externalFile(readFileSync(new URL(path, folder)))).toBeUndefined();
});

/** Graph in attribute in node in graph, so many times. */
function graphIn(times: number): Uint8Array {
  let inner: number[] = [];
  for (let depth = 0; depth < times; depth++)
    for (const field of [6, 5, 1]) inner = [(field << 3) | 2, ...lengthOf(inner), ...inner];
  return Uint8Array.from([(7 << 3) | 2, ...lengthOf(inner), ...inner]);
}

function lengthOf(bytes: readonly number[]): number[] {
  const found: number[] = [];
  let rest = bytes.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) found.push((rest % 128) | 128);
  return [...found, rest];
}
