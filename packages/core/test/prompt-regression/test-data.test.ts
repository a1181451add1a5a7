import { expect, test } from 'vitest';
import { readPrompt } from '@pawl/core';
import { nameCases, readRows } from '@pawl/core/prompt-regression';

const prompt = (extension = '') =>
  readPrompt({ text: `model: m\nmessages: [{role: user, content: hi}]\n${extension}`, file: 'p.prompt.yml' }).value!;

test('the same rows come out of JSON lines, JSON, CSV and YAML', () => {
  const rows = [
    { id: 'a', text: 'one, two' },
    { id: 'b', text: 'says "hi"\nthere' },
  ];
  const files = {
    'x.jsonl': `${rows.map((row) => JSON.stringify(row)).join('\n')}\n\n`,
    'x.json': JSON.stringify(rows),
    'x.csv': 'id,text\r\na,"one, two"\r\nb,"says ""hi""\nthere"\r\n',
    'x.yml': '- {id: a, text: "one, two"}\n- {id: b, text: "says \\"hi\\"\\nthere"}\n',
  };
  for (const [file, text] of Object.entries(files))
    expect(readRows({ text, file })).toEqual({ value: rows, problems: [] });
});

test('a broken row is named with its line', () => {
  const problemOf = (file: string, text: string) => readRows({ file, text }).problems[0];

  expect(problemOf('x.jsonl', '{"id":1}\n{"id":')).toMatchObject({ line: 2, file: 'x.jsonl' });
  expect(problemOf('x.jsonl', '[1]')).toMatchObject({ line: 1 });
  expect(problemOf('x.csv', 'a,b\n"x\ny",2\n3')).toMatchObject({
    line: 4,
    message: 'The row has 1 cells, the header 2.',
  });
  expect(problemOf('x.csv', 'a,b\n"open,2')).toMatchObject({ line: 2 });
  expect(problemOf('x.json', '{"a": 1}')).toMatchObject({ code: 'TEST_DATA_INVALID' });
  expect(problemOf('x.parquet', '')).toMatchObject({ hint: 'Use .jsonl, .json, .csv or .yml.' });
});

test('cases of old files get their position, and named cases their name', () => {
  const named = (rows: Record<string, unknown>[], extension?: string) =>
    nameCases(rows, prompt(extension), 'x.jsonl').value?.map(({ id }) => id);

  expect(named([{ input: 1 }, { input: 1 }])).toEqual(['#1', '#2']);
  expect(named([{ id: 7 }, { id: 'b' }])).toEqual(['7', 'b']);
  expect(named([{ key: 'k' }], 'x-pawl: {id: key}')).toEqual(['k']);
});

test('missing and repeated names are problems', () => {
  const codes = (rows: Record<string, unknown>[], extension?: string) =>
    nameCases(rows, prompt(extension), 'x.jsonl').problems.map(({ code }) => code);

  expect(codes([{ id: 'a' }, {}])).toEqual(['CASE_ID_MISSING']);
  expect(codes([{ id: 'a' }, { id: 'a' }])).toEqual(['CASE_ID_DUPLICATE']);
  expect(codes([{ id: 'a' }], 'x-pawl: {id: key}')).toEqual(['CASE_ID_MISSING']);
});
