// What programs are given and nobody may be shown: which forms of it are found, and which values are too short for it.
import { expect, test } from 'vitest';
import { hideIn, hiding } from '../../src/ports/hidden-values.ts';

test('values are found as they are, and as base64, URLs and JSON have them', () => {
  const value = 'a "b"/ü\nc';
  const hide = hiding([value])!;

  for (const form of [value, JSON.stringify(value), encodeURIComponent(value), Buffer.from(value).toString('base64')])
    expect(hide(`<${form}>`)).toMatch(/^<"?\*\*\*"?>$/);
  expect(hide('other')).toBe('other');
  expect(hide(value, '$&')).toBe('$&');
});

test('short values are found in ordinary words, and are left', () => {
  expect(hiding([])).toBeUndefined();
  expect(hiding(['', 'dev', 'false'])).toBeUndefined();
  expect(hiding(['dev', 'secret'])?.('developers keep a secret')).toBe('developers keep a ***');
});

test('of a value that holds another one nothing is left', () => {
  expect(hiding(['secret', 'secret-of-more'])?.('secret-of-more, secret')).toBe('***, ***');
});

test('texts and names are found however deep they lie', () => {
  const hide = hiding(['secret'])!;

  expect(hideIn({ a: ['a secret', { secret: 1 }], b: null, c: 7, d: undefined }, (text) => hide(text))).toEqual({
    a: ['a ***', { '***': 1 }],
    b: null,
    c: 7,
    d: undefined,
  });
});
