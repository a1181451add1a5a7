import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startVllm, type VllmDoubleOptions } from '@pawl/testkit/vllm';
import { vllmTarget } from '@pawl/serving';

const artifact = (weights: string) => ({
  name: 'mail',
  version: 'v1.0.0',
  digest: 'sha256:0',
  files: {
    'adapter_config.json': new TextEncoder().encode('{"r":8}'),
    'adapter_model.safetensors': new TextEncoder().encode(weights),
  },
});

async function place(options: VllmDoubleOptions = {}) {
  const places = new AsyncDisposableStack();
  const adapters = await mkdtemp(join(tmpdir(), 'pawl-adapters-'));
  places.defer(() => rm(adapters, { recursive: true, force: true }));
  const vllm = places.use(await startVllm(options));
  return { vllm, target: vllmTarget({ url: vllm.url, adapters }), [Symbol.asyncDispose]: () => places.disposeAsync() };
}

test('an adapter is loaded beside the old one under a name of its own, proven, and unloaded', async () => {
  await using at = await place();
  const first = (await at.target.stage(artifact('one'))).servedAs;
  await at.target.load('mail', first);
  const second = (await at.target.stage(artifact('two'))).servedAs;
  await at.target.load('mail', second);

  expect([first, second]).toEqual(['mail--v1', 'mail--v2']);
  expect(await at.target.served('mail')).toEqual(['mail--v1', 'mail--v2']);
  expect(at.target.endpoint('mail', second)).toEqual({ url: at.vllm.url, model: 'mail--v2' });
  expect((await at.target.prove('mail', second, [])).checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['healthy', true],
    ['listed as a model', true],
    ['completion 1', true],
  ]);
  await at.target.unload('mail', second);
  expect(await at.target.served('mail')).toEqual(['mail--v1']);
});

test('an engine that is alive and answers nothing is not ready', async () => {
  await using at = await place();
  const { servedAs } = await at.target.stage(artifact('one'));
  await at.target.load('mail', servedAs);
  at.vllm.inject(servedAs, { failEvery: 1 });

  const proof = await at.target.prove('mail', servedAs, [{ prompt: 'Hello' }]);

  expect(proof).toMatchObject({ ready: false, checks: [{ ok: true }, { ok: true }, { ok: false }] });
});

test('a sample with an expected text is compared', async () => {
  await using at = await place({ generate: ({ prompt }) => (prompt.includes('spam') ? 'yes' : 'no') });
  const { servedAs } = await at.target.stage(artifact('one'));
  await at.target.load('mail', servedAs);
  const messages = [{ role: 'user', content: 'is this spam' }];

  expect((await at.target.prove('mail', servedAs, [{ messages, expected: 'yes' }])).ready).toBe(true);
  expect((await at.target.prove('mail', servedAs, [{ messages, expected: 'no' }])).ready).toBe(false);
});

test('a restarted server has lost its adapters, and load brings one back', async () => {
  await using at = await place();
  const { servedAs } = await at.target.stage(artifact('one'));
  await at.target.load('mail', servedAs);
  at.vllm.restart();
  expect(await at.target.served('mail')).toEqual([]);

  await at.target.load('mail', servedAs);

  expect(await at.target.served('mail')).toEqual([servedAs]);
});

test('a server without runtime LoRA updating is met with the remedy', async () => {
  await using at = await place({ loraUpdating: false });
  const { servedAs } = await at.target.stage(artifact('one'));

  await expect(at.target.load('mail', servedAs)).rejects.toMatchObject({
    code: 'TARGET_MISCONFIGURED',
    hint: 'Start it with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True.',
  });
});
