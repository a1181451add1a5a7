// What holds of Python without any interpreter: who may run it, how inline code becomes a function, what is missing.
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { ScriptRequest } from '@pawl/core';
import { moduleOf } from '../src/python/inline-code.ts';
import { pythonRunner } from '../src/python/index.ts';

const request: ScriptRequest = { code: 'True', variables: { output: 'x' }, python: { name: 'a.yaml:1' } };

const runner = (environment: Readonly<Record<string, string>>, trust?: 'own' | 'fork') =>
  pythonRunner({
    resolve: async () => tmpdir(),
    environment: (name) => environment[name],
    ...(trust !== undefined && { trust }),
  });

test('the run of a fork starts nothing', async () => {
  const { run, close } = runner({ PATH: process.env['PATH'] ?? '' }, 'fork');

  expect(await run(request)).toEqual({ failure: expect.stringContaining('the run of a fork starts none') });
  await close();
});

test('where there is no Python, the remedy is told', async () => {
  const none = runner({ PATH: '/nowhere/at/all' });

  expect(await none.run(request)).toEqual({
    failure: expect.stringMatching(/^cannot be run: there is no Python 3 here .*setup-python.*PROMPTFOO_PYTHON$/),
  });
  expect(await runner({}).run(request)).toEqual({ failure: expect.stringContaining('is on no path') });
});

test('an interpreter that is named is the only one that is tried', async () => {
  const named = runner({ PATH: process.env['PATH'] ?? '', PROMPTFOO_PYTHON: '/nowhere/python' });

  expect(await named.run(request)).toEqual({
    failure: expect.stringContaining('"/nowhere/python", which is named as Python, is not there'),
  });
  const program = { folder: '.', environment: {}, executable: process.execPath };
  expect(await named.run({ ...request, program })).toEqual({
    failure: expect.stringMatching(/which is named as Python, (?:does not start|is Python )/),
  });
});

test('a folder outside of the workspace is none to run in', async () => {
  const outside = pythonRunner({
    resolve: async (path) => {
      if (path === '.') return tmpdir();
      throw new Error(`"${path}" lies outside`);
    },
    environment: (name) => (name === 'PATH' ? process.env['PATH'] : undefined),
  });
  const failure = await outside.run({ ...request, program: { folder: '../x', environment: {} } });

  expect(failure).toEqual({ failure: expect.stringMatching(/lies outside|there is no Python/) });
  await outside.close();
});

test.each([
  ['len(output)', 'import json\n\ndef main(output, context):\n    return len(output)\n'],
  ['a = 1\nreturn a', 'import json\n\ndef main(output, context):\n    a = 1\n    return a\n'],
  [
    'if output:\n  return 1\nreturn 0\n',
    'import json\n\ndef main(output, context):\n  if output:\n    return 1\n  return 0\n  \n',
  ],
])('%j is the function promptfoo makes of it', (code, expected) => {
  expect(moduleOf(code)).toBe(expected);
});
