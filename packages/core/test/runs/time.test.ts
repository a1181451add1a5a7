// Times without the clock: the same as the platform's own, where that understands them.
import { readTime, timeOf } from '@pawl/core/runs';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('is what Date says, for any time that Date writes', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(-6e13), max: new Date(2e14), noInvalidDate: true }), (date) => {
      expect(timeOf(date.toISOString())).toBe(date.getTime());
    }),
    { seed: 1 },
  );
});

test.each(['2026-11-01', '2026-11-01T08:00Z', '2026-11-01T08:00:09+05:30', '2026-11-01T08:00:09.123456-0330'])(
  '%s is a time',
  (text) => {
    expect(timeOf(text)).toBe(Date.parse(text.replace('-0330', '-03:30')));
  },
);

test.each([
  '',
  'x',
  '2026-13-01',
  '2026-02-30',
  '2026-1-1',
  '2026-11-01T25:00',
  '7d',
  '20261101',
  '2026-11-01T08:00Zx',
])('%j is none', (text) => {
  expect(timeOf(text)).toBeNaN();
});

test('a span is so long ago', () => {
  expect(readTime('7d', 1e12)).toBe(1e12 - 7 * 86_400_000);
  expect(readTime('90m', 1e12)).toBe(1e12 - 5_400_000);
  expect(readTime('2W', 1e12)).toBe(1e12 - 14 * 86_400_000);
  expect(readTime('2026-11-01', 0)).toBe(Date.parse('2026-11-01'));
  expect(readTime('soon', 0)).toBeUndefined();
});
