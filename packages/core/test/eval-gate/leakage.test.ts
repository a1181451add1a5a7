import { expect, test } from 'vitest';
import { leaksOf, type Feature } from '../../src/eval-gate/leakage-features.ts';

const rows = 400;
const each = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(row));
/** Between 0 and 1, without order. */
const chance = (row: number): number => ((row * 7919 + 104_729) % 10_007) / 10_007;
const truths = { classes: ['no', 'yes'], values: each((row) => (chance(row) < 0.3 ? 1 : 0)) };
const leak = (values: Feature['values'], of: Parameters<typeof leaksOf>[1] = truths): string | undefined =>
  leaksOf([{ name: 'x', values }], of)[0]?.what;

test('a column that is the label, however it is written, is the label itself', () => {
  expect(leak(each((row) => (truths.values[row] === 1 ? ' YES' : 'No ')))).toBe('is the label itself');
  const numbers = { ...truths, classes: ['0', '1'] };
  expect(
    leak(
      each((row) => truths.values[row]!),
      numbers,
    ),
  ).toBe('is the label itself');
  expect(
    leak(
      each((row) => (truths.values[row] === 1 ? 'True' : 'false')),
      numbers,
    ),
  ).toBe('is the label itself');
});

test('a code that says the label in other words is found', () => {
  expect(leak(each((row) => (truths.values[row] === 1 ? `c${row % 3}` : `d${row % 5}`)))).toBe(
    'alone says the label of every row',
  );
});

test('a number that tells the classes apart is found, whichever way it points', () => {
  expect(leak(each((row) => truths.values[row]! * 10 + chance(row * 3)))).toBe(
    'alone tells the two classes apart (AUC 1.0000)',
  );
  expect(leak(each((row) => -truths.values[row]! * 10 + chance(row * 3)))).toBe(
    'alone tells the two classes apart (AUC 1.0000)',
  );
});

test('a good feature, an id and a constant are no leaks', () => {
  expect(leak(each((row) => truths.values[row]! + 1.5 * chance(row * 3)))).toBeUndefined();
  expect(leak(each((row) => `id-${row}`))).toBeUndefined();
  expect(leak(each(() => 1))).toBeUndefined();
  expect(leak(each((row) => (row % 2 === 0 ? 'a' : 'b')))).toBeUndefined();
});

test('a rare class, or few rows, prove nothing', () => {
  const rare = { ...truths, values: each((row) => (row === 3 ? 1 : 0)) };
  expect(
    leak(
      each((row) => rare.values[row]!),
      { ...rare, classes: ['0', '1'] },
    ),
  ).toBeUndefined();
  const few = { classes: ['0', '1'], values: [0, 1, 0, 1] };
  expect(leaksOf([{ name: 'x', values: [0, 1, 0, 1] }], few)).toEqual([]);
});

test('a target that is a number is told from a straight line of itself', () => {
  const target = { values: each((row) => 100 * chance(row)) };
  expect(leak(target.values, target)).toBe('is the label itself');
  expect(
    leak(
      each((row) => 3 - 2 * target.values[row]!),
      target,
    ),
  ).toMatch(/^is almost a straight line of the label/);
  expect(
    leak(
      each((row) => target.values[row]! + 20 * chance(row * 3)),
      target,
    ),
  ).toBeUndefined();
});

test('several classes are looked at by value', () => {
  const kinds = { classes: ['a', 'b', 'c'], values: each((row) => row % 3) };
  expect(
    leak(
      each((row) => `k${row % 6}`),
      kinds,
    ),
  ).toBe('alone says the label of every row');
  expect(
    leak(
      each((row) => `k${row % 4}`),
      kinds,
    ),
  ).toBeUndefined();
});
