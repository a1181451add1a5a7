import { runInThisContext } from 'node:vm';
import { expect, test } from 'vitest';
import { asScript } from '../src/as-script.ts';

const code = [
  `import{join as a}from"node:path";`,
  `let b=0;const c=()=>a("x",String(++b));class D{}`,
  `const here=import.meta.url;`,
  `export{c as main,D as t,b as count,here};`,
].join('');

test('a module becomes a function of its address that returns what the module exports, as it is at each look', () => {
  const { script } = asScript(code, 'eval');
  const started = runInThisContext(script) as (address: string) => Record<string, unknown>;
  const own = started('file:///somewhere/eval.js');
  expect(Object.keys(own)).toEqual(['main', 't', 'count', 'here']);
  expect((own['main'] as () => string)()).toBe('x/1');
  expect(own).toMatchObject({ count: 1, here: 'file:///somewhere/eval.js' });
});

test('a script begins with a hash of itself in a comment of twenty characters', () => {
  const { script } = asScript(code, 'eval');
  expect(script).toMatch(/^\/\*[0-9a-f]{16}\*\/\(/);
  expect(asScript(code, 'eval').script).toBe(script);
  expect(asScript(`${code}//`, 'eval').script.slice(0, 20)).not.toBe(script.slice(0, 20));
});

test('the module beside it passes on what the running script has, under the same names', async () => {
  const { script, module } = asScript(code, 'as-script-test');
  const key = Symbol.for('pawl.as-script-test');
  const address = `data:text/javascript,${encodeURIComponent(module)}`;
  await expect(import(`${address}//early`)).rejects.toThrow('as-script-test is started by bin/pawl.mjs');
  const own = (runInThisContext(script) as (address: string) => object)('file:///eval.js');
  Object.assign(globalThis, { [key]: own });
  const passed = (await import(address)) as Record<string, unknown>;
  expect(Object.keys(passed).toSorted()).toEqual(['count', 'here', 'main', 't']);
  expect(passed['main']).toBe((own as Record<string, unknown>)['main']);
});

test('what has to be loaded before it, and exports of another kind, are refused', () => {
  expect(() => asScript(`import{a}from"./chunk.mjs";export{a};`, 'eval')).toThrow('eval imports ./chunk.mjs');
  expect(() => asScript(`import a from"node:fs";export{a};`, 'eval')).toThrow('eval imports node:fs whole');
  expect(() => asScript(`export default 1;`, 'eval')).toThrow('eval exports in a way');
});
