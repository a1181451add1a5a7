// An embedding model in a folder of the repository: which vectors it gives, and what is said where it cannot.
import { fakeWorkspace } from '@pawl/core/testing';
import { onnxEmbedder, promptEmbedder } from '@pawl/models';
import { expect, test } from 'vitest';
import { encoded } from '../../src/embedding/encoder-thread.ts';
import { openEncoder } from '../../src/embedding/open-encoder.ts';
import type { OnnxEmbedderOptions } from '@pawl/models';
import { inFolder, tinyEmbedding, tokenizerJson, withModules } from './tiny-embedding.ts';

type Files = Readonly<Record<string, Uint8Array | string>>;

/** In this thread: one takes a second to start. */
const start: NonNullable<OnnxEmbedderOptions['start']> = (job) => {
  const opening = openEncoder(job);
  opening.catch(() => undefined);
  return { encode: (texts) => encoded(opening, texts), close: async () => undefined };
};

async function vectorsOf(texts: readonly string[], files: Files, settings: Readonly<Record<string, unknown>> = {}) {
  const embedder = await onnxEmbedder({ path: 'm', settings, workspace: fakeWorkspace(inFolder('m', files)), start });
  const embedded = await embedder.embed(texts);
  await embedder.close?.();
  if ('failure' in embedded) throw new Error(embedded.failure);
  return embedded.vectors.map((vector) => vector.map((value) => Number(value.toFixed(5))));
}

const idOf = async (files: Files, settings: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  (await onnxEmbedder({ path: 'm', settings, workspace: fakeWorkspace(inFolder('m', files)) })).id;

test('the vector of a text is the mean of all its tokens, with length 1', async () => {
  // [CLS] puppy [SEP]: (3 + 6 + 0) / 3, (4 + 0 + 0) / 3.
  const length = Math.hypot(9, 4);

  expect(await vectorsOf(['Puppy', 'puppies', ''], tinyEmbedding())).toEqual([
    [9 / length, 4 / length].map((value) => Number(value.toFixed(5))),
    [0.6, 0.8],
    [0.6, 0.8],
  ]);
});

test('pooling, length and what stands before a text are as the files say, or as the suite does', async () => {
  const cls = { '1_Pooling/config.json': JSON.stringify({ pooling_mode: 'cls' }) };
  const plain = withModules('Transformer', 'Pooling');
  const prompted = {
    'config_sentence_transformers.json': JSON.stringify({ prompts: { query: 'car ' }, default_prompt_name: 'query' }),
  };

  expect(await vectorsOf(['dog'], { ...tinyEmbedding(), ...plain })).toEqual([[2, 1.33333]]);
  expect(await vectorsOf(['dog'], { ...tinyEmbedding(), ...plain, ...cls })).toEqual([[3, 4]]);
  expect(await vectorsOf(['dog'], { ...tinyEmbedding(), ...plain, ...prompted })).toEqual([[1.5, 1.75]]);
  expect(await vectorsOf(['dog'], tinyEmbedding(), { pooling: 'cls', normalize: false })).toEqual([[3, 4]]);
  expect(await vectorsOf(['dog'], tinyEmbedding(), { prefix: 'car ', normalize: false })).toEqual([[1.5, 1.75]]);
});

test('a text is cut to what the model takes, and its special tokens stay', async () => {
  const plain = { ...tinyEmbedding(), ...withModules('Transformer', 'Pooling') };

  // [CLS] dog dog dog [SEP], and not a token more.
  expect(await vectorsOf(['dog '.repeat(90), 'dog dog dog car'], plain)).toEqual([
    [12 / 5, 4 / 5],
    [12 / 5, 4 / 5],
  ]);
});

test('a network that pools by itself is believed', async () => {
  const pooling = {
    outputs: [
      { name: 'last_hidden_state', shape: ['batch', 'tokens', 2] },
      { name: 'sentence_embedding', shape: ['batch', 2] },
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'input_ids'], output: 'last_hidden_state' },
      {
        op: 'ReduceSum',
        inputs: ['last_hidden_state', 'axis'],
        output: 'sentence_embedding',
        attributes: { keepdims: 0 },
      },
    ],
    tensors: [
      { name: 'table', shape: [9, 2], values: Array.from({ length: 18 }, (_, index) => index) },
      { name: 'axis', shape: [1], values: [1], type: 'int64' as const },
    ],
  };

  // The sum of [CLS] (4, 5), dog (8, 9) and [SEP] (6, 7).
  expect(await vectorsOf(['dog'], { ...tinyEmbedding(pooling), ...withModules('Transformer', 'Pooling') })).toEqual([
    [18, 21],
  ]);
});

test('capital sigma is the same letter at the end of a word as in it', async () => {
  expect(await vectorsOf(['Σ'], { ...tinyEmbedding(), ...withModules('Transformer', 'Pooling') })).toEqual(
    await vectorsOf(['σ'], { ...tinyEmbedding(), ...withModules('Transformer', 'Pooling') }),
  );
  expect(await vectorsOf(['Σ'], { ...tinyEmbedding(), ...withModules('Transformer', 'Pooling') })).toEqual([
    [1.33333, 1.66667],
  ]);
});

test('bytes and settings are the name of a model, its place is not', async () => {
  const files = tinyEmbedding();
  const other = tinyEmbedding({
    tensors: [{ name: 'table', shape: [9, 2], values: Array.from({ length: 18 }, () => 1) }],
  });
  const ids = await Promise.all([
    idOf(files),
    idOf(other),
    idOf({ ...files, 'tokenizer.json': tokenizerJson.replace('"puppy"', '"kitten"') }),
    idOf({ ...files, 'tokenizer_config.json': '{"model_max_length": 9}' }),
    idOf(files, { pooling: 'cls' }),
  ]);
  const moved = await onnxEmbedder({ path: 'n/model.onnx', workspace: fakeWorkspace(inFolder('n', files)) });

  expect(new Set(ids).size).toBe(ids.length);
  expect(moved.id).toBe(ids[0]);
  expect(moved.inputs?.map(({ role, path }) => `${role} ${path}`)).toEqual(
    expect.arrayContaining(['model n/model.onnx', 'model n/tokenizer.json', 'model n/1_Pooling/config.json']),
  );
});

test('a network below its tokenizer is found, as exporters write it', async () => {
  const { 'model.onnx': network = '', ...rest } = tinyEmbedding();
  const files = { ...rest, 'onnx/model.onnx': network };

  expect(await vectorsOf(['dog'], files)).toEqual(await vectorsOf(['dog'], tinyEmbedding()));
  expect((await onnxEmbedder({ path: 'm/onnx/model.onnx', workspace: fakeWorkspace(inFolder('m', files)) })).id).toBe(
    await idOf(tinyEmbedding()),
  );
});

test.each<readonly [string, Files, RegExp]>([
  ['no network', { 'tokenizer.json': tokenizerJson }, /no embedding model in "m": it has no model\.onnx/],
  ['no tokenizer', { 'model.onnx': 'x' }, /"m" has no tokenizer\.json/],
  ['a network that is none', { ...tinyEmbedding(), 'model.onnx': 'version https://git-lfs' }, /no whole ONNX model/],
  ['a tokenizer that is no JSON', { ...tinyEmbedding(), 'tokenizer.json': 'oid sha256' }, /it is no JSON/],
  [
    'a tokenizer of no known kind',
    { ...tinyEmbedding(), 'tokenizer.json': '{"model": {}}' },
    /tokenizer\.json of m\/model\.onnx cannot/,
  ],
  ['settings that are no JSON', { ...tinyEmbedding(), 'modules.json': 'oid' }, /"m\/modules\.json" is no JSON/],
  [
    'a module that is not run',
    { ...tinyEmbedding(), ...withModules('Transformer', 'Pooling', 'Dense') },
    /module "Dense", which is not run/,
  ],
  [
    'a pooling that is not done',
    { ...tinyEmbedding(), '1_Pooling/config.json': '{"pooling_mode_max_tokens": true}' },
    /by "max_tokens"/,
  ],
  [
    'weights in another file',
    tinyEmbedding({ tensors: [{ name: 'table', shape: [9, 2], external: '../../secret' }] }),
    /weights in another file/,
  ],
  [
    'an input that no tokenizer gives',
    tinyEmbedding({
      inputs: [
        { name: 'pixels', type: 'int64', shape: ['batch', 'tokens'] },
        { name: 'input_ids', type: 'int64', shape: ['batch', 'tokens'] },
      ],
    }),
    /takes "pixels"/,
  ],
  [
    'vectors of nothing',
    tinyEmbedding({ outputs: [{ name: 'last_hidden_state', shape: ['batch'] }] }),
    /gives no vectors of tokens|no whole ONNX|cannot work/,
  ],
])('%s is a failure in plain words', async (_, files, said) => {
  const embedder = await onnxEmbedder({ path: 'm', workspace: fakeWorkspace(inFolder('m', files)), start });

  const embedded = await embedder.embed(['dog']);

  await embedder.close?.();
  expect(embedded).toMatchObject({ failure: expect.stringMatching(said), hint: expect.stringMatching(/\w/) });
});

test('a network of more than a gigabyte is not read', async () => {
  const workspace = fakeWorkspace(inFolder('m', tinyEmbedding()));
  const large = {
    ...workspace,
    fingerprint: async (path: string) =>
      path === 'm/model.onnx' ? { digest: 'sha256:0', bytes: 1_000_000_001 } : workspace.fingerprint(path),
    read: async () => {
      throw new Error('it was read');
    },
  };

  expect(await (await onnxEmbedder({ path: 'm', workspace: large })).embed(['dog'])).toMatchObject({
    failure: '"m/model.onnx" has 1000000001 bytes, and at most 1000000000 are read',
  });
});

test('a thread of its own gives the same vectors, and none when it is closed', async () => {
  const embedder = await onnxEmbedder({ path: 'm', workspace: fakeWorkspace(inFolder('m', tinyEmbedding())) });
  const [here] = await vectorsOf(['puppy'], tinyEmbedding());

  const asked = await Promise.all([embedder.embed(['puppy']), embedder.embed(['car', 'puppy'])]);
  await embedder.close?.();

  const [first, second] = asked.map((each) => ('failure' in each ? [] : each.vectors));
  expect(first?.[0]?.map((value) => Number(value.toFixed(5)))).toEqual(here);
  expect(second?.[1]).toEqual(first?.[0]);
  expect(await embedder.embed(['dog'])).toMatchObject({ failure: expect.stringContaining('closed') });
});

test('the environment can name a model of the repository', async () => {
  const workspace = fakeWorkspace(inFolder('models/tiny', tinyEmbedding()));
  const embedder = await promptEmbedder({
    environment: (name) => (name === 'PAWL_EMBEDDINGS_MODEL' ? 'onnx:models/tiny' : undefined),
    workspace,
  });

  expect(embedder.id).toBe(await idOf(tinyEmbedding()));
});
