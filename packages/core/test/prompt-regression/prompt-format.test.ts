// fixtures/formats/prompt: what is read, and what is refused with which words at which place.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { promptDigest, promptStem, readPrompt, responseFormatOf } from '@pawl/core';
import { fakeContext } from '@pawl/core/testing';

const folder = new URL('../../../../fixtures/formats/prompt/', import.meta.url);
const read = (path: string) => {
  const text = readFileSync(new URL(path, folder), 'utf8');
  return readPrompt({ text, file: path.slice(path.lastIndexOf('/') + 1) });
};
const { sha256 } = fakeContext();

test.each(readdirSync(new URL('valid/', folder)))('%s is read without a problem', (file) => {
  expect(read(`valid/${file}`)).toMatchObject({ problems: [], value: expect.anything() });
});

test.each(readdirSync(new URL('invalid/', folder)).filter((file) => file.endsWith('.yml')))(
  '%s is refused with the place of each mistake',
  async (file) => {
    const { value, problems } = read(`invalid/${file}`);
    const lines = problems.map(
      ({ code, line, column, message, hint }) => `${line}:${column} ${code} ${message} | ${hint}`,
    );

    expect(value).toBeUndefined();
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
      new URL(`invalid/${file.replace('.prompt.yml', '.problems.txt')}`, folder).pathname,
    );
  },
);

test("GitHub Models' own sample keeps every field", () => {
  expect(read('valid/github-models.prompt.yml').value).toMatchObject({
    modelParameters: { maxTokens: 400, temperature: 0.5, topP: 0.9 },
    testData: [{ expected: 'Summary - A fox jumped over a lazy, unreactive dog.' }, {}],
    evaluators: [
      { string: { startsWith: 'Summary -' } },
      { uses: 'github/similarity' },
      { llm: { modelId: 'openai/gpt-4o', choices: [{ choice: 1, score: 0 }, { score: 1 }] } },
    ],
  });
});

test('the digest covers what a model is told, and nothing else', () => {
  const prompt = read('valid/extended.prompt.yml').value!;

  expect(promptDigest({ ...prompt, description: 'new', testData: [], evaluators: [] }, sha256)).toBe(
    promptDigest(prompt, sha256),
  );
  for (const change of [
    { model: 'other' },
    { modelParameters: { temperature: 1 } },
    { responseFormat: 'text' as const },
    { messages: [{ role: 'user' as const, content: 'other' }] },
  ])
    expect(promptDigest({ ...prompt, ...change }, sha256)).not.toBe(promptDigest(prompt, sha256));
});

test('the response format carries the parsed schema', () => {
  expect(responseFormatOf(read('valid/extended.prompt.yml').value!)).toMatchObject({
    type: 'json_schema',
    jsonSchema: { name: 'label', strict: true },
  });
});

test('the name of a prompt is its file without ending and folder', () => {
  expect(promptStem('prompts/mail-triage.prompt.yml')).toBe('mail-triage');
  expect(promptStem('mail.prompt.yaml')).toBe('mail');
});
