import type { execFile as execFileOfNode } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { builtinByNeed } from '../src/builtins-by-need.ts';

type Loaded = Record<string, (...args: readonly unknown[]) => unknown>;

const standIn = (name: string): Promise<Loaded & { default: Loaded }> =>
  import(`data:text/javascript,${encodeURIComponent(builtinByNeed(name))}`);

test('functions of a module that Node has not loaded at start ask for it when they are called', async () => {
  const text = builtinByNeed('node:crypto');
  expect(text).toContain('const own_createHash = (...given) => builtin().createHash(...given);');
  const { randomBytes, default: whole } = await standIn('node:crypto');
  expect(randomBytes?.(4)).toHaveLength(4);
  expect(whole['randomBytes']?.(4)).toHaveLength(4);
});

test('a function is made a promise of in its own way, as the module itself would be', async () => {
  const { execFile } = await standIn('node:child_process');
  const asPromise = promisify(execFile as unknown as typeof execFileOfNode);
  const said = await asPromise(process.execPath, ['-p', '1 + 1']);
  expect(said).toEqual({ stdout: '2\n', stderr: '' });
});

test('classes, values and what Node loads anyway are the module’s own', async () => {
  const { Worker, isMainThread } = await standIn('node:worker_threads');
  const threads = process.getBuiltinModule('node:worker_threads');
  expect([Worker, isMainThread]).toEqual([threads.Worker, threads.isMainThread]);
  const { readFileSync } = await standIn('node:fs');
  expect(readFileSync).toBe(process.getBuiltinModule('node:fs').readFileSync);
});
