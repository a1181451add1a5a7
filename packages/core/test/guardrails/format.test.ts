// The shape of answers, and words that wound.
import { expect, test } from 'vitest';
import { formatBreaches, hostsOf, unknownScripts, type FormatRules } from '../../src/guardrails/index.ts';

test.each<[FormatRules, string, string | undefined]>([
  [{ maxLength: 5 }, 'héllo', undefined],
  [{ maxLength: 1 }, '😀', undefined],
  [{ maxLength: 5 }, 'hello!', 'has 6 characters, more than 5'],
  [{ minLength: 3 }, 'no', 'has 2 characters, fewer than 3'],
  [{ maxLines: 1 }, 'a\nb', 'has 2 lines, more than 1'],
  [{ scripts: ['Latin'] }, 'Grüße, 12 € — naïve!', undefined],
  [{ scripts: ['Latin'] }, 'pаypal', 'holds letters of another script than Latin'],
  [{ scripts: ['Latin', 'Han'] }, '你好 hello', undefined],
  [{ hosts: ['example.com'] }, 'see https://docs.example.com/a and http://example.com', undefined],
  [{ hosts: ['example.com'] }, 'see https://example.com.evil.org', 'links to example.com.evil.org'],
  [{ hosts: ['example.com'] }, '[x](//evil.org/a)', 'links to evil.org'],
  [{ hosts: ['example.com'] }, 'https://example.com@evil.org/', 'links to evil.org'],
  [{ hosts: [] }, 'no link at all, 1//2', undefined],
  [{ images: false }, '![alt](https://x.y/z.png)', 'embeds an image'],
  [{ images: false }, '![a [b] c](https://x.y/z.png)', 'embeds an image'],
  [{ images: false }, '![pixel]\n\n[pixel]: https://x.y/z.png', 'embeds an image'],
  [{ images: false }, '<IMG src=x>', 'embeds an image'],
  [{ images: false }, 'Wow![1] and [a](b)', undefined],
  [{ html: false }, 'a < b and b > c', undefined],
  [{ html: false }, 'a <b onclick="x()">c</b>', 'holds HTML'],
  [{ code: false }, 'text\n```js\n1\n```', 'holds a code block'],
  [{ invisible: false }, 'a\u200bb', 'holds characters that nobody sees'],
])('judges by %j: %j', (rules, text, breach) => {
  expect(formatBreaches(text, rules)).toEqual(breach === undefined ? [] : [breach]);
});

test('lists the hosts of links once each', () => {
  expect(hostsOf('https://A.example/1, ftp://b.example:21/x <a href="//c.example"> https://a.example.')).toEqual([
    'a.example',
    'b.example',
    'c.example',
  ]);
  expect(unknownScripts(['Latin', 'Klingonisch'])).toEqual(['Klingonisch']);
});
