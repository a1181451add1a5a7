// `pawl eval` has a bundle of its own, in which threads must find themselves again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gitRepo } from '@pawl/testkit/git';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../src/material.ts';

const run = promisify(execFile);
const pawl = join(projectRoot, 'packages/cli/bin/pawl.mjs');

beforeAll(() => {
  if (!existsSync(join(projectRoot, 'packages/cli/dist/eval.js')))
    throw new Error('pawl is not built yet: run "npm run build" first.');
});

const suite = (script: string): string =>
  JSON.stringify({
    prompts: ['Answer {{text}}'],
    providers: ['echo'],
    tests: [{ vars: { text: 'hello' }, assert: [{ type: 'javascript', value: script }] }],
  });

const judged = (path: string) =>
  run(
    process.execPath,
    [
      ...[pawl, 'eval', 'promptfooconfig.yaml'],
      ...['--no-store', '--no-baseline', '--min-cases', '1', '--threshold', '0.5'],
    ],
    { cwd: path },
  ).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );

test('the built command judges with a user’s JavaScript, and ends one that never ends', async () => {
  await using good = await gitRepo({ 'promptfooconfig.yaml': suite('output.length > 3') });
  await using endless = await gitRepo({ 'promptfooconfig.yaml': suite('while (true) {}') });
  expect(await judged(good.path)).toMatchObject({ code: 0 });
  expect(await judged(endless.path)).toMatchObject({ code: 3, stdout: expect.stringContaining('could not be judged') });
});

test('a module that a thread imports by its address stands in a chunk of its own, and has what the thread calls', async () => {
  const chunks = join(projectRoot, 'packages/cli/dist/chunks');
  const found = (await readdir(chunks)).filter((file) => /^(?:encoder-)?thread-/.test(file));
  const beginnings = await Promise.all(
    found.map(async (file) => ({
      knowsItsAddress: (await readFile(join(chunks, file), 'utf8')).includes('import.meta.url'),
      ...((await import(pathToFileURL(join(chunks, file)).href)) as object),
    })),
  );
  // Of each bundle one that scripts run in; the encoder's is a chunk of that name only in the command's own.
  expect(beginnings.filter((each) => 'serve' in each && each.knowsItsAddress)).toHaveLength(2);
  expect(beginnings.filter((each) => 'serveEncoder' in each && each.knowsItsAddress)).toHaveLength(1);
});

test('a reader that has seen enough ends nothing: no stack, and the exit code is the command’s own', async () => {
  for (const args of [['eval', '--help'], ['--help']]) {
    const child = spawn(process.execPath, [pawl, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString('utf8')));
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ code, said }).toEqual({ code: 0, said: '' });
  }
});

test('other commands come from the whole bundle', async () => {
  await using repo = await gitRepo({ 'a.txt': 'a' });
  const { stdout } = await run(process.execPath, [pawl, 'run', 'list', '--json'], { cwd: repo.path });
  expect(JSON.parse(stdout)).toBeTypeOf('object');
});

test('what a run has compiled is kept for the next in the user’s cache, and what is damaged is not used', async () => {
  const tests = [{ vars: { text: 'hello' }, assert: [{ type: 'icontains', value: 'HELLO' }] }];
  const plain = { prompts: ['Answer {{text}}'], providers: ['echo'], tests };
  await using good = await gitRepo({ 'promptfooconfig.yaml': JSON.stringify(plain) });
  await using home = await gitRepo({});
  const judge = async (): Promise<{ readonly file: string; readonly rounds: number }> => {
    const env = { PATH: process.env['PATH'], XDG_CACHE_HOME: home.path };
    const args = [pawl, 'eval', 'promptfooconfig.yaml', '--no-store', '--no-baseline', '--min-cases', '1'];
    const { stdout } = await run(process.execPath, [...args, '--threshold', '0.5'], { cwd: good.path, env });
    expect(stdout).toContain('promptfooconfig  pass');
    const folder = join(home.path, 'pawl/compiled');
    const [name = ''] = (await readdir(folder, { recursive: true })).filter((path) => path.includes('pawl-eval-'));
    const file = join(folder, name);
    const content = await readFile(file);
    return { file, rounds: content.readInt32LE(content.length - 8) };
  };
  const rounds: number[] = [];
  const files = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const kept = await judge();
    rounds.push(kept.rounds);
    files.add(kept.file);
  }
  expect(rounds).toEqual([1, 2, 3, 3]);
  expect(files.size).toBe(1);
  const [file = ''] = [...files];
  const content = await readFile(file);
  for (const damaged of [content.subarray(0, 100_000), Buffer.from(content).fill(0, 200_192, 204_288)]) {
    await writeFile(file, damaged);
    expect((await judge()).rounds).toBe(1);
  }
});
