// Patterns: JavaScript's own semantics, with an end.
import { afterAll, expect, test } from 'vitest';
import { quickJsRunner } from '../src/index.ts';

const scripts = quickJsRunner({ timeLimitMs: 300 });
afterAll(() => scripts.close());

test.each([
  ['^\\d+ items?$', '', '12 items', true],
  ['^\\d+ items?$', '', 'some 12 items', false],
  ['hello', 'i', 'say HELLO', true],
  ['\\bcat\\b', 'g', 'a cat', true],
  ['(?<year>\\d{4})-(?<month>\\d\\d)', 'u', 'on 2026-11-21', true],
  ['(a+)+b', '', 'aaab', true],
  ['(\\w+) \\1', '', 'the the', true],
  ['[\\p{Lu}--[A-Z]]', 'v', 'É', true],
  ['^(?=.*\\d)(?=.*[a-z]).{8,}$', '', 'abcdefg1', true],
  ['', '', '', true],
  ['\ud83d', '', '😀', true],
])('finds /%s/%s in %j: %s', async (pattern, flags, text, found) => {
  expect(await scripts.matches(pattern, flags, text)).toEqual({ found });
  expect(await scripts.matches(pattern, flags, text)).toEqual({ found });
});

test.each([
  ['(a+)+$', `${'a'.repeat(40)}b`],
  ['^(\\w+\\s?)*$', 'word '.repeat(40) + '!'],
  ['(x+x+)+y', 'x'.repeat(60)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
])('stops /%s/ where it would never end', async (pattern, text) => {
  expect(await scripts.matches(pattern, '', text)).toEqual({ failure: 'the pattern ran longer than 300 ms' });
});

test('tells a pattern that is none', async () => {
  expect(await scripts.matches('(', '', 'x')).toEqual({ failure: expect.stringMatching(/^the pattern SyntaxError: /) });
  expect(await scripts.matches('a', 'gg', 'x')).toEqual({ failure: expect.stringMatching(/flags/) });
});

test('answers thousands of questions at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 3000 }, (_, n) => scripts.matches('^item [0-7]+$', '', `item ${n.toString(8 + (n % 2) * 8)}`)),
  );
  const found = Array.from({ length: 3000 }, (_, n) => /^item [0-7]+$/.test(`item ${n.toString(8 + (n % 2) * 8)}`));
  expect(answers).toEqual(found.map((one) => ({ found: one })));
});

test('refuses a text that the sandbox could not hold', async () => {
  expect(await scripts.matches('a', '', 'x'.repeat(9_000_000))).toEqual({
    failure: 'the text has more than 8388608 characters',
  });
});
