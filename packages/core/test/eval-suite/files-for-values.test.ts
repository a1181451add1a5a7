// Files in the place of an expected value or of a rubric prompt: what is read, what is run, and whose text is no value.
import { expect, test } from 'vitest';
import type { Assertion, EvalSuite } from '../../src/formats/eval-suite.ts';
import type { ScriptRequest, ScriptRunner } from '../../src/ports/script-runner.ts';
import { bareScripts, readText } from './suite-folder.ts';

const read = (assertion: object, files: Record<string, string>, more: Parameters<typeof readText>[1] = {}) =>
  readText(
    JSON.stringify({
      prompts: ['{{x}}'],
      providers: ['echo'],
      tests: [{ vars: { x: 'a' }, assert: [{ provider: 'echo', ...assertion }] }],
    }),
    { files, scripts: bareScripts, ...more },
  );

const firstOf = (suite: EvalSuite | undefined): Assertion | undefined => {
  const [first] = suite?.cases[0]?.assertions ?? [];
  return first?.kind === 'assertion' ? first : undefined;
};

const rubric = { type: 'llm-rubric', value: 'polite' };
const script = `const text = (...given) => 'Polite? ' + given.length + ' {{output}}';
text.chat = () => [{ role: 'user', content: '{{rubric}}' }];
text.nothing = () => 7;
module.exports = text;`;

test.each([
  { written: 'file://r.js', given: 'Polite? 0 {{output}}' },
  { written: 'file://r.js:chat', given: [{ role: 'user', content: '{{rubric}}' }] },
  { written: 'file://r.txt', given: 'Is it {{rubric}}?\n' },
  { written: 'file://r.json', given: [{ role: 'system', content: 'Judge.' }] },
  { written: ['file://r.txt', 'own', 'file://r.js'], given: ['Is it {{rubric}}?\n', 'own', 'Polite? 0 {{output}}'] },
  {
    written: { steps: 'file://r.txt', evaluate: 'file://r.js' },
    given: { steps: 'Is it {{rubric}}?\n', evaluate: 'Polite? 0 {{output}}' },
  },
  { written: [{ role: 'user', content: 'own' }], given: [{ role: 'user', content: 'own' }] },
])('the rubric prompt $written is what its files give', async ({ written, given }) => {
  const { value, problems } = await read(
    { ...rubric, rubricPrompt: written },
    { 'r.js': script, 'r.txt': 'Is it {{rubric}}?\n', 'r.json': '[{"role": "system", "content": "Judge."}]' },
  );

  expect(problems).toEqual([]);
  expect(firstOf(value)?.rubricPrompt).toEqual(given);
});

test.each([
  [{ ...rubric, rubricPrompt: 'file://a.py' }, /"a\.py" is a program, and none but JavaScript makes a rubric prompt/],
  [{ ...rubric, rubricPrompt: 'file://a.py:ask' }, /"a\.py" is a program/],
  [{ ...rubric, rubricPrompt: { steps: 'file://a.rb' } }, /"a\.rb" is a program/],
  [{ ...rubric, rubricPrompt: 'file://a.js:nothing' }, /"a\.js" gave no rubric prompt/],
  [{ ...rubric, rubricPrompt: 'file://broken.js' }, /"broken\.js" failed: /],
  [{ type: 'contains-any', value: ['x', 'file://a.py'] }, /"a\.py" is a program, and its text is no value/],
  [{ type: 'contains-all', value: ['file://a.js'] }, /"a\.js" is a program, and its text is no value/],
  [{ type: 'python', value: ['file://a.py:get_assert'] }, /"a\.py" is a program, and its text is no value/],
])('%j: the text of a program is no value, and the line is told', async (assertion, message) => {
  const { value, problems } = await read(
    assertion,
    { 'a.py': 'x = 1', 'a.js': script, 'a.rb': 'x', 'broken.js': 'module.exports = () => { throw new Error("no"); };' },
    { allowPython: true },
  );

  expect(value).toBeUndefined();
  expect(problems).toEqual([
    expect.objectContaining({
      code: 'SCRIPT_UNSUPPORTED',
      message: expect.stringMatching(message),
      file: 'promptfooconfig.yaml',
      line: 1,
    }),
  ]);
});

test('a rubric prompt that a thousand cases share is made once', async () => {
  const asked: ScriptRequest[] = [];
  const scripts: ScriptRunner = {
    ...bareScripts,
    run: (request) => {
      asked.push(request);
      return bareScripts.run(request);
    },
  };
  const tests = Array.from({ length: 1000 }, (_, index) => ({ vars: { x: `${index}` }, assert: [rubric] }));
  const { value } = await readText(
    JSON.stringify({
      prompts: ['{{x}}'],
      providers: ['echo'],
      defaultTest: { options: { provider: 'echo', rubricPrompt: 'file://r.js' } },
      tests,
    }),
    { files: { 'r.js': script }, scripts },
  );

  const prompts = value?.cases.flatMap(({ assertions }) =>
    assertions.map((each) => 'rubricPrompt' in each && each.rubricPrompt),
  );
  expect(new Set(prompts)).toEqual(new Set(['Polite? 0 {{output}}']));
  expect(prompts).toHaveLength(1000);
  expect(asked).toHaveLength(1);
});

test('where no scripts are run, a rubric prompt that one makes is refused', async () => {
  const { problems } = await readText(
    JSON.stringify({
      prompts: ['{{x}}'],
      providers: ['echo'],
      tests: [{ vars: { x: 'a' }, assert: [{ ...rubric, provider: 'echo', rubricPrompt: 'file://r.js' }] }],
    }),
    { files: { 'r.js': script } },
  );

  expect(problems).toMatchObject([
    { code: 'SCRIPT_UNSUPPORTED', message: expect.stringContaining('no scripts are run here') },
  ]);
});

test('the body and the raw request of an HTTP provider may lie in files, and a program there is refused', async () => {
  const files = {
    'body.json': '{"messages": [{"content": "{{prompt}}"}]}',
    'raw.txt': 'POST /ask HTTP/1.1\nHost: model.example\n\n{{prompt}}\n',
    'body.js': 'module.exports = {}',
  };
  const of = (config: object) =>
    readText(
      JSON.stringify({ prompts: ['{{x}}'], providers: [{ id: 'https', config }], tests: [{ vars: { x: 'a' } }] }),
      {
        files,
      },
    );
  const url = 'https://model.example/ask';
  const body = (await of({ url, body: 'file://body.json' })).value?.providers[0]?.config;
  expect(body).toMatchObject({ url, body: { messages: [{ content: '{{prompt}}' }] } });
  expect((await of({ request: 'file://raw.txt' })).value?.providers[0]?.config).toMatchObject({
    request: files['raw.txt'],
  });
  expect((await of({ url, body: 'file://nowhere.json' })).problems).toMatchObject([
    { code: expect.any(String), message: expect.stringContaining('nowhere.json') },
  ]);
  expect((await of({ url, body: 'file://body.js' })).problems).toMatchObject([{ code: 'PROVIDER_UNSUPPORTED' }]);
});
