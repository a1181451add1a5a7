import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Artifact } from '@pawl/core';
import { modelRepository, startTriton, tinyConfig, tinyInput, tinyOnnx } from '@pawl/testkit/triton';
import { ServingError, tritonTarget } from '@pawl/serving';

const artifact = (bias: number, config = tinyConfig('flight')): Artifact => ({
  name: 'flight',
  version: 'v1.0.0',
  digest: 'sha256:0',
  files: { 'config.pbtxt': new TextEncoder().encode(config), 'flight.onnx': tinyOnnx([1, -1, 0.5], bias) },
});
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const sample = (p: number) => ({
  ...tinyInput([0, 0, 0]),
  outputs: [{ name: 'p', datatype: 'FP32', shape: [1, 1], data: [p] }],
});

async function place(options: Partial<Parameters<typeof startTriton>[0]> = {}) {
  const places = new AsyncDisposableStack();
  const { folder } = places.use(await modelRepository());
  const triton = places.use(await startTriton({ repositoryFolder: folder, ...options }));
  const target = tritonTarget({ url: triton.url, repository: folder });
  return { folder, triton, target, [Symbol.asyncDispose]: () => places.disposeAsync() };
}
const failureOf = async (work: Promise<unknown>): Promise<ServingError> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: ServingError) => error,
  );

test('a version is staged beside the old one, loaded beside it, and proven by its own answers', async () => {
  await using at = await place();
  await at.target.load('flight', (await at.target.stage(artifact(0))).servedAs);

  const { servedAs } = await at.target.stage(artifact(2));
  expect(await at.target.served('flight')).toEqual(['1']);
  await at.target.load('flight', servedAs);

  expect(servedAs).toBe('2');
  expect(await at.target.served('flight')).toEqual(['1', '2']);
  expect((await at.target.prove('flight', '2', [sample(sigmoid(2))])).checks.map(({ name, ok }) => [name, ok])).toEqual(
    [
      ['listed as ready', true],
      ['answers that it is ready', true],
      ['effective configuration', true],
      ['sample 1', true],
    ],
  );
  expect(await at.target.prove('flight', '2', [sample(sigmoid(0))])).toMatchObject({
    ready: false,
    checks: [{}, {}, {}, { ok: false, detail: expect.stringContaining('expected 0.5') }],
  });
});

test('staging what an interrupted stage left behind takes the same number; other bytes never do', async () => {
  await using at = await place();

  expect((await at.target.stage(artifact(0))).servedAs).toBe('1');
  expect((await at.target.stage(artifact(0))).servedAs).toBe('1');
  expect((await at.target.stage(artifact(1))).servedAs).toBe('2');
  expect((await readdir(join(at.folder, 'flight'))).toSorted()).toEqual(['1', '2']);
});

test('a number is not used again after its folder was deleted', async () => {
  await using at = await place();
  await at.target.load('flight', (await at.target.stage(artifact(0))).servedAs);
  await at.target.load('flight', (await at.target.stage(artifact(1))).servedAs);
  await at.target.unload('flight', '2');
  await (await import('node:fs/promises')).rm(join(at.folder, 'flight', '2'), { recursive: true });

  expect((await at.target.stage(artifact(3))).servedAs).toBe('3');
});

test("a model that cannot be loaded is rejected with the server's reason; the old one serves, now and after a restart", async () => {
  await using at = await place();
  await at.target.load('flight', (await at.target.stage(artifact(0))).servedAs);
  const broken = { ...artifact(0), files: { ...artifact(0).files, 'flight.onnx': new Uint8Array([1, 2, 3]) } };
  const { servedAs } = await at.target.stage(broken);

  const failure = await failureOf(at.target.load('flight', servedAs));

  expect(failure).toMatchObject({ code: 'TARGET_REJECTED_MODEL' });
  expect(failure.message).toContain('protobuf parsing failed');
  expect(await at.target.served('flight')).toEqual(['1']);
  expect(await readFile(join(at.folder, 'flight', 'config.pbtxt'), 'utf8')).toContain('versions: [ 1 ]');
});

test('unloading the canary leaves the other version loaded; unloading the last unloads the model', async () => {
  await using at = await place();
  await at.target.load('flight', (await at.target.stage(artifact(0))).servedAs);
  await at.target.load('flight', (await at.target.stage(artifact(1))).servedAs);

  await at.target.unload('flight', '2');
  expect(await at.target.served('flight')).toEqual(['1']);
  await at.target.unload('flight', '2');
  await at.target.unload('flight', '1');
  expect(await at.target.served('flight')).toEqual([]);
});

test('a version comes back after it was unloaded, though its files are old: the folder is touched', async () => {
  await using at = await place();
  await at.target.load('flight', (await at.target.stage(artifact(0))).servedAs);
  await at.target.load('flight', (await at.target.stage(artifact(1))).servedAs);
  await at.target.unload('flight', '1');
  const before = (await stat(join(at.folder, 'flight'))).mtimeMs;

  await at.target.load('flight', '1');

  expect(await at.target.served('flight')).toEqual(['1', '2']);
  expect((await stat(join(at.folder, 'flight'))).mtimeMs).toBeGreaterThan(before);
});

test('a configuration that Triton would refuse is refused before anything is written', async () => {
  await using at = await place();

  const failure = await failureOf(at.target.stage(artifact(0, tinyConfig('flight').replace('backend', 'backand'))));

  expect(failure).toMatchObject({ code: 'TARGET_REJECTED_MODEL', hint: 'Did you mean "backend"?' });
  expect(await readdir(at.folder)).toEqual([]);
});

test.each([
  [{ modelControl: 'poll' } as const, 'Start it with --model-control-mode=explicit.'],
  [
    { restricted: { header: 'x', value: 'y' } } as const,
    'Give that header by target.admin-header in the deployment file.',
  ],
])('a server set up otherwise is met with the remedy: %o', async (options, hint) => {
  await using at = await place(options);

  const failure = await failureOf(
    at.target.stage(artifact(0)).then(({ servedAs }) => at.target.load('flight', servedAs)),
  );

  expect(failure).toMatchObject({ code: 'TARGET_MISCONFIGURED', hint });
});

test('a server that is not there is unreachable, and a name cannot lead out of the repository', async () => {
  const target = tritonTarget({ url: 'http://127.0.0.1:1', repository: 'models' });

  expect(await failureOf(target.served('flight'))).toMatchObject({ code: 'TARGET_UNREACHABLE' });
  expect(await failureOf(target.stage({ ...artifact(0), name: '../flight' }))).toMatchObject({
    code: 'TARGET_MISCONFIGURED',
  });
});
