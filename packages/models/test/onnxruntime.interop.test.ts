// The native runtime beside WebAssembly: the same numbers and the same refusals, and nothing read that a hostile model
// names. Needs a folder that holds node_modules/onnxruntime-node: PAWL_INTEROP_ONNXRUNTIME=/path.
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ModelError, type ModelColumns, type ScoredModel } from '@pawl/core';
import { findRuntime, onnxScorer } from '@pawl/models';
import { loadNativeRuntime } from '../src/onnx-runtime.ts';
import { oneNode, onnxBytes } from './tiny-onnx.ts';

const peer = process.env['PAWL_INTEROP_ONNXRUNTIME'];
if (peer === undefined)
  console.warn('The native runtime is skipped: PAWL_INTEROP_ONNXRUNTIME names no folder with onnxruntime-node.');
const folder = join(peer ?? '', 'node_modules', 'onnxruntime-node');

const fixtures = new URL('../../../fixtures/', import.meta.url);
const models = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.onnx') && !path.endsWith('onnx-truncated/candidate.onnx'),
);
const rows = 3000;

function columnsFor({ signature }: ScoredModel): ModelColumns {
  let state = 7;
  const draw = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const places = ['ATL', 'ORD', 'DFW', 'LAX', 'HNL', ''];
  return Object.fromEntries(
    signature.inputs.map(({ name, type, width = 1 }) => [
      name,
      type === 'string'
        ? Array.from({ length: rows * width }, () => places[Math.floor(draw() * places.length)]!)
        : Float64Array.from({ length: rows * width }, () => Math.floor(draw() * 17)),
    ]),
  );
}

describe.skipIf(peer === undefined)('the native runtime', () => {
  const [native, wasm] = [onnxScorer({ native: folder }), onnxScorer()];

  test('is of the same version', async () => {
    const [a, b] = [await native.runtime?.(), await wasm.runtime?.()];
    expect(a).toMatchObject({ kind: 'native', version: b?.version });
  });

  test.each(models)('gives the numbers that WebAssembly gives for %s', async (path) => {
    const bytes = new Uint8Array(readFileSync(new URL(path, fixtures)));
    const loaded = [await native.load(bytes, path), await wasm.load(bytes, path)] as const;
    const columns = columnsFor(loaded[0]);
    const [a, b] = [await loaded[0].score(columns, rows), await loaded[1].score(columns, rows)];
    let largest = 0;
    // Of single precision: a share of the number where that is above one.
    for (const [at, value] of b.probabilities.entries())
      largest = Math.max(largest, Math.abs(value - a.probabilities[at]!) / Math.max(1, Math.abs(value)));
    console.log(`${path}: largest difference ${largest.toExponential(1)}`);

    expect(loaded[0].signature).toEqual(loaded[1].signature);
    expect({ classes: a.classes, labels: a.labels, length: a.probabilities.length }).toEqual({
      classes: b.classes,
      labels: b.labels,
      length: b.probabilities.length,
    });
    expect(largest).toBeLessThan(1e-5);
    // The same on every call, whatever the size of the batches.
    const again = await onnxScorer({ native: folder, batchRows: 100 }).load(bytes, path);
    expect((await again.score(columns, rows)).probabilities.length).toBe(a.probabilities.length);
    expect((await loaded[0].score(columns, rows)).probabilities).toEqual(a.probabilities);
    for (const model of [...loaded, again]) await model.close();
  });

  test.each<[string, Uint8Array]>([
    ['an operator that nobody knows', onnxBytes(oneNode('FrobnicateThis'))],
    ["an operator of somebody's own", onnxBytes(oneNode('Gelu2', { domain: 'com.acme' }))],
    ['garbage', new TextEncoder().encode('hello, I am no model at all')],
    ['nothing', new Uint8Array(0)],
    ['half a model', onnxBytes(oneNode('Softmax')).slice(0, -5)],
    ['no outputs', onnxBytes({ ...oneNode('Softmax'), outputs: [] })],
    ['an output that nothing makes', onnxBytes({ ...oneNode('Softmax'), nodes: [] })],
  ])('refuses %s as WebAssembly does', async (_, bytes) => {
    const codes = [];
    for (const scorer of [native, wasm]) {
      const error = await scorer.load(bytes, 'm.onnx').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ModelError);
      codes.push((error as ModelError).code);
    }
    expect(codes[0]).toBe(codes[1]);
  });

  test('memory is measured with it', async () => {
    const bytes = new Uint8Array(readFileSync(new URL('playground/models/flight-delay/good.onnx', fixtures)));
    const loaded = await native.load(bytes, 'good.onnx');
    const columns = Object.fromEntries(
      Object.entries(columnsFor(loaded)).map(([name, values]) => [name, values.slice(0, 10)]),
    );
    const taken = await native.memory?.(bytes, 'good.onnx', { columns, rows: 10 });
    expect(taken).toBeGreaterThan(100_000);
    await loaded.close();
  });

  describe('given a model whose weights lie in another file', () => {
    const name = `pawl-secret-${process.pid}.bin`;
    const secret = join(process.cwd(), name);
    beforeAll(() => writeFile(secret, Buffer.alloc(4096, 65)));
    afterAll(() => rm(secret, { force: true }));
    const reader = (location: string): Uint8Array =>
      onnxBytes({
        inputs: [{ name: 'X', shape: ['N', 32] }],
        outputs: [{ name: 'Y', shape: ['N', 32] }],
        nodes: [{ op: 'MatMul', inputs: ['X', 'W'], output: 'Y' }],
        tensors: [{ name: 'W', shape: [32, 32], external: location }],
      });

    test('would read it by itself, from the folder it runs in: where a checkout keeps its token', async () => {
      const { InferenceSession } = await loadNativeRuntime(folder, 'm.onnx');
      const session = await InferenceSession.create(reader(name), { logSeverityLevel: 4 });
      expect(session.inputNames).toEqual(['X']);
      await session.release();
    });

    test.each([name, `./${name}`, '../secret.bin', '/proc/self/environ', '*/_ORT_MEM_ADDR_/*'])(
      'reads nothing from %s as the scorer starts it, even if the scorer overlooked it',
      async (location) => {
        const { InferenceSession, options } = await loadNativeRuntime(folder, 'm.onnx');
        const refused = await native.load(reader(location), 'm.onnx').catch((error: unknown) => error);

        expect(refused).toMatchObject({ code: 'MODEL_EXTERNAL_DATA' });
        await expect(InferenceSession.create(reader(location), options)).rejects.toThrow();
      },
    );
  });
});

describe.skipIf(peer === undefined)('asked for', () => {
  test('it is fetched through npm, has the recorded hashes, and is found by the next run', async () => {
    const place = await mkdtemp(join(tmpdir(), 'pawl-tools-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }) };
    const request = { toolCache: join(place, 'tools'), workspace: process.cwd(), trust: 'own' } as const;
    expect(await findRuntime({ ...request, choice: 'auto' })).toEqual({});
    const fetched = await findRuntime({ ...request, choice: 'native' });

    expect(await findRuntime({ ...request, choice: 'auto', npm: 'no-such-npm' })).toEqual(fetched);
    expect(readdirSync(join(fetched.native!, 'bin', 'napi-v6'))).toEqual([process.platform]);
    const model = await onnxScorer(fetched).load(onnxBytes(oneNode('Softmax')), 'm.onnx');
    expect((await model.score({ X: Float64Array.of(0, 0) }, 1)).probabilities).toEqual(Float64Array.of(0.5, 0.5));
    await model.close();
  });
});
