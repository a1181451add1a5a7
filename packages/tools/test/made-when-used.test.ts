import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { laterModule, laterText, madeWhenUsed } from '../src/made-when-used.ts';

const { later } = (await import(`data:text/javascript,${encodeURIComponent(laterText)}`)) as {
  later: <T extends object>(make: () => T) => T;
};

const head = `import * as z from 'zod/mini';\n`;
const changed = (text: string): string =>
  madeWhenUsed(`${head}${text}`).replace(`import { later } from ${JSON.stringify(laterModule)};\n${head}`, '');

test('each schema among the constants of a module is made later, and so are members for schemas', () => {
  expect(changed('export const A = z.strictObject({ a: z.iso.date() });')).toBe(
    'export const A = /* @__PURE__ */ later(() => (z.strictObject({ a: z.iso.date() })));',
  );
  expect(changed('const b: Type = z.array(A).check(z.minLength(1)), c = 1;')).toBe(
    'const b: Type = /* @__PURE__ */ later(() => (z.array(A).check(z.minLength(1)))), c = 1;',
  );
  expect(changed('const keys = { a: z.string(), "b-c": z.optional(A) };')).toBe(
    'const keys = /* @__PURE__ */ later(() => ({ a: z.string(), "b-c": z.optional(A) }));',
  );
});

test('what is no schema stays: data, values that were read, functions and other modules', () => {
  for (const text of [
    'const a = z.parse(A, 1);',
    'const a = z.string().safeParse(1);',
    'const a = { b: 1, c: z.string() };',
    'const a = { ...b };',
    'const a = Object.keys(A.shape);',
    'const a = () => z.string();',
    'function a() { const b = z.string(); return b; }',
  ])
    expect(madeWhenUsed(`${head}${text}`)).toBe(`${head}${text}`);
  expect(madeWhenUsed(`const z = { a: () => 1 };\nconst b = z.a();`)).toBe(
    `const z = { a: () => 1 };\nconst b = z.a();`,
  );
});

test('a schema that is made later reads, refuses, nests and is looked into as any other', () => {
  let made = 0;
  const Inner = later(() => {
    made += 1;
    return z.strictObject({ name: z.string(), size: z.optional(z.number()) });
  });
  const keys = later(() => ({ a: z.string(), b: z.optional(Inner) }));
  const Outer = later(() => z.strictObject({ ...keys, list: z._default(z.array(Inner), []) }));
  expect(made).toBe(0);
  expect(Outer.safeParse({ a: 'x', b: { name: 'n' } }).data).toEqual({ a: 'x', b: { name: 'n' }, list: [] });
  expect(Outer.safeParse({ a: 'x', list: [{ name: 1 }] }).error?.issues).toMatchObject([
    { code: 'invalid_type', path: ['list', 0, 'name'] },
  ]);
  expect(Object.keys(Inner.shape)).toEqual(['name', 'size']);
  expect(Object.keys(z.extend(Inner, keys).shape)).toEqual(['name', 'size', 'a', 'b']);
  expect(Inner instanceof z.ZodMiniObject).toBe(true);
  expect(z.toJSONSchema(Outer)).toMatchObject({ properties: { b: { required: ['name'] } }, required: ['a', 'list'] });
  expect(made).toBe(1);
});
