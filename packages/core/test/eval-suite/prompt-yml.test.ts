// `.prompt.yml` read as every other suite.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formats, readText } from './suite-folder.ts';

const folder = new URL('prompt/valid/', formats);

test.each(readdirSync(folder))('%s becomes a suite', async (file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const data = { 'data/cases.jsonl': '{"id": "a", "mail": "x", "expected": "spam", "language": "de"}\n' };
  const { value, problems } = await readText(text, { path: file, files: data });
  const missing = problems.filter(({ code }) => code !== 'FILE_MISSING' && code !== 'PROMPT_WITHOUT_EVALUATORS');

  expect(missing).toEqual([]);
  if (value !== undefined) expect(value).toMatchObject({ dialect: 'prompt-yml', prompts: [{ language: 'braces' }] });
});

test('evaluators are sets that must hold whole, and judges keep their own names', async () => {
  const { value, problems } = await readText(
    `model: gpt-4.1
messages: [{role: user, content: "{{q}}"}]
testData: [{q: a, expected: b}]
evaluators:
  - {name: exact, string: {equals: "{{expected}}", endsWith: b}}
  - {name: alike, uses: github/similarity}
  - name: judged
    llm: {modelId: gpt-4o, prompt: "{{completion}}", choices: [{choice: "1", score: 0}, {choice: "2", score: 1}]}
`,
    { path: 'p/answer.prompt.yml' },
  );

  expect(problems).toEqual([]);
  expect(value).toMatchObject({
    name: 'answer',
    providers: [{ id: 'gpt-4.1', kind: 'openai', config: {} }],
    cases: [
      {
        id: '#1',
        vars: { q: 'a', expected: 'b' },
        assertions: [
          {
            kind: 'set',
            metric: 'exact',
            every: true,
            assertions: [
              { type: 'equals', value: '{{expected}}' },
              { type: 'endsWith', value: 'b' },
            ],
          },
          { metric: 'alike', assertions: [{ type: 'github/similarity' }] },
          { metric: 'judged', assertions: [{ type: 'llm', value: { modelId: 'gpt-4o' } }] },
        ],
      },
    ],
  });
});

test('a field that cuts the cases and that no case has is told with the right name', async () => {
  const { problems } = await readText(
    `model: m
messages: [{role: user, content: "{{q}}"}]
testData: [{q: a, language: de}]
evaluators: [{name: e, string: {contains: a}}]
x-pawl: {slices: [langauge]}
`,
    { path: 'p.prompt.yml' },
  );
  expect(problems).toMatchObject([{ code: 'FIELD_UNKNOWN', line: 5, hint: 'Did you mean "language"?' }]);
});

test('a mistake keeps the strictness and the place it has always had', async () => {
  const { value, problems } = await readText('messages: [{role: usr, content: x}]\nmodle: x\n', {
    path: 'a.prompt.yml',
  });

  expect(value).toBeUndefined();
  expect(problems.map(({ code, line }) => [code, line])).toEqual([
    ['PROMPT_INVALID', 1],
    ['PROMPT_UNKNOWN_KEY', 2],
  ]);
});

/** A prompt whose cases lie in a file, and what was said of it. */
async function readCases(path: string, text: string | undefined, extension = '') {
  const prompt = `model: m
messages: [{role: user, content: hi}]
evaluators: [{name: e, string: {contains: a}}]
x-pawl: {testData: ${path}${extension}}
`;
  const files: Record<string, string> = text === undefined ? {} : { [path]: text };
  const { value, problems } = await readText(prompt, { path: 'deep/a.prompt.yml', files });
  return { cases: value?.cases, problem: problems[0], codes: problems.map(({ code }) => code) };
}

test('the same cases come out of JSON lines, JSON, CSV and YAML, each with its place', async () => {
  const rows = [
    { id: 'a', text: 'one, two' },
    { id: 'b', text: 'says "hi"\nthere' },
  ];
  const long = JSON.stringify([
    ...rows,
    ...Array.from({ length: 40_000 }, (_, index) => ({ id: index, text: 'more' })),
  ]);
  const files: readonly (readonly [string, string, readonly (number | undefined)[]])[] = [
    ['x.jsonl', `${rows.map((row) => JSON.stringify(row)).join('\n')}\n\n`, [1, 2]],
    ['x.json', JSON.stringify(rows, null, 1), [2, 6]],
    ['x.csv', 'id,text\r\na,"one, two"\r\nb,"says ""hi""\nthere"\r\n', [2, 3]],
    ['x.yml', '- {id: a, text: "one, two"}\n- {id: b, text: "says \\"hi\\"\\nthere"}\n', [1, 2]],
    // Beyond a megabyte JSON is not asked where its rows stand.
    ['x.json', long, [undefined, undefined]],
  ];
  for (const [path, text, lines] of files) {
    const { cases = [], codes } = await readCases(path, text);

    expect(codes).toEqual([]);
    expect(cases.slice(0, 2).map(({ vars }) => vars)).toEqual(rows);
    expect(cases.slice(0, 2).map(({ place: { file, line } }) => [file, line])).toEqual(
      lines.map((line) => [path, line]),
    );
  }
});

test('a broken row is named with its line, and what is no file of cases where it is asked for', async () => {
  const problemOf = async (path: string, text?: string) => (await readCases(path, text)).problem;

  expect(await problemOf('x.jsonl', '{"id":1}\n{"id":')).toMatchObject({ line: 2, file: 'x.jsonl' });
  expect(await problemOf('x.jsonl', '[1]')).toMatchObject({ line: 1 });
  expect(await problemOf('x.csv', 'a,b\n"x\ny",2\n3')).toMatchObject({
    line: 4,
    message: 'The row has 1 cells, the header 2.',
  });
  expect(await problemOf('x.csv', 'a,b\n"open,2')).toMatchObject({ line: 2 });
  expect(await problemOf('x.json', '[1]')).toMatchObject({ code: 'CASES_INVALID', file: 'x.json' });
  const named = { file: 'deep/a.prompt.yml', line: 4 };
  expect(await problemOf('x.parquet', '')).toMatchObject({ ...named, hint: 'Use .jsonl, .json, .csv or .yml.' });
  const hint = 'Give its path from the root of the repository.';
  expect(await problemOf('x.csv')).toMatchObject({ ...named, code: 'FILE_MISSING', hint });
  expect(await problemOf('../x.csv')).toMatchObject({ ...named, code: 'PATH_OUTSIDE', hint });
});

test('cases of old files get their position, and named cases their name', async () => {
  const named = async (rows: readonly object[], extension?: string) =>
    (await readCases('x.json', JSON.stringify(rows), extension)).cases?.map(({ id }) => id);

  expect(await named([{ input: 1 }, { input: 1 }])).toEqual(['#1', '#2']);
  expect(await named([{ id: 7 }, { id: 'b' }])).toEqual(['7', 'b']);
  expect(await named([{ key: 'k' }], ', id: key')).toEqual(['k']);
});

test('missing and repeated names are problems', async () => {
  const codes = async (rows: readonly object[], extension?: string) =>
    (await readCases('x.json', JSON.stringify(rows), extension)).codes;

  expect(await codes([{ id: 'a' }, {}])).toEqual(['CASE_ID_MISSING']);
  expect(await codes([{ id: 'a' }, { id: 'a' }])).toEqual(['CASE_ID_DUPLICATE']);
  expect(await codes([{ id: 'a' }], ', id: key')).toEqual(['CASE_ID_MISSING']);
});

test('cases of a file are named by the field that is asked for', async () => {
  const prompt = (id: string) => `model: m
messages: [{role: user, content: "{{q}}"}]
evaluators: [{name: e, string: {contains: a}}]
x-pawl: {testData: data/cases.csv, id: ${id}, slices: [lang], margin: 0.1, repeats: 3, min-cases: 5, threshold: 0.7}
`;
  const files = { 'data/cases.csv': 'key,q,lang\nfirst,a,de\nsecond,b,\n' };
  const { value } = await readText(prompt('key'), { path: 'deep/a.prompt.yml', files });

  expect(value?.cases.map(({ id, slices }) => [id, slices])).toEqual([
    ['first', { lang: 'de' }],
    ['second', { lang: '' }],
  ]);
  expect(value?.policy).toEqual({ margin: 0.1, repeats: 3, minCases: 5, threshold: 0.7 });
  const { problems } = await readText(prompt('other'), { path: 'deep/a.prompt.yml', files });
  expect(problems.map(({ code }) => code)).toEqual(['CASE_ID_MISSING']);
});
