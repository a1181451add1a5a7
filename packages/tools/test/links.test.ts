import { expect, test } from 'vitest';
import { brokenLinks } from '../src/links.ts';

const paths = ['README.md', 'docs/gate/sources.md', 'docs/registry.md', 'fixtures/a b.json'];
const told = (text: string, path = 'docs/registry.md') =>
  brokenLinks([{ path, text }], paths).map(({ line, law }) => `${line}: ${law}`);

test('a link leads to a file, a folder or another host', () => {
  const text = `[a](gate/sources.md#rows) [b](../README.md "title") [c](gate/) [d](https://x.example/y) [e](#here)
[f](../fixtures/a%20b.json)`;
  expect(told(text)).toEqual([]);
  expect(told('[root](docs/registry.md)', 'README.md')).toEqual([]);
});

test('one that leads to nothing is told with its line', () => {
  expect(told('x\n[a](gate/gone.md) and [b](registry.md)\n![c](c.svg)')).toEqual([
    '2: the link "gate/gone.md" leads to nothing',
    '3: the link "c.svg" leads to nothing',
  ]);
});

test('what stands in code is no link, and what is no prose has none', () => {
  expect(told('`[a](b.md)`\n```\n[c](d.md)\n```\n')).toEqual([]);
  expect(told('// [a](b.md)', 'packages/x/src/a.ts')).toEqual([]);
});
