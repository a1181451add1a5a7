// promptfoo configs: what is read, and what is refused with which words at which place.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences, formats, foldersOf, readFolder } from './suite-folder.ts';
import { told } from './told.ts';

test.each(foldersOf('promptfoo/valid'))('%s is read without a problem', async (folder) => {
  const { value, problems } = await readFolder(`promptfoo/valid/${folder}`);

  expect(problems).toEqual([]);
  expect(value?.cases.length).toBeGreaterThan(0);
  expect(new Set(value?.cases.map(({ id }) => id)).size).toBe(value?.cases.length);
});

test.each(foldersOf('promptfoo/invalid'))('%s is refused with the place of each mistake', async (folder) => {
  const { value, problems } = await readFolder(`promptfoo/invalid/${folder}`);

  expect(value).toBeUndefined();
  await expect(told(problems)).toMatchFileSnapshot(
    new URL(`promptfoo/invalid/${folder}/problems.txt`, formats).pathname,
  );
});

test('every difference that is meant stands in the documentation, with its reason', () => {
  const docs = readFileSync(new URL('../../docs/eval-suites.md', formats), 'utf8');

  for (const { what, why } of differences) expect(docs).toContain(`| ${what} | ${why} |`);
});
