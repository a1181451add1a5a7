// pawl attestation create | verify, on a repository with a real store.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { openWorld } from '@pawl/wiring';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const files = { 'model.onnx': 'weights', 'flight.gate.yml': 'policy', 'other.onnx': 'other weights' };
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let repo: GitRepo;
const pawl = (...args: readonly string[]) => pawlIn(repo, 'attestation', ...args);

beforeAll(async () => {
  repo = await gitRepo(files);
  await using world = await openWorld({ root: repo.path, env: repo.environment, progress: () => {} });
  const run = {
    schema: 'pawl.run/1' as const,
    id: world.ids.next(),
    kind: 'eval-gate' as const,
    name: 'flight',
    verdict: 'pass' as const,
    startedAt: '2026-11-22T10:00:00Z',
    origin: {},
    subject: { name: 'flight', digest: digestOf('weights') },
    inputs: [
      { role: 'model' as const, path: 'model.onnx', digest: digestOf('weights') },
      { role: 'policy' as const, path: 'flight.gate.yml', digest: digestOf('policy') },
    ],
    params: {},
    metrics: { accuracy: { value: 0.9, verdict: 'pass' as const } },
    results: {},
  };
  await world.store.add({ runs: [{ run, results: {} }], operations: [] });
  for (const [name, pair] of Object.entries({
    ed25519: generateKeyPairSync('ed25519'),
    ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  })) {
    await writeFile(join(repo.path, `${name}.key`), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(join(repo.path, `${name}.pub`), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  }
});
afterAll(() => repo[Symbol.asyncDispose]());

test.each(['ed25519', 'ec'])('what %s signs holds for the judged file and policy, and for no others', async (key) => {
  const made = await pawl('create', 'latest', '--key', `${key}.key`, '-o', 'signed.json');
  expect(made).toMatchObject({ code: 0, out: 'PASSED for model.onnx written to signed.json.\n' });
  const check = (...more: string[]) => pawl('verify', 'signed.json', '--key', `${key}.pub`, ...more);
  expect(await check('--model', 'model.onnx', '--policy', 'flight.gate.yml')).toMatchObject({ code: 0, err: '' });
  const other = await check('--model', 'other.onnx', '--policy', 'other.onnx');
  expect(other.code).toBe(1);
  expect(other.err).toContain('It speaks of other bytes than other.onnx');
  expect(other.err).toContain('The gate was given another policy than other.onnx');
});

test('a changed statement, and one signed by somebody else, do not hold', async () => {
  await pawl('create', 'latest', '--key', 'ed25519.key', '-o', 'signed.json');
  expect(await pawl('verify', 'signed.json', '--key', 'ec.pub')).toMatchObject({
    code: 1,
    err: expect.stringContaining('No signature of the statement was made by this key'),
  });
  const envelope = JSON.parse(await readFile(join(repo.path, 'signed.json'), 'utf8')) as { payload: string };
  const statement = Buffer.from(envelope.payload, 'base64').toString('utf8');
  envelope.payload = Buffer.from(statement.replace(digestOf('weights').slice(7), '0'.repeat(64))).toString('base64');
  await writeFile(join(repo.path, 'forged.json'), JSON.stringify(envelope));
  expect((await pawl('verify', 'forged.json', '--key', 'ed25519.pub')).code).toBe(1);
});

test('without a signature nothing holds unless somebody else has checked it', async () => {
  await pawl('create', 'latest', '-o', 'bare.json');
  expect(await pawl('verify', 'bare.json')).toMatchObject({ code: 2, err: expect.stringContaining('No key is given') });
  expect(await pawl('verify', 'bare.json', '--key', 'ed25519.pub')).toMatchObject({
    code: 1,
    err: expect.stringContaining('not signed'),
  });
  expect((await pawl('verify', 'bare.json', '--signed-elsewhere', '--model', 'model.onnx')).code).toBe(0);
});

test('a Sigstore bundle is read for its envelope', async () => {
  await pawl('create', 'latest', '--key', 'ed25519.key', '-o', 'signed.json');
  const dsseEnvelope: unknown = JSON.parse(await readFile(join(repo.path, 'signed.json'), 'utf8'));
  const bundle = JSON.stringify({ mediaType: 'x', dsseEnvelope });
  const verify = async (text: string) => {
    await writeFile(join(repo.path, 'bundle.jsonl'), text);
    return pawl('verify', 'bundle.jsonl', '--signed-elsewhere', '--model', 'model.onnx');
  };
  expect((await verify(bundle)).code).toBe(0);
  expect((await verify(`{"dsseEnvelope":{"payloadType":"another"}}\n${bundle}\n`)).code).toBe(0);
  expect(await verify(`${bundle}\n${bundle}\n`)).toMatchObject({
    code: 2,
    err: expect.stringContaining('2 statements'),
  });
});

test('what stands beside a signed envelope is not taken for what was signed', async () => {
  await pawl('create', 'latest', '-o', 'bare.json');
  await pawl('create', 'latest', '--key', 'ed25519.key', '-o', 'signed.json');
  const read = async (file: string): Promise<{ payload: string }> =>
    JSON.parse(await readFile(join(repo.path, file), 'utf8')) as { payload: string };
  const [bare, envelope] = [await read('bare.json'), await read('signed.json')];
  const statement = Buffer.from(envelope.payload, 'base64').toString('utf8');
  const failed = Buffer.from(statement.replace('"PASSED"', '"FAILED"')).toString('base64');
  const forged = { ...bare, mediaType: 'x', dsseEnvelope: { ...envelope, payload: failed } };
  await writeFile(join(repo.path, 'beside.json'), JSON.stringify(forged));
  expect(await pawl('verify', 'beside.json', '--signed-elsewhere')).toMatchObject({
    code: 1,
    err: expect.stringContaining('it says FAILED'),
  });
});

test('files that are no key and no statement are named', async () => {
  expect(await pawl('create', 'latest', '--key', 'model.onnx')).toMatchObject({
    code: 2,
    err: expect.stringContaining('model.onnx: error: The key cannot be read'),
  });
  expect(await pawl('verify', 'model.onnx', '--signed-elsewhere')).toMatchObject({
    code: 2,
    err: expect.stringContaining('model.onnx: error: The file cannot be read'),
  });
  expect(await pawl('verify', 'nowhere.json', '--signed-elsewhere')).toMatchObject({
    code: 2,
    err: expect.stringContaining('nowhere.json: error: It cannot be read: ENOENT'),
  });
});
