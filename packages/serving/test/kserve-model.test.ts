import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ModelError, type ScoredModel } from '@pawl/core';
import { modelRepository, startTriton, writeModel } from '@pawl/testkit/triton';
import { openKserveModel, type KserveModelOptions } from '@pawl/serving';

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const sleep = async (): Promise<void> => {};
const settings = { timeoutMs: 5_000, retries: 2, batchRows: 2, sleep };
const open = (url: string, more: Partial<KserveModelOptions> = {}): Promise<ScoredModel> =>
  openKserveModel({ url, ...settings, ...more });

/** Five rows of three features, of which the tiny model takes 1, −1 and 0.5 times. */
const x = Float64Array.from({ length: 15 }, (_, index) => Math.sin(index));
const expected = (bias: number): number[] =>
  Array.from({ length: 5 }, (_, row) => sigmoid(x[row * 3]! - x[row * 3 + 1]! + 0.5 * x[row * 3 + 2]! + bias));

async function triton(versions: Record<number, number>) {
  const places = new AsyncDisposableStack();
  const { folder } = places.use(await modelRepository());
  await writeModel(folder, 'flight', versions);
  const double = places.use(await startTriton({ repositoryFolder: folder }));
  await fetch(`${double.url}/v2/repository/models/flight/load`, { method: 'POST', body: '{}' });
  const at = (version?: number): string =>
    `${double.url}/v2/models/flight${version === undefined ? '' : `/versions/${version}`}`;
  return { double, at, [Symbol.asyncDispose]: () => places.disposeAsync() };
}

const failureOf = async (work: Promise<unknown>): Promise<ModelError> => {
  const error = await work.then(
    () => expect.fail('it did not fail'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
};

test('a real ONNX model behind a server is asked in batches, and answers as it would here', async () => {
  await using place = await triton({ 1: 0, 2: 2 });
  const [first, second] = [await open(place.at(1)), await open(place.at(2))];
  const done: number[] = [];

  expect(first.signature).toEqual({
    inputs: [expect.objectContaining({ name: 'x', type: 'float32', width: 3 })],
    outputs: ['p'],
  });
  const scores = await first.score({ x }, 5, (rows) => done.push(rows));
  const others = await second.score({ x }, 5);

  expect(done).toEqual([2, 4, 5]);
  expect(place.double.requests('flight', 1)).toBe(3);
  expected(0).forEach((chance, row) => {
    expect(scores.probabilities[row * 2 + 1]).toBeCloseTo(chance, 6);
    expect(scores.probabilities[row * 2]).toBeCloseTo(1 - chance, 6);
  });
  expect(others.probabilities[1]).toBeCloseTo(expected(2)[0]!, 6);
});

test('a request that fails for a moment is tried again; one that keeps failing is an error, after as many attempts', async () => {
  await using place = await triton({ 1: 0 });
  const model = await open(place.at());
  place.double.inject('flight', 1, { failEvery: 2 });
  const scores = await model.score({ x }, 5);
  expect(scores.probabilities[1]).toBeCloseTo(expected(0)[0]!, 6);

  place.double.inject('flight', 1, { failEvery: 1 });
  const before = place.double.requests('flight', 1);
  const error = await failureOf(model.score({ x }, 5));
  expect(error).toMatchObject({ code: 'MODEL_RUN_FAILED' });
  expect(error.message).toMatch(/answered 500 \(3 attempts\): onnx runtime error 6: injected/);
  expect(place.double.requests('flight', 1) - before).toBe(3);
});

test('a server that says nothing in time, and one that is not there, are errors', async () => {
  await using place = await triton({ 1: 0 });
  const model = await open(place.at(), { timeoutMs: 60, retries: 0 });
  place.double.inject('flight', 1, { delayMs: 2_000 });

  expect((await failureOf(model.score({ x }, 5))).message).toContain('did not answer within 0.06 s');
  expect((await failureOf(open('http://127.0.0.1:9/v2/models/flight'))).message).toContain('cannot be reached');
  expect((await failureOf(open(`${place.double.url}/v2/models/nobody`))).message).toContain("unknown model: 'nobody'");
});

test('a missing value is never sent as something else', async () => {
  await using place = await triton({ 1: 0 });
  const model = await open(place.at());
  const error = await failureOf(model.score({ x: x.map((value, index) => (index === 7 ? Number.NaN : value)) }, 5));

  expect(error).toMatchObject({ code: 'MODEL_INPUT' });
  expect(error.message).toContain('cannot be sent a missing value in its input "x" (FP32)');
});

const metadata = {
  name: 'm',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] }],
};

/** Answers as told: metadata, and inference by function of how many rows and how often it was asked. */
async function server(
  infer: (rows: number, call: number) => unknown,
  { about = metadata, config = {}, key }: { about?: unknown; config?: object; key?: string } = {},
) {
  let calls = 0;
  const rowsAsked: number[] = [];
  const listening: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const reply = (status: number, body: unknown): void => {
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      if (key !== undefined && request.headers.authorization !== `Bearer ${key}`)
        return reply(401, { error: `no such key: ${request.headers.authorization}` });
      if (request.url?.endsWith('/config') === true) return reply(200, config);
      if (request.method === 'GET') return reply(200, about);
      const rows = (JSON.parse(Buffer.concat(chunks).toString()) as { inputs: { shape: number[] }[] }).inputs[0]!
        .shape[0]!;
      rowsAsked.push(rows);
      calls += 1;
      return reply(200, infer(rows, calls));
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v2/models/m`,
    rowsAsked,
    [Symbol.asyncDispose]: async () => {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

const answer = (rows: number, more: object = {}, version = '1') => ({
  model_name: 'm',
  model_version: version,
  outputs: [
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [rows, 2],
      data: Array.from({ length: rows * 2 }, () => 0.5),
      ...more,
    },
  ],
});

test.each([
  ['fewer rows than were asked', (rows: number) => answer(rows - 1), 'answered 2 rows with the shape [1, 2]'],
  [
    'null, which is how JSON says NaN',
    (rows: number) => answer(rows, { data: [0.5, null, 0.5, 0.5] }),
    'not whole, or hold no numbers',
  ],
  ['NaN as Python writes it', () => JSON.stringify(answer(2)).replace('0.5', 'NaN'), 'not whole, or hold no numbers'],
  ['text for numbers', (rows: number) => answer(rows, { data: ['a', 'b', 'c', 'd'] }), 'answered with strings'],
  [
    'data that do not fit their shape',
    (rows: number) => answer(rows, { data: [0.5] }),
    'not whole, or hold no numbers',
  ],
  ['another output', (rows: number) => answer(rows, { name: 'label' }), 'answered without "probabilities"'],
  ['a page', () => '<html>It works!</html>', 'not whole, or hold no numbers'],
  [
    'another version in the middle',
    (rows: number, call: number) => answer(rows, {}, String(call)),
    'version 2 after version 1',
  ],
])('%s is an error', async (_, infer, message) => {
  await using place = await server(infer);
  const error = await failureOf((await open(place.url)).score({ x: x.slice(0, 12) }, 4));

  expect(error.message).toContain(message);
  expect(error.hint).not.toBe('');
});

test('inputs that no column can fill, and outputs that say nothing, are refused before any row is sent', async () => {
  const shapes = [
    { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 224] }] },
    { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3] }] },
    { inputs: [{ name: 'x', datatype: 'BF16', shape: [-1, 3] }] },
    { inputs: [] },
    { outputs: [] },
  ];
  for (const change of shapes) {
    await using place = await server((rows) => answer(rows), { about: { ...metadata, ...change } });
    expect(['MODEL_INPUT', 'MODEL_OUTPUT']).toContain((await failureOf(open(place.url))).code);
  }
});

test('no more rows are sent at a time than the server takes', async () => {
  await using place = await server((rows) => answer(rows), { config: { max_batch_size: 3 } });
  await (await open(place.url, { batchRows: 100 })).score({ x: x.slice(0, 12) }, 4);

  expect(place.rowsAsked).toEqual([3, 1]);
});

test('labels are read where there are no numbers, and inputs keep their types', async () => {
  const about = {
    name: 'm',
    inputs: [
      { name: 'age', datatype: 'INT64', shape: [-1] },
      { name: 'city', datatype: 'BYTES', shape: [-1, 1] },
      { name: 'new', datatype: 'BOOL', shape: [-1, 1] },
    ],
    outputs: [{ name: 'label', datatype: 'BYTES', shape: [-1] }],
  };
  const labelled = (rows: number) => ({
    model_name: 'm',
    outputs: [{ name: 'label', datatype: 'BYTES', shape: [rows], data: Array.from({ length: rows }, () => 'spam') }],
  });
  await using place = await server(labelled, { about });
  const model = await open(place.url);
  const columns = { age: Float64Array.of(1, 2), city: ['Rome', null], new: Float64Array.of(0, 1) };

  expect((await model.score(columns, 2)).labels).toEqual(['spam', 'spam']);
  const error = await failureOf(model.score({ ...columns, age: Float64Array.of(1, 2.5) }, 2));
  expect(error.message).toContain('cannot be sent 2.5 in its input "age" (INT64)');
});

test('a key is sent, and never shown: not even when the server repeats it', async () => {
  await using place = await server((rows) => answer(rows), { key: 'right-key-1234567' });
  await (await open(place.url, { token: 'right-key-1234567' })).score({ x: x.slice(0, 6) }, 2);
  const error = await failureOf(open(place.url, { token: 'wrong-key-7654321' }));

  expect(error.hint).toContain('endpoint.api-key-env');
  expect(error.message).toContain('no such key: Bearer ***');
  expect(JSON.stringify(error)).not.toContain('7654321');
});
