// JavaScript goes to the sandbox and Python to an interpreter, which a fork's run has not.
import { expect, test } from 'vitest';
import { fakeWorkspace } from '@pawl/core/testing';
import { scriptRunners } from '../src/script-runners.ts';

test('each language finds who runs it', async () => {
  const scripts = scriptRunners(
    { root: '.', env: {}, progress: () => undefined, origin: { trust: 'fork' } },
    fakeWorkspace({}),
  );
  try {
    expect(await scripts.run({ code: '1 + 1', variables: {} })).toEqual({ value: 2 });
    expect(await scripts.matches('^a', '', 'abc')).toEqual({ found: true });
    const refused = { failure: expect.stringContaining('the run of a fork starts none') };
    expect(await scripts.run({ code: '1 + 1', variables: {}, python: { name: 'a.yaml:1' } })).toEqual(refused);
    const module = { source: '', file: 'a.py', export: 'x', args: [] };
    expect(await scripts.run({ code: '', variables: {}, module })).toEqual(refused);
  } finally {
    await scripts.close();
  }
});

test('nothing is started only to be closed', async () => {
  await scriptRunners({ root: '.', env: {}, progress: () => undefined }, fakeWorkspace({})).close();
});
