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
