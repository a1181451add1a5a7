import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { engineForThisMachine, enginePlatform, engineTableFromLock } from '../src/native-engine-table.ts';
import { unpackTarball } from '../src/native-engine-tarball.ts';
import { cachedNativeEngine, fetchNativeEngine, NativeEngineError, resolveNativeEngine } from '../src/native-engine.ts';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'pawl-native-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function tarEntry(path: string, data: string, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${Buffer.byteLength(data).toString(8).padStart(11, '0')}\0`, 124);
  header.write(type, 156);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(data) / 512) * 512);
  body.write(data);
  return Buffer.concat([header, body]);
}

const tarball = (...entries: Buffer[]): Buffer => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
const integrityOf = (data: Uint8Array): string => `sha512-${createHash('sha512').update(data).digest('base64')}`;

/** An npm that hands over a prepared tarball, one for all or by name, and counts how often it was asked. */
async function preparedNpm(
  at: string,
  data: Buffer | Readonly<Record<string, Buffer>>,
): Promise<{ npm: string; calls(): Promise<number> }> {
  const source = join(at, 'prepared');
  const log = join(at, 'calls.txt');
  const npm = join(at, 'npm');
  await mkdir(source);
  for (const [name, tarball] of Object.entries(Buffer.isBuffer(data) ? { all: data } : data))
    await writeFile(join(source, encodeURIComponent(name)), tarball);
  const script = `#!${process.execPath}
    const fs = require('node:fs');
    fs.appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(' ') + ' token=' + process.env.INPUT_TOKEN + '\\n');
    const of = (name) => require('node:path').join(${JSON.stringify(source)}, encodeURIComponent(name));
    fs.copyFileSync(fs.existsSync(of('all')) ? of('all') : of(process.argv[3]), 'acme-engine-1.2.3.tgz');
    console.log(JSON.stringify([{ filename: 'acme-engine-1.2.3.tgz' }]));`;
  await writeFile(npm, script);
  await chmod(npm, 0o755);
  return { npm, calls: async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean).length };
}

const good = tarball(tarEntry('package/engine.node', 'native'), tarEntry('package/lib/helper.so', 'library'));
const engine = { package: '@acme/engine', version: '1.2.3', integrity: integrityOf(good), file: 'engine.node' };

async function failure(work: Promise<unknown>): Promise<NativeEngineError> {
  const cause = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(cause).toBeInstanceOf(NativeEngineError);
  return cause as NativeEngineError;
}

test('fetches the exact package through npm once, then answers from the cache', async () => {
  await using at = await folder();
  const { npm, calls } = await preparedNpm(at.path, good);
  const request = { ...engine, toolCache: join(at.path, 'cache'), beside: join(at.path, 'x.js'), npm };

  const path = await resolveNativeEngine(request);
  expect(await readFile(path, 'utf8')).toBe('native');
  expect(await readFile(join(path, '..', 'lib', 'helper.so'), 'utf8')).toBe('library');
  expect(await resolveNativeEngine(request)).toBe(path);
  expect(await calls()).toBe(1);
});

test('what a package needs lies in its own node_modules, and only the files that are kept are unpacked', async () => {
  await using at = await folder();
  const whole = tarball(
    tarEntry('package/engine.node', 'native'),
    tarEntry('package/index.js', "module.exports = require('@acme/needed') + ' ' + __dirname;"),
    tarEntry('package/other/engine.node', 'of another platform'),
  );
  const needed = tarball(tarEntry('package/index.js', "module.exports = 'needed';"));
  const { npm } = await preparedNpm(at.path, { '@acme/engine@1.2.3': whole, '@acme/needed@2.0.0': needed });
  const request = {
    ...engine,
    integrity: integrityOf(whole),
    needs: [{ package: '@acme/needed', version: '2.0.0', integrity: integrityOf(needed) }],
    keeps: (path: string) => !path.startsWith('other/'),
    toolCache: join(at.path, 'cache'),
    npm,
  };

  expect(await cachedNativeEngine(request)).toBeUndefined();
  const path = await fetchNativeEngine(request);
  expect(await cachedNativeEngine(request)).toBe(path);
  expect(createRequire(path)(join(path, '..'))).toBe(`needed ${dirname(path)}`);
  expect((await readdir(dirname(path))).toSorted()).toEqual(['engine.node', 'index.js', 'node_modules']);
  const forged = { ...request, needs: [{ ...request.needs[0]!, integrity: integrityOf(good) }] };
  expect(await cachedNativeEngine(forged)).toBeUndefined();
  expect((await failure(fetchNativeEngine(forged))).code).toBe('ENGINE_INTEGRITY');
  expect(await cachedNativeEngine(forged)).toBeUndefined();
});

test('a package without the file of this platform is not kept', async () => {
  await using at = await folder();
  const { npm } = await preparedNpm(at.path, good);
  const request = { ...engine, file: 'bin/engine.node', toolCache: join(at.path, 'cache'), npm };

  expect((await failure(fetchNativeEngine(request))).code).toBe('ENGINE_PLATFORM');
  expect(await cachedNativeEngine(request)).toBeUndefined();
});

test('eight jobs at once end with one whole engine and no leftovers', async () => {
  await using at = await folder();
  const { npm } = await preparedNpm(at.path, good);
  const request = { ...engine, toolCache: join(at.path, 'cache'), beside: join(at.path, 'x.js'), npm };

  const paths = await Promise.all(Array.from({ length: 8 }, () => resolveNativeEngine(request)));
  expect(new Set(paths).size).toBe(1);
  expect(await readFile(paths[0] ?? '', 'utf8')).toBe('native');
  expect(await readdir(join(at.path, 'cache', 'pawl-engines', 'acme-engine', '1.2.3'))).toHaveLength(1);
});

test('a package with another hash is not unpacked, and npm sees no inputs of the action', async () => {
  await using at = await folder();
  const { npm } = await preparedNpm(at.path, tarball(tarEntry('package/engine.node', 'forged')));
  process.env['INPUT_TOKEN'] = 'secret';
  await using _ = { [Symbol.asyncDispose]: async () => void delete process.env['INPUT_TOKEN'] };

  const error = await failure(
    resolveNativeEngine({ ...engine, toolCache: join(at.path, 'cache'), beside: at.path, npm }),
  );
  expect(error.code).toBe('ENGINE_INTEGRITY');
  expect(await readdir(join(at.path, 'cache'), { recursive: true })).not.toContain('engine.node');
  expect(await readFile(join(at.path, 'calls.txt'), 'utf8')).toBe(
    'pack @acme/engine@1.2.3 --json --ignore-scripts --loglevel=error token=undefined\n',
  );
});

test('a given path is used as it is, and a wrong one is never replaced by another engine', async () => {
  await using at = await folder();
  await writeFile(join(at.path, 'mine.node'), 'mine');
  const request = { ...engine, toolCache: at.path, npm: 'no-such-npm' };

  expect(await resolveNativeEngine({ ...request, override: join(at.path, 'mine.node') })).toBe(
    join(at.path, 'mine.node'),
  );
  expect((await failure(resolveNativeEngine({ ...request, override: join(at.path, 'none.node') }))).code).toBe(
    'ENGINE_PATH_MISSING',
  );
});

test('an installed package counts only in the exact version', async () => {
  await using at = await folder();
  const installed = join(at.path, 'node_modules', '@acme', 'engine');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'engine.node'), 'installed');
  await writeFile(join(installed, 'package.json'), '{"version":"1.2.3"}');
  const request = { ...engine, toolCache: join(at.path, 'cache'), beside: join(at.path, 'x.js'), npm: 'no-such-npm' };

  expect(await resolveNativeEngine(request)).toBe(join(installed, 'engine.node'));
  await writeFile(join(installed, 'package.json'), '{"version":"1.2.4"}');
  expect(await failure(resolveNativeEngine(request))).toMatchObject({
    code: 'ENGINE_NPM_FAILED',
    message: 'npm could not fetch @acme/engine@1.2.3: there is no npm on this machine.',
  });
});

test('a tarball cannot write outside its folder, and leaves links out', async () => {
  await using at = await folder();

  await expect(unpackTarball(tarball(tarEntry('package/../../evil', 'x')), join(at.path, 'a'))).rejects.toThrow(
    /not allowed/,
  );
  await expect(unpackTarball(gzipSync(Buffer.alloc(700, 65)), join(at.path, 'b'))).rejects.toThrow();
  await unpackTarball(tarball(tarEntry('package/link', '', '2'), tarEntry('package/ok', 'ok')), join(at.path, 'c'));
  expect(await readdir(join(at.path, 'c'))).toEqual(['ok']);
});

test('the table of engines comes from the lock file and has this machine', async () => {
  const lock: unknown = JSON.parse(await readFile(new URL('../../../package-lock.json', import.meta.url), 'utf8'));
  const table = engineTableFromLock(lock);

  expect(Object.keys(table).toSorted()).toEqual([
    'darwin-arm64',
    'darwin-x64',
    'linux-arm64',
    'linux-arm64-musl',
    'linux-x64',
    'linux-x64-musl',
    'win32-arm64',
    'win32-x64',
  ]);
  expect(engineForThisMachine(table)?.integrity).toMatch(/^sha512-/);
  expect(enginePlatform('linux', 'x64', true)).toBe('linux-x64-musl');
  expect(() => engineTableFromLock({ packages: {} })).toThrow(/names no/);
});
