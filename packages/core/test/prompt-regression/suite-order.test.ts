// What happens between variables and score: transforms, prefixes, conversations, stored outputs, repeats.
import { expect, test } from 'vitest';
import { fakeProvider } from '@pawl/core/testing';
import { echo, evaluateConfig } from './world.ts';

const suite = (prompt: string, tests: string) => `prompts: ['${prompt}']\nproviders: [echo]\ntests:\n${tests}`;

test('variables are transformed before the prompt, the output before the assertions, each assertion by itself', async () => {
  const scripts = {
    vars: ({ vars }: Readonly<Record<string, unknown>>) => ({ name: `${(vars as { name: string }).name}!` }),
    upper: ({ output }: Readonly<Record<string, unknown>>) => String(output).toUpperCase(),
    first: ({ output }: Readonly<Record<string, unknown>>) => String(output).slice(0, 1),
  };
  const { rows } = await evaluateConfig(
    suite(
      'Hi {{name}}',
      '  - vars: {name: Ann}\n    options: {transformVars: vars, transform: upper}\n    assert: [{type: equals, value: HI ANN!}, {type: equals, value: H, transform: first}]\n',
    ),
    { scripts },
  );

  expect(rows).toMatchObject([{ pass: true, output: 'HI ANN!', vars: { name: 'Ann!' } }]);
});

test('a transform that fails or gives nothing is an error of its row', async () => {
  const tests = (transform: string) =>
    `  - vars: {name: Ann}\n    options: {transform: ${transform}}\n    assert: [{type: contains, value: Ann}]\n`;
  const { rows } = await evaluateConfig(suite('{{name}}', tests('nothing') + tests('broken')), {
    scripts: { nothing: () => undefined },
  });

  expect(rows.map(({ pass, error }) => [pass, error])).toEqual([
    [false, 'the transform gave nothing back'],
    [false, 'the script failed: cannot run "broken"'],
  ]);
});

test('a chat in JSON is rendered inside, so that no value can break it', async () => {
  const provider = echo();
  await evaluateConfig(
    suite(
      '[{"role": "system", "content": "Be {{how}}"}, {"role": "user", "content": "{{text}}"}]',
      '  - vars: {how: kind, text: "\\"quoted\\"\\n]"}\n    assert: [{type: contains, value: quoted}]\n',
    ),
    { provider },
  );

  expect(provider.requests[0]?.messages).toEqual([
    { role: 'system', content: 'Be kind' },
    { role: 'user', content: '"quoted"\n]' },
  ]);
});

test('prefix and suffix stand around the prompt, with variables of their own', async () => {
  const { rows } = await evaluateConfig(
    suite(
      'Hi {{name}}',
      '  - vars: {name: Ann}\n    options: {prefix: "[{{name}}] ", suffix: "."}\n    assert: [{type: equals, value: "[Ann] Hi Ann."}]\n',
    ),
  );

  expect(rows).toMatchObject([{ pass: true }]);
});

test('the turns of a conversation run in order and see each other, apart from other conversations', async () => {
  const provider = fakeProvider(({ text }) => `re: ${text}`);
  const { rows } = await evaluateConfig(
    `prompts: ['{% for turn in _conversation %}{{turn.input}} > {{turn.output}} | {% endfor %}{{q}}']\nproviders: [echo]\ntests:\n${[
      ['a', 'one'],
      ['b', 'other'],
      ['a', 'two'],
    ]
      .map(
        ([id, q]) =>
          `  - vars: {q: ${q}}\n    metadata: {conversationId: ${id}}\n    assert: [{type: contains, value: re}]\n`,
      )
      .join('')}`,
    { provider, inputs: { concurrency: '8' } },
  );

  expect(rows.map(({ vars, output }) => [vars['q'], output])).toEqual(
    expect.arrayContaining([
      ['one', 're: one'],
      ['two', 're: one > re: one | two'],
      ['other', 're: other'],
    ]),
  );
});

test('an output is stored for the cases behind it', async () => {
  const { rows } = await evaluateConfig(
    suite(
      '{{q}} {{earlier}}',
      '  - vars: {q: first}\n    options: {storeOutputAs: earlier}\n    assert: [{type: contains, value: first}]\n  - vars: {q: second}\n    assert: [{type: equals, value: "second first "}]\n',
    ),
  );

  expect(rows.map(({ output, pass }) => [output, pass])).toEqual([
    ['first ', true],
    ['second first ', true],
  ]);
});

test('each repeat is asked by itself, and one request serves all who send it', async () => {
  const provider = echo();
  const { rows, run } = await evaluateConfig(
    suite(
      'Hi',
      '  - vars: {n: 1}\n    assert: [{type: contains, value: Hi}]\n  - vars: {n: 2}\n    assert: [{type: contains, value: Ho}]\n',
    ),
    { provider, inputs: { repeats: '3' } },
  );

  expect(provider.requests.map(({ repeat }) => repeat)).toEqual([0, 1, 2]);
  expect(rows).toHaveLength(6);
  expect(run?.metrics['accuracy']).toMatchObject({ value: 0.5, n: 2 });
});

test('the same model at two places is asked at both', async () => {
  const provider = echo();
  await evaluateConfig(
    "prompts: ['Hi']\nproviders: [{id: 'openai:m', label: a, config: {apiBaseUrl: 'http://a/v1'}}, {id: 'openai:m', label: b, config: {apiBaseUrl: 'http://b/v1'}}]\ntests: [{assert: [{type: contains, value: Hi}]}]\n",
    { provider },
  );

  expect(provider.requests).toHaveLength(2);
});
