// What scripts of evaluation suites may say, and what they get for it.
import { afterAll, expect, test } from 'vitest';
import { quickJsRunner } from '../src/index.ts';

const scripts = quickJsRunner({ timeLimitMs: 10_000 });
afterAll(() => scripts.close());

const context = { vars: { city: 'Bern', tags: ['a', 'b'] }, prompt: 'Where is Bern?', logProbs: [-0.5, -1.5] };
const run = (code: string, output: unknown = 'Hello, world') => scripts.run({ code, variables: { output, context } });
const runModule = (file: string, source: string, name?: string, args: readonly unknown[] = ['out', context]) =>
  scripts.run({ code: '', variables: {}, module: { file, source, args, ...(name !== undefined && { export: name }) } });

test.each([
  ['an expression', "output.includes('world')", true],
  ['an expression with a semicolon', "output === 'Hello, world';", true],
  ['a line that returns by itself', 'return output.length', 12],
  ['branches on one line', 'if (output) return 1; return 0', 1],
  ['declarations and an expression', "const words = output.split(' '); words.length", 2],
  ['semicolons in texts', "const mark = 'a;b'; mark.split(';').length", 2],
  ['semicolons in functions', 'const f = (x) => { const y = x; return y; }; f(3)', 3],
  [
    'several lines with return',
    'const n = output.length;\nreturn { pass: n > 3, score: n / 24 };\n',
    { pass: true, score: 0.5 },
  ],
  ['a line with a line break behind it', 'context.vars.city\n', 'Bern'],
  ['numbers of the context', 'Math.exp(context.logProbs.reduce((a, b) => a + b, 0)) < 1', true],
  ['a promise', "Promise.resolve('later')", 'later'],
  ['an async function', '(async () => { const a = await 1; return a + (await Promise.resolve(2)); })()', 3],
  ['await without a function', 'await Promise.resolve(context.vars.tags)', ['a', 'b']],
  ['a thenable', '({ then: (ok) => ok(7) })', 7],
  ['nothing', 'undefined', undefined],
  ['null', 'null', null],
  ['text with everything in it', String.raw`'\u0000\u2028\ud800"\\' + output.length`, '\u0000\u2028\ud800"\\12'],
  ['console, which stays silent', "console.log('x'), console.error('y'), 1", 1],
])('runs %s', async (_, code, value) => {
  expect(await run(code)).toEqual({ value });
});

test('gives scripts an output of any shape, and none at all', async () => {
  expect(await run('output.items[0].price', { items: [{ price: 3 }] })).toEqual({ value: 3 });
  expect(await scripts.run({ code: 'typeof output', variables: { output: undefined } })).toEqual({
    value: 'undefined',
  });
  expect(await run('Object.keys(output).join()', JSON.parse('{"__proto__": {"pass": true}, "a": 1}'))).toEqual({
    value: '__proto__,a',
  });
});

test.each([
  ['a wrong name', '\n\nreturn missing + 1', "ReferenceError: 'missing' is not defined (line 3)"],
  ['a wrong word', 'output output', "SyntaxError: expecting ';' (line 1)"],
  ['what it throws', "throw new RangeError('too far')\n", 'RangeError: too far (line 1)'],
  ['a text it throws', "throw 'no'\n", 'threw no'],
  ['a promise it rejects', "Promise.reject(new TypeError('late'))", 'TypeError: late (line 1)'],
  ['a promise that stays open', 'new Promise(() => {})', 'gave a promise that nothing settles: there are no timers'],
  ['a function', '() => true', 'gave a function, which JSON does not hold'],
  ['a bigint', '10n', 'gave a bigint, which JSON does not hold'],
  ['not a number', 'Number(output)', 'gave NaN, which is no number to judge by'],
  ['a circle', 'const a = {}; a.a = a;\nreturn a', 'TypeError: circular reference'],
])('tells %s', async (_, code, failure) => {
  expect(await run(code)).toEqual({ failure });
});

test('refuses what is no JSON before it starts', async () => {
  const circle: Record<string, unknown> = {};
  circle.circle = circle;
  expect(await run('1', circle)).toMatchObject({ failure: expect.stringContaining('no JSON') });
  expect(await scripts.run({ code: '1', variables: { 'a-b': 1 } })).toEqual({
    failure: '"a-b" cannot be the name of a variable',
  });
});

test.each([
  ['module.exports', 'a.cjs', 'module.exports = (output, context) => output + context.vars.city', undefined],
  [
    'module.exports in a .js file',
    'a.js',
    "'use strict';\nmodule.exports = (output, { vars }) => output + vars.city",
    undefined,
  ],
  ['a named export of CommonJS', 'a.js', 'exports.grade = (output, { vars }) => output + vars.city', 'grade'],
  ['a default export', 'a.mjs', 'export default async (output, { vars }) => output + vars.city', undefined],
  [
    'a default export in a .js file',
    'a.js',
    'const f = (o, c) => o + c.vars.city;\nexport { f as default };',
    undefined,
  ],
  ['a named export', 'a.mjs', 'export function grade(output, { vars }) { return output + vars.city; }', 'grade'],
  [
    'a default export that holds functions',
    'a.js',
    'module.exports = { default: { grade: (o, c) => o + c.vars.city } }',
    'grade',
  ],
  ['a script with a hashbang', 'a.mjs', '#!/usr/bin/env node\nexport default (o, c) => o + c.vars.city', undefined],
  [
    'a module that waits before it is ready',
    'a.mjs',
    'const city = await Promise.resolve("Bern");\nexport default (o) => o + city',
    undefined,
  ],
])('calls %s', async (_, file, source, name) => {
  expect(await runModule(file, source, name)).toEqual({ value: 'outBern' });
});

test.each([
  ['TypeScript', 'a.ts', 'export default () => 1', /a\.ts is TypeScript/],
  ['Python', 'a.py', 'def get_assert(): pass', /no JavaScript file/],
  ['other files', 'checks/a.mjs', "import { x } from './b.mjs';\nexport default () => x", /cannot load ".*b\.mjs"/],
  [
    'modules of Node',
    'a.cjs',
    "const fs = require('fs');\nmodule.exports = () => fs",
    /cannot load "fs".*\(a\.cjs, line 1\)/,
  ],
  [
    'a module of Node that is imported',
    'a.mjs',
    "import fs from 'node:fs';\nexport default () => fs",
    /cannot load "node:fs"/,
  ],
  ['a file without a function', 'a.cjs', 'module.exports = 3', /exports no function/],
  ['a function that is missing', 'a.cjs', 'module.exports.a = () => 1', /exports no function: give one/],
  [
    'errors with their line',
    'checks/a.mjs',
    'export default (output) => {\n  return output.a.b;\n}',
    /\(checks\/a\.mjs, line 2\)/,
  ],
  ['wrong syntax with its line', 'a.cjs', 'module.exports = () => 1;\nlet let = 2;', /SyntaxError.*\(a\.cjs, line 2\)/],
])('tells of %s', async (_, file, source, failure) => {
  expect(await runModule(file, source)).toEqual({ failure: expect.stringMatching(failure) });
});
