// What Python may give as a verdict, as promptfoo 0.123 reads it. It runs in a fake here; the sandbox's own tests run it.
import { expect, test } from 'vitest';
import { assertion, fakeScripts, score } from './world.ts';

const gave = (value: unknown, more: { threshold?: number; negated?: boolean } = {}) =>
  score({ type: 'python', value: 'x', ...more }, 'text', { world: fakeScripts({ value }).world });

const verdict = { pass: true, score: 0.7, reason: 'good' };

test.each([
  [true, {}, true, 1],
  [false, {}, false, 0],
  [true, { negated: true }, false, 0],
  [false, { negated: true }, true, 1],
  ['True', {}, true, 1],
  ['false', {}, false, 0],
  ['false', { negated: true }, true, 1],
  [0.4, {}, true, 0.4],
  [0, {}, false, 0],
  [0, { threshold: 0 }, true, 0],
  [-1, {}, false, -1],
  [0.4, { threshold: 0.5 }, false, 0.4],
  [0.4, { threshold: 0.5, negated: true }, true, 0.4],
  [0.4, { negated: true }, false, 0.4],
  ['0.75', {}, true, 0.75],
  [' -2e-1 ', {}, false, -0.2],
  ['{"pass": true, "score": 0.5, "reason": "as text"}', {}, true, 0.5],
  [verdict, {}, true, 0.7],
  [verdict, { threshold: 0.7 }, true, 0.7],
  [verdict, { threshold: 0.8 }, false, 0.7],
  [verdict, { threshold: 0.8, negated: true }, true, 0.7],
  [{ pass: false, score: 0.7, reason: 'bad' }, { negated: true }, true, 0.7],
  [{ pass_: false, score: 0.7, reason: 'bad' }, {}, false, 0.7],
  [{ pass_: true, pass: false, score: 0.7, reason: 'bad' }, {}, false, 0.7],
  [{ ...verdict, component_results: [{ pass: false, score: 0, reason: 'x' }] }, {}, true, 0.7],
])('reads %j with %j as %s, %s', async (value, more, pass, number) => {
  expect(await gave(value, more)).toMatchObject({ pass, score: number });
});

test('keeps the reason, and the named scores in either spelling', async () => {
  const named = { tone: 0.5, words: 'x' };
  const expected = { pass: true, score: 0.7, reason: 'good', named: { tone: 0.5 } };

  expect(await gave({ ...verdict, named_scores: named })).toEqual(expected);
  expect(await gave({ ...verdict, namedScores: named, named_scores: { tone: 1 } })).toEqual(expected);
  expect(await gave({ ...verdict, score: 0.1 }, { threshold: 0.5 })).toMatchObject({
    reason: 'The score 0.1 is below the threshold 0.5: good',
  });
});

test.each([
  [undefined, /gave nothing: does it return\?/],
  [null, /gave nothing: does it return\?/],
  ['yes', /gave ""yes""/],
  ['1 of 5', /gave ""1 of 5""/],
  ['{"pass": ', /gave/],
  ['NaN', /gave/],
  [{ pass: true }, /gave/],
  [{ pass: true, score: 1 }, /gave/],
  [{ pass: 'true', score: 1, reason: '' }, /gave/],
  [{ ...verdict, named_scores: 5 }, /gave/],
  [{ ...verdict, componentResults: {} }, /gave/],
  [[], /gave/],
  [[true], /gave/],
])('takes %j for no verdict, with "not-" too', async (value, failure) => {
  expect(await gave(value)).toMatchObject({ failure: expect.stringMatching(failure) });
  expect(await gave(value, { negated: true })).toMatchObject({ failure: expect.stringMatching(failure) });
});

const script = { kind: 'script-file', file: 'checks/a.py', source: 'x', export: 'get_assert' } as const;

test('what failed is told with its file, its function and the line of the suite', async () => {
  const { world } = fakeScripts({ failure: "raised KeyError: 'x' (checks/a.py:4)" });
  const place = { file: 'promptfooconfig.yaml', line: 12 };
  const ask = (value: unknown, negated: boolean) =>
    score({ type: 'python' }, 'text', {
      world,
      request: { assertion: { ...assertion({ type: 'python', value, negated }), place } },
    });

  for (const negated of [false, true]) {
    expect(await ask(script, negated)).toMatchObject({
      failure: "checks/a.py:get_assert (promptfooconfig.yaml:12) raised KeyError: 'x' (checks/a.py:4)",
    });
    expect(await ask('1 / 0', negated)).toMatchObject({
      failure: "the Python at promptfooconfig.yaml:12 raised KeyError: 'x' (checks/a.py:4)",
    });
  }
});

test('a file is called with output and context; inline code is told where it stands', async () => {
  const { asked, world } = fakeScripts({ value: true });
  const modules = [{ name: 'words', file: 'checks/words.py', source: 'y' }];
  const request = { vars: { a: 1 }, prompt: 'p', metadata: { m: 2 } };
  await score({ type: 'python', value: { ...script, modules } }, { b: 1 }, { world, request });
  await score({ type: 'python', value: 'len(output)' }, 'text', { world, request });
  const context = expect.objectContaining({
    vars: { a: 1 },
    prompt: 'p',
    test: { vars: { a: 1 }, metadata: { m: 2 } },
  });

  expect(asked).toEqual([
    {
      code: '',
      variables: {},
      module: { file: 'checks/a.py', source: 'x', export: 'get_assert', modules, args: [{ b: 1 }, context] },
    },
    { code: 'len(output)', variables: { output: 'text', context }, python: { name: 'a.eval.yml' } },
  ]);
});

test.each([[undefined], [''], ['  '], [5], [['True']]])('%j is no code', async (value) => {
  const { world } = fakeScripts({ value: true });

  expect(await score({ type: 'python', value }, 'x', { world })).toMatchObject({
    failure: expect.stringContaining('needs Python'),
  });
});

test('nothing is passed where no code is run', async () => {
  expect(await score({ type: 'python', value: 'True' }, 'x')).toMatchObject({ failure: expect.any(String) });
});
