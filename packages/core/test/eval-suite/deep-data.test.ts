// Data that is nested without measure: told with its place, and never the end of the run.
import { expect, test } from 'vitest';
import { isTooDeep, mostLevels } from '../../src/formats/nesting.ts';
import { compilePrompt } from '../../src/prompt-regression/render-prompt.ts';
import { readText } from './suite-folder.ts';

const lists = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const maps = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const config = (tests: string) => `prompts: ["Say {{text}}"]\nproviders: [echo]\ntests: file://${tests}\n`;
const row = (deep: string) => `{"vars": {"text": ${deep}}, "assert": [{"type": "contains", "value": "1"}]}`;

test.each([
  ['variables of lists', row(lists(20_000))],
  ['variables of maps', row(maps(20_000))],
  ['an unknown key', `{"vars": {}, "unknown": ${maps(20_000)}}`],
  ['an assertion', `{"vars": {}, "assert": [{"type": "equals", "value": ${maps(20_000)}}]}`],
  ['metadata', `{"vars": {}, "metadata": ${lists(200_000)}}`],
  ['a set of sets', `{"assert": [${'{"type":"assert-set","assert":['.repeat(20_000)}1${']}'.repeat(20_000)}]}`],
])('%s nested deep in a row are told with its line', async (_, deep) => {
  const { value, problems } = await readText(config('tests.jsonl'), {
    files: { 'tests.jsonl': `${row('"a"')}\n${deep}\n` },
  });
  expect(value).toBeUndefined();
  expect(problems.map(({ code, message, file, line }) => ({ code, message, file, line }))).toContainEqual({
    code: 'CASES_INVALID',
    message: 'It is nested deeper than 500 levels.',
    file: 'tests.jsonl',
    line: 2,
  });
});

test.each([
  ['short JSON', 'tests.json', `[${row(lists(20_000))}]`],
  ['long JSON', 'tests.json', `[${row(lists(600_000))}]`],
  ['YAML', 'tests.yaml', `- vars: {text: ${lists(20_000)}}\n`],
])('%s that is nested deep is told by its file', async (_, name, text) => {
  const { value, problems } = await readText(config(name), { files: { [name]: text } });
  expect(value).toBeUndefined();
  expect(problems).toContainEqual(
    expect.objectContaining({ file: name, message: expect.stringMatching(/^It is nested (?:too deeply|deeper than)/) }),
  );
});

test('a prompt of deep JSON is a text, and sent as one', async () => {
  const { value, problems } = await readText('prompts: [file://deep.json]\nproviders: [echo]\ntests: [{vars: {}}]\n', {
    files: { 'deep.json': lists(20_000) },
  });
  expect(problems).toEqual([]);
  const [prompt] = value!.prompts;
  expect(prompt?.body).toMatchObject({ kind: 'text', text: lists(20_000) });
  const rendered = compilePrompt(prompt!, true).render({}, value!.cases[0]!);
  expect('value' in rendered && rendered.value.messages).toEqual([{ role: 'user', content: lists(20_000) }]);
});

test('as many levels as are allowed are read, and one more is not', async () => {
  for (const [deep, fits] of [
    [lists(mostLevels), true],
    [lists(mostLevels + 1), false],
    [maps(mostLevels), true],
    [maps(mostLevels + 1), false],
    [`[${'"long",'.repeat(5000)}1]`, true],
    [`"${'x'.repeat(5000)}"`, true],
  ] as const)
    expect(isTooDeep(JSON.parse(deep), deep)).toBe(!fits);
  const { value, problems } = await readText(config('tests.jsonl'), {
    files: { 'tests.jsonl': row(lists(mostLevels - 2)) },
  });
  expect(problems).toEqual([]);
  expect(value?.cases).toHaveLength(1);
});
