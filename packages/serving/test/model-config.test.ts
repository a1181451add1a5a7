import { expect, test } from 'vitest';
import { readModelConfig, withVersions } from '../src/triton/model-config.ts';

const good = `# Delays of flights.
name: "flight"
backend: "onnxruntime"
max_batch_size: 8
input [ { name: "x" data_type: TYPE_FP32 dims: [ 3 ] } ]
output [ { name: "p" data_type: TYPE_FP32 dims: [ 1 ] } ]
instance_group [ { kind: KIND_CPU count: 1 } ]
parameters { key: "intra_op_thread_count" value: { string_value: "1" } }
`;
const read = (text: string) => readModelConfig({ text, file: 'models/config.pbtxt' }, 'flight');

test('a good configuration is read, with nested lists, enums and maps', () => {
  expect(read(good)).toMatchObject({
    problems: [],
    value: { name: 'flight', backend: 'onnxruntime', input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [3] }] },
  });
});

test('an unknown field is named with its line, its column and the field that was meant', () => {
  expect(read(good.replace('max_batch_size', 'max_batchsize')).problems).toEqual([
    {
      code: 'MODEL_CONFIG_UNKNOWN_FIELD',
      severity: 'error',
      message: 'Triton\'s model configuration has no field "max_batchsize".',
      hint: 'Did you mean "max_batch_size"?',
      file: 'models/config.pbtxt',
      line: 4,
      column: 1,
    },
  ]);
});

test('a field that is unknown inside a message is named too', () => {
  expect(read(good.replace('dims: [ 1 ]', 'dimms: [ 1 ]')).problems[0]).toMatchObject({
    hint: 'Did you mean "dims"?',
    line: 6,
  });
});

test('text that is no text format names its line', () => {
  expect(read(`${good}\noops {`).problems[0]).toMatchObject({ code: 'MODEL_CONFIG_UNKNOWN_FIELD', line: 10 });
  expect(read('name: "flight').problems[0]).toMatchObject({ code: 'MODEL_CONFIG_NOT_TEXTPROTO', line: 1 });
});

test.each([
  ['another name', good.replace('"flight"', '"fright"'), 'named "fright"', 2],
  ['no backend', good.replace('backend: "onnxruntime"', ''), 'Neither backend nor platform', undefined],
  [
    'a preferred batch above the maximum',
    `${good}dynamic_batching { preferred_batch_size: [ 16 ] }`,
    '16 lies outside',
    undefined,
  ],
  ['a negative batch', good.replace('8', '-1'), 'max_batch_size is -1', 4],
  ['two scheduling choices', `${good}dynamic_batching {}\nensemble_scheduling {}`, 'scheduling_choice', undefined],
])('what Triton would refuse is refused here: %s', (_, text, message, line) => {
  const [problem] = read(text).problems;

  expect(problem?.message).toContain(message);
  if (line !== undefined) expect(problem?.line).toBe(line);
});

test('versions are written without touching anything else, and written again in their place', () => {
  const once = withVersions(good, [7, 6]);
  const twice = withVersions(once, [7]);

  expect(once).toBe(`${good}version_policy: { specific: { versions: [ 6, 7 ] } }\n`);
  expect(read(once).value?.version_policy).toEqual({ specific: { versions: [6, 7] } });
  expect(read(twice).value?.version_policy).toEqual({ specific: { versions: [7] } });
  expect(twice.match(/version_policy/g)).toHaveLength(1);
});

test('a version policy in a comment or in a string is not the version policy', () => {
  const text = `# version_policy { all {} }\nname: "flight" # }\nversion_policy { latest { num_versions: 2 } }\nbackend: "version_policy {"\n`;

  expect(withVersions(text, [3])).toBe(
    '# version_policy { all {} }\nname: "flight" # }\n\nbackend: "version_policy {"\nversion_policy: { specific: { versions: [ 3 ] } }\n',
  );
});
