// `pawl eval` has a bundle of its own, in which threads must find themselves again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
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
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

test('the built command judges with a user’s JavaScript, and ends one that never ends', async () => {
  await using good = await gitRepo({ 'promptfooconfig.yaml': suite('output.length > 3') });
  await using endless = await gitRepo({ 'promptfooconfig.yaml': suite('while (true) {}') });
  // Chunks are imported in a way that Node would warn of.
  expect(await judged(good.path)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/warning/i) });
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
