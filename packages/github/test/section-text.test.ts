import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Block } from '@pawl/core';
import { packSection, unpackSection } from '../src/section-text.ts';
import { makeOutcome } from './make-outcome.ts';

test('a section comes out of a text as it went in', () => {
  const section = { key: 'a', report: makeOutcome({ verdict: 'fail' }).report, reportUrl: 'https://x.example' };
  expect(unpackSection(packSection(section))).toEqual(section);
});

test('a section too large is cut in steps, and its verdict always fits', () => {
  // Text that does not compress: each row differs, pseudo-randomly.
  let state = 1;
  const noise = () =>
    Array.from({ length: 290 }, () => String.fromCharCode(33 + ((state = (state * 48271) % 2147483647) % 90))).join('');
  const table = (): Block => ({
    type: 'table',
    columns: [{ title: 'x' }],
    rows: Array.from({ length: 100 }, () => [noise()]),
  });
  const report = makeOutcome({ verdict: 'fail', blocks: Array.from({ length: 60 }, table) }).report;
  const text = packSection({ key: 'a', report });

  expect(text.length).toBeLessThanOrEqual(65_535);
  const read = unpackSection(text);
  expect(read?.report.verdict).toBe('fail');
  expect(JSON.stringify(read?.report.blocks)).toMatch(/more|too large for a comment/);
});

test('what is no section, or a forged or broken one, is no section', () => {
  const pack = (value: unknown): string =>
    `<!-- pawl section ${gzipSync(JSON.stringify(value)).toString('base64')} -->`;
  expect(unpackSection('hello')).toBeUndefined();
  expect(unpackSection('<!-- pawl section AAAA -->')).toBeUndefined();
  expect(unpackSection(pack({ v: 1, key: 'a', report: { verdict: 'pass' } }))).toBeUndefined();
  expect(unpackSection(pack({ v: 2, key: 'a', report: makeOutcome().report }))).toBeUndefined();
  expect(
    unpackSection(`<!-- pawl section ${gzipSync(Buffer.alloc(9_000_000)).toString('base64')} -->`),
  ).toBeUndefined();
});
