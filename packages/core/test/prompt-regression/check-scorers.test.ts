// Cases that nobody could judge are found before anything is asked.
import { expect, test } from 'vitest';
import { casesWithoutAssertions, withoutJudge } from '../../src/prompt-regression/check-scorers.ts';
import { readText } from '../eval-suite/suite-folder.ts';

const config = (assertion: string, more = '') =>
  `prompts: [a]\nproviders: [echo]\ntests:\n  - assert: [${assertion}]\n${more}`;
const suiteOf = async (text: string, options = {}) => (await readText(text, options)).value!;
const rubric = '{type: llm-rubric, value: polite}';

test('a rubric without anybody to judge by it is an error, at its place', async () => {
  expect(withoutJudge(await suiteOf(config(rubric)), undefined)).toMatchObject([
    {
      code: 'JUDGE_MISSING',
      severity: 'error',
      message: '"llm-rubric" asks a model, and the suite names no judge.',
      hint: 'Give the input "judge", or a "provider" at the assertion or in defaultTest.options.',
      line: 4,
    },
  ]);
});

test.each([
  ['the input', config(rubric), 'gpt-4o'],
  ['the assertion', config('{type: llm-rubric, value: polite, provider: openai:gpt-4o}'), undefined],
  ['the defaults', config(rubric, 'defaultTest: {options: {provider: openai:gpt-4o}}\n'), undefined],
  ['nobody, where no model is asked', config('{type: contains, value: a}'), undefined],
])('%s may name the judge', async (_, text, judge) => {
  expect(withoutJudge(await suiteOf(text), judge)).toEqual([]);
});

test('the built-ins of gh models are judged by the model that judged them there', async () => {
  const suite = await suiteOf(
    'model: small\nmessages: [{role: user, content: hi}]\ntestData: [{q: a}]\nevaluators: [{name: s, uses: github/similarity}]\n',
    { path: 'p.prompt.yml' },
  );

  expect(suite.judge).toMatchObject({ model: 'openai/gpt-4o' });
  expect(withoutJudge(suite, undefined)).toEqual([]);
});

test('a format is told how assertions are written in it', async () => {
  const hints = await Promise.all(
    [
      ['promptfooconfig.yaml', 'prompts: [a]\nproviders: [echo]\ntests: [{vars: {a: 1}}]\n'],
      ['p.prompty', '---\nname: p\nsample: {q: a}\n---\nuser:\n{{q}}\n'],
    ].map(async ([path, text = '']) => casesWithoutAssertions(await suiteOf(text, { path }))[0]?.hint),
  );

  expect(hints).toEqual([expect.stringContaining('compat: promptfoo'), expect.stringContaining('*.eval.yml')]);
});
