// Formulas of derived metrics: arithmetic, and nothing else.
import { expect, test } from 'vitest';
import { parseDerived } from '../../src/prompt-regression/derived.ts';

const valueOf = (text: string, values: Record<string, number> = {}) => {
  const parsed = parseDerived(text);
  return 'failure' in parsed ? parsed : parsed.formula(values);
};

test.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['-2 ^ 2', -4],
  ['2 ^ 3 ^ 2', 512],
  ['7 % 4 - 10 / 4', 0.5],
  ['max(1, min(5, 3)) + abs(-2)', 5],
  ['round(2.345, 2)', 2.35],
  ['1e3 + .5', 1000.5],
])('%s is %d', (text, value) => {
  expect(valueOf(text)).toEqual({ value: expect.closeTo(value, 12) });
});

test('names are scores of the case, and nothing inherited', () => {
  expect(valueOf('2 * right / __count', { right: 3, __count: 2 })).toEqual({ value: 3 });
  for (const name of ['constructor', 'toString', '__proto__', 'missing'])
    expect(valueOf(name, { right: 1 })).toEqual({ failure: `there is no score "${name}"` });
  expect(valueOf('constructor(1)')).toEqual({ failure: 'there is no function "constructor"' });
});

test('what is no formula says why, and what has no value gives none', () => {
  expect(valueOf('')).toEqual({ failure: 'it is empty' });
  expect(valueOf('1 +')).toEqual({ failure: 'it ends too early' });
  expect(valueOf('(1')).toEqual({ failure: 'a parenthesis is not closed' });
  expect(valueOf('1 2')).toEqual({ failure: '"2" stands where nothing was expected' });
  expect(valueOf('a["b"]')).toMatchObject({ failure: expect.any(String) });
  expect(valueOf('1 / 0')).toMatchObject({ failure: expect.stringContaining('no finite value') });
  expect(valueOf('('.repeat(5000))).toMatchObject({ failure: expect.any(String) });
  expect(valueOf('-'.repeat(1900) + '1')).toMatchObject({ value: 1 });
});
