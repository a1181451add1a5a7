import { expect, test } from 'vitest';
import type { ModelRuntime, ModelScorer } from '@pawl/core';
import { gateWorld, noiseScorer, rowsCsv } from './gate-world.ts';

const policy = `name: delay
task: classification
model: model.onnx
data: { path: data.csv }
metrics: { accuracy: { margin: 0.05 } }
`;

/** Both gates keep their runs in one store; the runtime is whatever it is at the time. */
function world() {
  const now: { runtime: ModelRuntime } = { runtime: { kind: 'wasm', version: '1.30.0' } };
  const scorer: ModelScorer = { ...noiseScorer(), runtime: async () => now.runtime };
  const files = { 'delay.gate.yml': policy, 'data.csv': rowsCsv(), 'model.onnx': '0.1', 'other.onnx': '0.2' };
  return { now, ...gateWorld({ files, production: { 'model.onnx': '0.5' }, scorer }) };
}

test('the record and the small print say what ran the models', async () => {
  const { gate } = world();
  const { run, report } = await gate({});

  expect(run?.params).toMatchObject({ 'onnx-runtime': 'wasm 1.30.0', 'baseline-onnx-runtime': 'wasm 1.30.0' });
  expect(JSON.stringify(report.blocks)).toContain('Models ran on ONNX Runtime 1.30.0 (WebAssembly).');
  expect(report.problems).toEqual([]);
});

test('why it is not the one that was expected is told', async () => {
  const { gate, now } = world();
  now.runtime = { kind: 'wasm', version: '1.30.0', note: 'The native ONNX Runtime cannot be loaded: no glibc' };

  expect(JSON.stringify((await gate({})).report.blocks)).toContain('cannot be loaded: no glibc');
});

test("stored predictions keep their runtime, and one of another kind than the candidate's is warned of", async () => {
  const { gate, now } = world();
  await gate({});
  now.runtime = { kind: 'native', version: '1.30.0' };
  const { run, report } = await gate({ candidate: 'other.onnx' });

  expect(run?.params).toMatchObject({ 'onnx-runtime': 'native 1.30.0', 'baseline-onnx-runtime': 'wasm 1.30.0' });
  expect(report.problems).toMatchObject([
    {
      code: 'GATE_RUNTIMES_DIFFER',
      severity: 'warning',
      message:
        "The candidate ran on ONNX Runtime 1.30.0 (native), production's stored predictions were made on ONNX Runtime 1.30.0 (WebAssembly).",
    },
  ]);
  expect(report.problems[0]?.hint).toContain('`onnx-runtime: wasm`');
  expect(report.verdict).toBe('pass');
});

test('another version of the same kind is told, without a warning', async () => {
  const { gate, now } = world();
  await gate({});
  now.runtime = { kind: 'wasm', version: '1.31.0' };
  const { report } = await gate({ candidate: 'other.onnx' });

  expect(report.problems).toEqual([]);
  expect(JSON.stringify(report.blocks)).toContain(
    "Production's stored predictions were made on ONNX Runtime 1.30.0 (WebAssembly).",
  );
});

test('what was scored elsewhere has no runtime, and none is asked for', async () => {
  const scorer: ModelScorer = {
    load: () => Promise.reject(new Error('no model is run')),
    runtime: () => Promise.reject(new Error('no runtime is asked for')),
  };
  const data = rowsCsv().replaceAll('\r', '');
  const predictions = data
    .trimEnd()
    .split('\n')
    .map((line, row) => `${line},${row === 0 ? 'probability' : (row % 10) / 10}`)
    .join('\n');
  const files = { 'delay.gate.yml': policy, 'data.csv': data, 'new.csv': predictions };
  const { gate } = gateWorld({ files, scorer });
  const { run } = await gate({ candidate: 'new.csv', baseline: 'none' });

  expect(run?.params).not.toHaveProperty('onnx-runtime');
});

test('the command that gives the same verdict names a runtime that was asked for', async () => {
  const { gate } = world();

  expect((await gate({ 'onnx-runtime': 'native' })).report.footer?.reproduce).toContain('--onnx-runtime native');
  expect((await gate({})).report.footer?.reproduce).not.toContain('runtime');
});

test('several columns of one input come in the precision of a model that is run here', async () => {
  const seen: unknown[] = [];
  const inner = noiseScorer();
  const scorer: ModelScorer = {
    load: async (bytes, name) => {
      const loaded = await inner.load(bytes, name);
      const signature = {
        inputs: [{ name: 'X', type: 'float32' as const, width: 2 }],
        outputs: loaded.signature.outputs,
      };
      return {
        ...loaded,
        signature,
        score: (columns, rows) => {
          seen.push(columns['X']);
          return loaded.score({ x: Float64Array.from({ length: rows }, (_, row) => row % 2) }, rows);
        },
      };
    },
  };
  const features = policy.replace('data.csv }', 'data.csv, features: { X: [x, x] } }');
  const files = { 'delay.gate.yml': features, 'data.csv': rowsCsv(), 'model.onnx': '0.1' };
  await gateWorld({ files, scorer }).gate({ baseline: 'none' });

  expect(seen).toHaveLength(1);
  expect(seen[0]).toBeInstanceOf(Float32Array);
});
