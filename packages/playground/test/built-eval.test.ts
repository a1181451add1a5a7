// `pawl eval` has a bundle of its own, in which threads must find themselves again.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gitRepo } from '@pawl/testkit/git';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../src/material.ts';

const run = promisify(execFile);
const pawl = join(projectRoot, 'packages/cli/bin/pawl.mjs');

beforeAll(() => {
  if (!existsSync(join(projectRoot, 'packages/cli/dist/eval.mjs')))
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

test('other commands come from the whole bundle', async () => {
  await using repo = await gitRepo({ 'a.txt': 'a' });
  const { stdout } = await run(process.execPath, [pawl, 'run', 'list', '--json'], { cwd: repo.path });
  expect(JSON.parse(stdout)).toBeTypeOf('object');
});
