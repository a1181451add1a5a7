// Scripts that loop, allocate, recurse, lie and look around.
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { quickJsRunner } from '../src/index.ts';

const scripts = quickJsRunner({ timeLimitMs: 300 });
afterAll(() => scripts.close());
const patient = quickJsRunner({ timeLimitMs: 20_000, memoryLimitBytes: 16 * 1024 * 1024 });
afterAll(() => patient.close());

const run = (code: string) => scripts.run({ code, variables: { output: 'text' } });

test.each([
  ['a loop', 'for (;;) {}'],
  ['a loop that catches everything', 'for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }'],
  ['promises without end', 'const again = () => Promise.resolve().then(again); again()'],
  ['an async loop', '(async () => { for (;;) await null; })()'],
  ['a getter in what it gives', '({ get pass() { for (;;) {} } })'],
  ['toJSON that loops', '({ toJSON() { for (;;) {} } })'],
  ['a message that loops', 'throw { get message() { for (;;) {} } }\n'],
  ['a pattern that backtracks', "/(a+)+$/.test('a'.repeat(40) + 'b')"],
  ['a native loop that looks at no clock', 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'],
  ['an array of four billion holes', 'const a = []; a.length = 2 ** 32 - 1; a.includes(1)'],
])('ends %s, and goes on with the next script', async (_, code) => {
  const [stopped, next] = await Promise.all([run(code), run('output.length')]);
  expect(stopped).toEqual({ failure: 'ran longer than 300 ms' });
  expect(next).toEqual({ value: 4 });
});

test.each([
  ['texts without end', "let a = 'x'; for (;;) a += a"],
  ['arrays without end', 'const a = []; for (;;) a.push([7])'],
  ['buffers without end', 'const a = []; for (;;) a.push(new ArrayBuffer(1e6))'],
  ['functions that call themselves', 'const f = () => f() + 1; f()'],
  ['a text that nests too deeply', "JSON.parse('['.repeat(1e6))"],
  ['a pattern that nests too deeply', "new RegExp('('.repeat(1e5) + ')'.repeat(1e5)).test('')"],
  ['proxies all the way down', 'let a = {}; for (let i = 0; i < 1e5; i++) a = new Proxy(a, {}); a.b'],
  ['an answer of two megabytes', "'x'.repeat(2e6)"],
])('gives no more than there is to %s', async (_, code) => {
  const [stopped, next] = await Promise.all([
    patient.run({ code, variables: {} }),
    patient.run({ code: "'fine'", variables: {} }),
  ]);
  expect(stopped).toEqual({
    failure: expect.stringMatching(/overflow|memory|too many|too long|too deeply|more than|invalid/i),
  });
  expect(next).toEqual({ value: 'fine' });
});

test.each([
  ['a symbol', "throw Symbol('s')\n", 'threw Symbol(s)'],
  ['null', 'throw null\n', 'threw null'],
  ['a proxy', 'throw new Proxy({}, { get() { throw 1; } })\n', 'threw something that cannot be read'],
  ['an object', 'throw { code: 7 }\n', 'threw {"code":7}'],
  ['ANSI codes and marks that turn text', "throw new Error('\\u001b[2Ja\\u202eb\\u0000\\nc')\n", /^Error: +\[2Ja b/],
])('tells of %s thrown at it', async (_, code, failure) => {
  const result = await run(code);
  expect(result).toEqual({ failure: typeof failure === 'string' ? failure : expect.stringMatching(failure) });
  expect(JSON.stringify(result)).not.toMatch(/\\u001b|\\u202e|\\n/i);
});

test('has the language and a silent console as its globals, and nothing of the host', async () => {
  const { value } = (await run(
    'Object.getOwnPropertyNames(globalThis).filter((name) => typeof globalThis[name] !== "undefined").sort().join(" ")',
  )) as { value: string };
  expect(value.split(' ')).toMatchInlineSnapshot(`
    [
      "AggregateError",
      "Array",
      "ArrayBuffer",
      "BigInt",
      "BigInt64Array",
      "BigUint64Array",
      "Boolean",
      "DataView",
      "Date",
      "Error",
      "EvalError",
      "FinalizationRegistry",
      "Float16Array",
      "Float32Array",
      "Float64Array",
      "Function",
      "Infinity",
      "Int16Array",
      "Int32Array",
      "Int8Array",
      "InternalError",
      "Iterator",
      "JSON",
      "Map",
      "Math",
      "NaN",
      "Number",
      "Object",
      "Promise",
      "Proxy",
      "RangeError",
      "ReferenceError",
      "Reflect",
      "RegExp",
      "Set",
      "SharedArrayBuffer",
      "String",
      "Symbol",
      "SyntaxError",
      "TypeError",
      "URIError",
      "Uint16Array",
      "Uint32Array",
      "Uint8Array",
      "Uint8ClampedArray",
      "WeakMap",
      "WeakRef",
      "WeakSet",
      "console",
      "decodeURI",
      "decodeURIComponent",
      "encodeURI",
      "encodeURIComponent",
      "escape",
      "eval",
      "globalThis",
      "isFinite",
      "isNaN",
      "parseFloat",
      "parseInt",
      "unescape",
    ]
  `);
  for (const name of [
    'process',
    'require',
    'module',
    'fetch',
    'Buffer',
    'global',
    'setTimeout',
    'WebAssembly',
    'std',
    'os',
  ])
    expect(await run(`typeof ${name}`)).toEqual({ value: 'undefined' });
});

test.each([
  ['constructor of a function', "(() => {}).constructor('return typeof process')()"],
  ['constructor of what it is given', "output.constructor.constructor('return typeof process')()"],
  ['constructor of an async function', "await (async () => {}).constructor('return typeof process')()"],
  ['indirect eval', "(0, eval)('typeof process')"],
  ['this', '(function () { return typeof this.process })()'],
])('finds no host through %s', async (_, code) => {
  expect(await run(code)).toEqual({ value: 'undefined' });
});

test('starts every script from the same state, whatever the last one did to it', async () => {
  const tamper = [
    'globalThis.leak = 1;',
    'Object.prototype.pass = true; Array.prototype[0] = "x";',
    'JSON.stringify = () => "true"; JSON.parse = () => ({}); Function = null; Promise.prototype.then = null;',
    'Object.prototype.toJSON = () => "tampered"; String.prototype.slice = () => "";',
    'return 1;',
  ].join('\n');
  expect(await run(tamper)).toEqual({ value: 1 });
  expect(await run('typeof leak + ({}).pass + [][0] + JSON.stringify({ a: 1 })')).toEqual({
    value: 'undefinedundefinedundefined{"a":1}',
  });
  expect(await run('Promise.resolve({ a: [1] })')).toEqual({ value: { a: [1] } });
});

test('leaves nothing in memory that a later script could find', async () => {
  const fill = 'const a = []; for (let i = 0; i < 100; i++) a.push(new Uint8Array(1e5).fill(65));\nreturn a.length';
  const look = 'new Uint8Array(1e6).every((byte) => byte === 0)';
  expect(await patient.run({ code: fill, variables: {} })).toEqual({ value: 100 });
  expect(await patient.run({ code: look, variables: {} })).toEqual({ value: true });
});

test('does not run a script again that ran out of time three times', async () => {
  const results = [];
  for (let i = 0; i < 4; i++) results.push(await run('while (true) {}'));
  expect(results[3]).toEqual({ failure: 'ran longer than 300 ms 3 times before, and is not run again' });
  expect(await run('1')).toEqual({ value: 1 });
}, 20_000);

test('answers in the order of its questions when some of them break the thread', async () => {
  const codes = Array.from({ length: 40 }, (_, n) =>
    n === 10 ? 'for (;;) {}' : n === 20 ? '[].indexOf.call({ length: 2 ** 53 - 1 }, 1)' : `${n}`,
  );
  const results = await Promise.all(codes.map(run));
  expect(results.map((result) => ('value' in result ? result.value : 'stopped'))).toEqual(
    codes.map((_, n) => (n === 10 || n === 20 ? 'stopped' : n)),
  );
});

test('says that it was closed to whoever still waits, and opens again when asked', async () => {
  const waiting = patient.run({ code: 'for (;;) {}', variables: {} });
  await setTimeout(50);
  await patient.close();
  expect(await waiting).toEqual({ failure: 'the sandbox was closed' });
  expect(await patient.run({ code: '2', variables: {} })).toEqual({ value: 2 });
});
