import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readYaml } from '@pawl/core';

const Suite = z.strictObject({
  name: z.string(),
  expectations: z.array(z.strictObject({ type: z.string(), mostly: z.optional(z.number()) })),
});
const read = (text: string) => readYaml({ text, file: 'data/flights.expect.yml' }, Suite, 'SUITE');

test('a correct file gives its value and no problems', () => {
  expect(read('name: flights\nexpectations:\n  - type: unique\n    mostly: 0.9\n')).toEqual({
    value: { name: 'flights', expectations: [{ type: 'unique', mostly: 0.9 }] },
    problems: [],
  });
});

test('an unknown key is named with its line, its column and the key that was meant', () => {
  expect(read('name: flights\nexpectations:\n  - type: unique\n    mosty: 0.9\n').problems).toEqual([
    {
      code: 'SUITE_UNKNOWN_KEY',
      severity: 'error',
      message: 'Unknown key "mosty" at "expectations.0".',
      hint: 'Did you mean "mostly"?',
      file: 'data/flights.expect.yml',
      line: 4,
      column: 5,
    },
  ]);
});

test('a value of the wrong type is named where it stands', () => {
  const [problem] = read('name: flights\nexpectations:\n  - type: unique\n    mostly: high\n').problems;

  expect(problem).toMatchObject({ code: 'SUITE_INVALID', line: 4, column: 13, hint: 'Give a value of type number.' });
});

test('a missing key is reported at the map that lacks it', () => {
  expect(read('expectations: []\n').problems).toMatchObject([
    { code: 'SUITE_MISSING_KEY', message: '"name" is missing.', line: 1 },
  ]);
});

test('broken YAML is a problem with a place, and never a value', () => {
  const result = read('name: [flights\n');

  expect(result.value).toBeUndefined();
  expect(result.problems[0]).toMatchObject({ code: 'SUITE_NOT_YAML', file: 'data/flights.expect.yml' });
  expect(result.problems[0]?.line).toBeGreaterThan(0);
});

test('one bracket that is never closed is one problem, and keys written twice are told beside it', () => {
  const text = 'name: flights\nname: again\nexpectations: [\n  - type: unique\n    mostly: 1\n';

  expect(read(text).problems.map(({ message }) => message)).toEqual([
    'This is not valid YAML: Map keys must be unique.',
    expect.stringMatching(/not valid YAML/),
  ]);
});

test('a mistyped key is one problem, and not also a missing one', () => {
  expect(read('nmae: flights\nexpectations: []\n').problems).toMatchObject([
    { code: 'SUITE_UNKNOWN_KEY', hint: 'Did you mean "name"?', line: 1 },
  ]);
  expect(read('colour: red\nexpectations: []\n').problems.map(({ code }) => code)).toEqual([
    'SUITE_MISSING_KEY',
    'SUITE_UNKNOWN_KEY',
  ]);
});

test('a file of nested aliases does not exhaust memory', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
  ].join('\n');

  expect(read(bomb).problems[0]?.code).toBe('SUITE_NOT_YAML');
});
