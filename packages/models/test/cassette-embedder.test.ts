// Recorded embeddings: asked once, the same to the last bit when replayed, and without a key.
import type { Embedder } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { cassetteEmbedder } from '@pawl/models';
import { expect, test } from 'vitest';

const file = 'a.cassette.jsonl';
function counting(id = 'openai:small'): Embedder & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    id,
    asked,
    embed: async (texts) => {
      asked.push(...texts);
      return { vectors: texts.map((text) => [text.length / 3, 0.1]), costUsd: 0.01 };
    },
  };
}
const nobody: Embedder = { id: 'none', embed: async () => ({ failure: 'no model is set', hint: 'set one' }) };
const options = { cassettes: [file], model: 'small', record: 'missing' as const };

test('a text is asked once, however often it comes, and replays without an endpoint', async () => {
  const workspace = fakeWorkspace({});
  const inner = counting();
  const recording = await cassetteEmbedder({ ...options, workspace, inner });
  const first = await recording.embed(['one', 'three', 'one']);
  await recording.embed(['three']);
  await recording.close?.();
  expect(inner.asked).toEqual(['one', 'three', 'one']);
  expect(first).toMatchObject({ costUsd: 0.01 });

  const text = (await workspace.readText(file)) ?? '';
  expect(text.split('\n')[0]).toContain('"provider":"openai","model":"small"');
  expect(text).not.toContain('three');
  const replay = await cassetteEmbedder({ ...options, record: 'none', workspace, inner: nobody });
  expect(replay.id).toBe('openai:small');
  expect(await replay.embed(['one', 'three', 'one'])).toEqual({
    vectors: 'vectors' in first ? first.vectors : [],
  });
});

test('what is not recorded is a failure in a replay, and never asked', async () => {
  const inner = counting();
  const replay = await cassetteEmbedder({ ...options, record: 'none', workspace: fakeWorkspace({}), inner });
  expect(await replay.embed(['one'])).toMatchObject({ failure: 'there is no recorded embedding of this text' });
  expect(inner.asked).toEqual([]);
});

test('vectors of another model are not taken for those of this one', async () => {
  const workspace = fakeWorkspace({});
  const first = await cassetteEmbedder({ ...options, workspace, inner: counting('openai:a') });
  await first.embed(['one']);
  await first.close?.();
  const other = counting('openai:b');
  const second = await cassetteEmbedder({ ...options, workspace, inner: other });
  await second.embed(['one']);
  await second.close?.();
  expect(other.asked).toEqual(['one']);
  // Of two models in one recording nobody can say which was meant.
  const replay = await cassetteEmbedder({ ...options, record: 'none', workspace, inner: nobody });
  expect(await replay.embed(['one'])).toHaveProperty('failure');
});

test('record all asks anew, once for each text', async () => {
  const workspace = fakeWorkspace({});
  const inner = counting();
  for (let run = 0; run < 2; run++) {
    const embedder = await cassetteEmbedder({ ...options, record: 'all', workspace, inner });
    await embedder.embed(['one']);
    await embedder.embed(['one']);
    await embedder.close?.();
  }
  expect(inner.asked).toEqual(['one', 'one']);
});

test('a model that lies here answers what is not recorded, and a replay records nothing', async () => {
  const workspace = fakeWorkspace({});
  const inner = { ...counting('onnx:sha256:1'), local: true as const };
  const replay = await cassetteEmbedder({ ...options, record: 'none', workspace, inner });

  expect(await replay.embed(['one'])).toHaveProperty('vectors');
  await replay.close?.();

  expect(await workspace.readText(file)).toBeUndefined();
});

test('a changed model is another one: its vectors are made anew', async () => {
  const workspace = fakeWorkspace({});
  const inputs = [{ role: 'model' as const, path: 'm/model.onnx', digest: 'sha256:1' }];
  const before = { ...counting('onnx:sha256:1'), local: true as const, inputs };
  const after = { ...counting('onnx:sha256:2'), local: true as const };
  for (const inner of [before, before, after]) {
    const embedder = await cassetteEmbedder({ ...options, workspace, inner });
    await embedder.embed(['one']);
    await embedder.close?.();
    expect(embedder.inputs).toEqual(inner === before ? inputs : undefined);
  }

  expect(before.asked).toEqual(['one']);
  expect(after.asked).toEqual(['one']);
});
