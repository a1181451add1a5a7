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
