import canonicalize from 'canonicalize';
import { expect, test } from 'vitest';
import { canonicalJson } from '@pawl/core';

test('keys are sorted, undefined members go, numbers are shortest', () => {
  expect(canonicalJson({ b: 1.0, a: [undefined, 'é'], c: undefined })).toBe('{"a":[null,"é"],"b":1}');
});

test('what JSON cannot hold still has one text', () => {
  expect(canonicalJson([NaN, Infinity, -Infinity, 2n ** 60n, 5n])).toBe(
    '["#number:NaN","#number:Infinity","#number:-Infinity","#number:1152921504606846976",5]',
  );
});

test('what JSON.stringify writes alike is written by it, to the same bytes', () => {
  const values: unknown[] = [
    { a: 'é\u2028', b: [1e21, -0, 1e-7, true, null], c: { d: '', e: {} } },
    { b: 1, a: 2 },
    { a: 1, aa: 2, b: { z: 1, y: 2 } },
    { 10: 'ten', 9: 'nine', a: 'text' },
    [[], [{ '\ud83d\ude00': 1, '\uffff': 2 }]],
    'text',
    0,
  ];
  for (const value of values) expect(canonicalJson(value)).toBe(canonicalize(value));
  expect(() => canonicalJson({ a: '\ud800' })).toThrow('surrogate');
});
