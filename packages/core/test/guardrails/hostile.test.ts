// Texts made to keep a matcher busy: 128 kilobytes each, which anything worse than linear never gets through.
import { expect, test } from 'vitest';
import {
  findInjection,
  findInvisible,
  findPii,
  findSecrets,
  formatBreaches,
  gradeToxicity,
} from '../../src/guardrails/index.ts';

const size = 128 * 1024;
const pieces = [
  ...['a', '1', '1-', '1 ', '1.', '@', 'a@', 'a@b.c@', 'ab:', ':', ' ', '\n', '/', '![', '[', '<a ', '+1 ', 'A<'],
  ...['a b ', '@!', '*', 'а', 'e\u0301', 'end of ', '=== end of ', 'from now on ', 'what is the ', 'never '],
  ...['ignore ', 'ignore all the previous words and ', 'you are ', 'http://', 'https://u:', 'bearer ', 'password='],
  ...[
    'aws secret ',
    '-----BEGIN PRIVATE KEY-----',
    'eyJaaaaaaaaaaaaa.',
    'QUJD',
    'AB12 ',
    'GB29 ',
    '\u{e0041}',
    '\u200b',
    '👨‍👩‍👧',
  ],
];

test.each(pieces)('comes to an end on %j without end', async (piece) => {
  const text = piece.repeat(Math.ceil(size / piece.length));
  const rules = {
    maxLength: 1,
    scripts: ['Latin'],
    hosts: [],
    images: false,
    html: false,
    code: false,
    invisible: false,
  };
  expect(formatBreaches(text, rules).length).toBeGreaterThan(0);
  expect(findInjection(text).score).toBeLessThan(1);
  expect((await gradeToxicity(text)).score).toBeLessThanOrEqual(1);
  expect(findInvisible(text).length).toBeLessThan(6);
  for (const found of [findPii(text), findSecrets(text)])
    expect(found.every(({ start, end }) => start < end && end <= text.length)).toBe(true);
});
