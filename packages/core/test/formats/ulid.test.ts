import { expect, test } from 'vitest';
import { isUlid, makeUlid, ulidDay, ulidTime } from '@pawl/core';

const chance = (byte: number) => new Uint8Array(10).fill(byte);

test('a ULID gives back its time and sorts by it', () => {
  const early = makeUlid(1_767_225_600_000, chance(255));
  const late = makeUlid(1_767_225_600_001, chance(0));

  expect(isUlid(early)).toBe(true);
  expect(ulidTime(early)).toBe(1_767_225_600_000);
  expect(early < late).toBe(true);
});

test('the day of a ULID is the UTC day, across leap years and centuries', () => {
  for (const day of ['1970-01-01', '1999-12-31', '2000-02-29', '2024-02-29', '2026-11-21', '2100-03-01']) {
    expect(ulidDay(makeUlid(Date.parse(`${day}T23:59:59.999Z`), chance(1)))).toBe(day);
  }
});

test('a ULID agrees with the published example of its time part', () => {
  expect(makeUlid(1_469_918_176_385, chance(0)).slice(0, 10)).toBe('01ARYZ6S41');
});
