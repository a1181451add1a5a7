// Where native code may come from, and where never. The packages are stand-ins: the real one is met by interop.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelError } from '@pawl/core';
import { findRuntime, onnxScorer, type RuntimeRequest } from '@pawl/models';

/** Of the WebAssembly beside it: both are of one version. */
const version = (await onnxScorer().runtime?.())?.version ?? 'none';

/** A machine: Pawl installed in `lib`, a repository in `repo`, a cache in `cache`. */
async function machine() {
  const path = await mkdtemp(join(tmpdir(), 'pawl-onnx-'));
  const own = join(path, 'lib', 'node_modules', 'pawl', 'dist', 'pawl.mjs');
  await write(join(path, 'lib', 'node_modules', 'pawl', 'package.json'), '{"name":"pawl"}');
  await mkdir(join(path, 'repo', '.git'), { recursive: true });
  const request: RuntimeRequest = {
    choice: 'auto',
    toolCache: join(path, 'cache', 'tools'),
    workspace: join(path, 'repo'),
    trust: 'own',
    own,
    npm: join(path, 'no-such-npm'),
  };
  return { path, request, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

/** An `onnxruntime-node` in a `node_modules`, which leaves a mark where its code runs. */
async function standIn(modules: string, { at = version, code = '' } = {}): Promise<string> {
  const folder = join(modules, 'onnxruntime-node');
  const mark = JSON.stringify(join(folder, 'ran'));
  const library = `require('node:fs').writeFileSync(${mark}, ''); ${code}
    module.exports = { InferenceSession: {}, Tensor: {}, env: { versions: { common: ${JSON.stringify(at)} } } };`;
  await write(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'onnxruntime-node', version: at, main: 'index.js' }),
  );
  await write(join(folder, 'index.js'), library);
  return folder;
}

const ran = async (folder: string): Promise<boolean> => (await readdir(folder)).includes('ran');

async function failure(work: Promise<unknown>): Promise<ModelError> {
  const error = await work.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
}

test('the native runtime is taken where it lies beside Pawl, and says what it is', async () => {
  await using at = await machine();
  const folder = await standIn(join(at.path, 'lib', 'node_modules'));

  expect(await findRuntime(at.request)).toEqual({ native: folder });
  expect(await findRuntime({ ...at.request, choice: 'native' })).toEqual({ native: folder });
  expect(await onnxScorer({ native: folder }).runtime?.()).toEqual({ kind: 'native', version });
});

test('WebAssembly is taken where nothing native lies, without asking npm, and where it is asked for', async () => {
  await using at = await machine();

  expect(await findRuntime(at.request)).toEqual({});
  const folder = await standIn(join(at.path, 'lib', 'node_modules'));
  expect(await findRuntime({ ...at.request, choice: 'wasm' })).toEqual({});
  expect(await ran(folder)).toBe(false);
  expect(await onnxScorer().runtime?.()).toEqual({ kind: 'wasm', version });
});

test("the repository's own node_modules is never taken, even where Pawl lies in the repository", async () => {
  await using at = await machine();
  const forged = await standIn(join(at.path, 'repo', 'node_modules'));
  const own = join(at.path, 'repo', 'tools', 'pawl', 'dist', 'pawl.mjs');
  await write(join(at.path, 'repo', 'tools', 'pawl', 'package.json'), '{}');
  // Node itself would find it.
  expect(createRequire(own).resolve('onnxruntime-node')).toContain('repo');

  for (const inside of [at.request, { ...at.request, own }]) {
    expect(await findRuntime(inside)).toEqual({});
    expect((await failure(findRuntime({ ...inside, choice: 'native' }))).code).toBe('MODEL_RUNTIME_MISSING');
  }
  expect(await ran(forged)).toBe(false);
});

test('another version beside Pawl is told and not taken', async () => {
  await using at = await machine();
  const folder = await standIn(join(at.path, 'lib', 'node_modules'), { at: '1.99.0' });

  expect(await findRuntime(at.request)).toEqual({
    note: `onnxruntime-node 1.99.0 lies beside Pawl, which works with ${version}.`,
  });
  expect((await failure(findRuntime({ ...at.request, choice: 'native' }))).message).toBe(
    `npm could not fetch onnxruntime-node@${version}: there is no npm on this machine.`,
  );
  expect(await ran(folder)).toBe(false);
});

test('one that does not run here is passed over with a note, and an error where it was asked for', async () => {
  await using at = await machine();
  const code = "throw new Error('libc.so.6: version GLIBC_2.99 not found');";
  const native = await standIn(join(at.path, 'lib', 'node_modules'), { code });
  const note = 'The native ONNX Runtime cannot be loaded: libc.so.6: version GLIBC_2.99 not found';

  expect(await findRuntime(at.request)).toEqual({ note });
  const asked = onnxScorer(await findRuntime({ ...at.request, choice: 'native' }));
  expect(await failure(asked.load(new Uint8Array(0), 'm.onnx'))).toMatchObject({
    code: 'MODEL_RUNTIME_MISSING',
    message: note,
    file: 'm.onnx',
  });
  expect(await onnxScorer({ note }).runtime?.()).toEqual({ kind: 'wasm', version, note });
  expect(native).toContain('lib');
});

test("a fork's model meets no native code", async () => {
  await using at = await machine();
  const folder = await standIn(join(at.path, 'lib', 'node_modules'));

  expect(await findRuntime({ ...at.request, trust: 'fork' })).toEqual({});
  expect((await failure(findRuntime({ ...at.request, trust: 'fork', choice: 'native' }))).code).toBe(
    'MODEL_RUNTIME_UNSAFE',
  );
  expect(await ran(folder)).toBe(false);
});

test.each([
  ['lies in the repository', 'repo/.cache'],
  ['is a link into the repository', 'linked'],
])('a cache that %s is not trusted', async (_, where) => {
  await using at = await machine();
  await symlink(join(at.path, 'repo'), join(at.path, 'linked'));
  const request = { ...at.request, workspace: join(at.path, 'repo', 'models'), toolCache: join(at.path, where) };

  const error = await failure(findRuntime({ ...request, choice: 'native' }));
  expect(error.code).toBe('MODEL_RUNTIME_UNSAFE');
  expect(error.hint).toContain('XDG_CACHE_HOME');
  expect(await findRuntime(request)).toEqual({});
});

test('a package that npm hands over with another hash is not unpacked', async () => {
  await using at = await machine();
  const npm = join(at.path, 'npm');
  await write(
    npm,
    `#!${process.execPath}
    require('node:fs').writeFileSync(${JSON.stringify(join(at.path, 'asked'))}, process.argv.slice(2).join(' ') + '\\n' + process.cwd());
    require('node:fs').writeFileSync('x.tgz', 'forged');
    console.log(JSON.stringify([{ filename: 'x.tgz' }]));`,
  );
  await chmod(npm, 0o755);

  const error = await failure(findRuntime({ ...at.request, choice: 'native', npm }));
  expect(error.code).toBe('MODEL_RUNTIME_MISSING');
  expect(error.message).toContain('does not have the recorded hash');
  const [asked, folder] = (await readFile(join(at.path, 'asked'), 'utf8')).split('\n');
  expect(asked).toBe(`pack onnxruntime-node@${version} --json --ignore-scripts --loglevel=error`);
  // Not where a repository's .npmrc would name another registry.
  expect(folder).toContain('cache');
});
