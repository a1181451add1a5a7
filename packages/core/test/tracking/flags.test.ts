// Words of a shell to values.
import { expect, test } from 'vitest';
import { readValueFlags, type ValueFlags } from '@pawl/core/tracking';

const none: ValueFlags = { metric: [], param: [], tag: [], artifact: [], data: [] };
const read = (flags: Partial<ValueFlags>) => readValueFlags({ ...none, ...flags });
const sha = `sha256:${'a'.repeat(64)}`;

test.each([
  ['0.93', 0.93],
  ['+.5', 0.5],
  ['-1e-4', -0.0001],
  ['3.', 3],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])('a metric of %s is %d', (text, value) => {
  expect(read({ metric: [`m=${text}`], step: 3 }).value?.metrics).toEqual([{ name: 'm', value, step: 3 }]);
});

test.each(['', 'high', '0x10', '1_000', '1,5', '10%', '--1', '1e', 'true'])('a metric of "%s" is a mistake', (text) => {
  expect(read({ metric: [`m=${text}`] }).problems).toMatchObject([{ code: 'RUN_METRIC_NO_NUMBER' }]);
});

test.each([
  ['0.1', 0.1],
  ['1e-5', 0.00001],
  ['true', true],
  ['false', false],
  ['', ''],
  ['adam', 'adam'],
  ['007', '007'],
  ['v1.2', 'v1.2'],
  ['12345678901234567890', '12345678901234567890'],
  ['1e999', '1e999'],
  ['a=b', 'a=b'],
])('a param of %s is kept as %j', (text, value) => {
  expect(read({ param: [`p=${text}`] }).value?.params).toEqual({ p: value });
});

test.each([
  ['models/x.onnx', { name: 'models/x.onnx', path: 'models/x.onnx' }],
  ['model=models/x.onnx', { name: 'model', path: 'models/x.onnx' }],
  [String.raw`C:\x.onnx`, { name: String.raw`C:\x.onnx`, path: String.raw`C:\x.onnx` }],
  [`model=s3://bucket/x?a=b@${sha}`, { name: 'model', uri: 's3://bucket/x?a=b', digest: sha }],
  [`https://host/x?a=b@${sha}`, { name: 'https://host/x?a=b', uri: 'https://host/x?a=b', digest: sha }],
])('the artifact %s is %j', (text, artifact) => {
  expect(read({ artifact: [text] })).toEqual({
    value: expect.objectContaining({ artifacts: [artifact] }),
    problems: [],
  });
});

test('an address without its digest, an empty name and a name twice are mistakes', () => {
  const { value, problems } = read({ artifact: ['m=s3://bucket/x', '=x', 'a=x', 'a=y'] });
  expect(value).toBeUndefined();
  expect(problems.map(({ code }) => code)).toEqual(['RUN_ADDRESS_UNPINNED', 'RUN_NAME_INVALID', 'RUN_FLAG_TWICE']);
});

test.each(['__proto__', ' a', 'a'.repeat(201), 'a\nb'])('the name %j cannot be one', (name) => {
  expect(read({ tag: [`${name}=1`] }).problems).toMatchObject([{ code: 'RUN_NAME_INVALID' }]);
});

test('a text that is too long belongs in a file', () => {
  expect(read({ param: [`a=${'x'.repeat(6001)}`] }).problems).toMatchObject([{ code: 'RUN_VALUE_TOO_LONG' }]);
});
