// What scripts may give as a verdict. They run in a fake here; the sandbox's own tests run them for real.
import { expect, test } from 'vitest';
import { fakeScripts, score } from './world.ts';

const gave = (value: unknown, more: { threshold?: number; negated?: boolean } = {}) =>
  score({ type: 'javascript', value: 'x', ...more }, 'text', { world: fakeScripts({ value }).world });

test.each([
  [true, {}, true, 1],
  [false, {}, false, 0],
  [true, { negated: true }, false, 0],
  [false, { negated: true }, true, 1],
  [0.4, {}, true, 0.4],
  [0, {}, false, 0],
  [-1, {}, false, -1],
  [0.4, { threshold: 0.5 }, false, 0.4],
  [0.5, { threshold: 0.5 }, true, 0.5],
  [0, { threshold: 0 }, true, 0],
  [0.4, { negated: true }, false, 0.4],
  [{ pass: true, score: 0.7, reason: 'good' }, {}, true, 0.7],
  [{ pass: false, score: 0.7, reason: 'bad' }, {}, false, 0.7],
  [{ pass: false, score: 0.7, reason: 'bad' }, { negated: true }, true, 0.7],
])('reads %j with %j as %s, %s', async (value, more, pass, number) => {
  expect(await gave(value, more)).toMatchObject({ pass, score: number });
});

test('keeps the reason and the named scores of a verdict', async () => {
  expect(await gave({ pass: true, score: 1, reason: 'fine', namedScores: { tone: 0.5, words: 'x' } })).toEqual({
    pass: true,
    score: 1,
    reason: 'fine',
    named: { tone: 0.5 },
  });
});

test.each([
  [undefined, /gave nothing: does it return\?/],
  [null, /gave "null"/],
  ['yes', /gave ""yes""/],
  [{ pass: true }, /gave/],
  [{ pass: 'true', score: 1, reason: '' }, /gave/],
  [[], /gave/],
])('takes %j for no verdict, with "not-" too', async (value, failure) => {
  expect(await gave(value)).toMatchObject({ failure: expect.stringMatching(failure) });
  expect(await gave(value, { negated: true })).toMatchObject({ failure: expect.stringMatching(failure) });
});

test('is no pass when the script fails, and says what scripts have not got', async () => {
  const { world } = fakeScripts({ failure: "ReferenceError: 'fetch' is not defined (line 2)" });
  expect(await score({ type: 'javascript', value: 'fetch()', negated: true }, 'text', { world })).toEqual({
    failure: "the script ReferenceError: 'fetch' is not defined (line 2)",
    hint: 'Scripts run in a sandbox: the language alone, without files, network, timers or the modules of Node.',
  });
  expect(await score({ type: 'javascript', value: 'true' }, 'text')).toMatchObject({
    failure: expect.stringContaining('sandbox'),
  });
  expect(await score({ type: 'javascript', value: '' }, 'text', { world })).toMatchObject({
    failure: expect.stringContaining('needs JavaScript'),
  });
});

test('gives a script the output and the context by the names that promptfoo gives them', async () => {
  const { asked, world } = fakeScripts({ value: true });
  await score(
    { type: 'javascript', value: 'output.a' },
    { a: 1 },
    {
      world,
      answer: { costUsd: 0.1, latencyMs: 7, logProbs: [-1], raw: { id: 'r' }, metadata: { route: 'x' } },
      request: { vars: { city: 'Bern' }, prompt: 'Where?', metadata: { slice: 'de' } },
    },
  );
  expect(asked).toEqual([
    {
      code: 'output.a',
      variables: {
        output: { a: 1 },
        context: expect.objectContaining({
          vars: { city: 'Bern' },
          prompt: 'Where?',
          logProbs: [-1],
          metadata: { route: 'x' },
          test: { vars: { city: 'Bern' }, metadata: { slice: 'de' } },
          providerResponse: expect.objectContaining({ output: { a: 1 }, cost: 0.1, latencyMs: 7, raw: { id: 'r' } }),
        }),
      },
    },
  ]);
});

test('calls the function of a file with both', async () => {
  const { asked, world } = fakeScripts({ value: 1 });
  const value = { kind: 'script-file', source: 'module.exports = () => 1', file: 'checks/a.js', export: 'grade' };
  expect(await score({ type: 'javascript', value }, 'text', { world })).toMatchObject({ pass: true });
  expect(asked[0]?.module).toMatchObject({
    file: 'checks/a.js',
    export: 'grade',
    args: ['text', expect.objectContaining({ vars: {} })],
  });
});
