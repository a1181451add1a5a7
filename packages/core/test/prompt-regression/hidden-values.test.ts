// Programs are given variables of the environment; what they say of an answer holds none of their values.
import { expect, test } from 'vitest';
import { fakeProvider } from '@pawl/core/testing';
import { evaluateConfig, type WorldData } from './world.ts';

const secret = 'key-4f9a7c21';
const encoded = Buffer.from(secret).toString('base64');
const files = Object.fromEntries(['t.py', 'check.py', 'expected.py', 'rule.py', 'vars.py'].map((name) => [name, 'x']));
const echo = (assert: string, more = '') =>
  `prompts: ['{{text}}']\nproviders: [echo]\ntests:\n  - vars: {text: hello}\n    assert: ${assert}\n${more}`;

const evaluated = (config: string, scripts: NonNullable<WorldData['scripts']>, env: string = 'KEY') =>
  evaluateConfig(config, {
    files,
    scripts,
    inputs: { 'allow-python': 'true', ...(env !== '' && { env }) },
    environment: (name) => (name === 'KEY' ? secret : undefined),
  });

const verdict = { pass: false, score: 0.5, reason: `tried ${secret}`, namedScores: { [`of ${encoded}`]: 1 } };

test.each([
  ['a check in a file', echo('[{type: python, value: file://check.py}]'), { 'check.py': () => verdict }],
  ['a check written in place', echo("[{type: python, value: 'check()'}]"), { 'check()': () => verdict }],
  [
    'a verdict that is none',
    echo("[{type: python, value: 'check()'}]"),
    { 'check()': () => ({ ...verdict, score: secret }) },
  ],
  [
    'a transform of the test',
    echo('[{type: contains, value: x}]', '    options: {transform: file://t.py}\n'),
    { 't.py': () => ({ [secret]: [`is ${secret}`] }) },
  ],
  [
    'a transform of an assertion',
    echo('[{type: javascript, value: said, transform: file://t.py}]'),
    {
      't.py': () => `is ${secret} ${encoded}`,
      said: ({ output }: Readonly<Record<string, unknown>>) => ({ pass: false, score: 0, reason: String(output) }),
    },
  ],
  ['an expected value', echo('[{type: contains, value: file://expected.py}]'), { 'expected.py': () => secret }],
  [
    'a scoring function',
    echo('[{type: contains, value: hello}]', '    assertScoringFunction: file://rule.py\n'),
    { 'rule.py': () => ({ pass: false, score: 0, reason: `no ${secret}` }) },
  ],
])('%s shows nothing of what it was given', async (_, config, scripts) => {
  const told = await evaluated(config, scripts);
  const text = JSON.stringify(told);

  expect(told.rows).toHaveLength(1);
  expect(text).toMatch(/\*\*\*|\[secret removed\]/);
  expect([secret, encoded, encodeURIComponent(secret)].filter((form) => text.includes(form))).toEqual([]);
});

test('what nobody allowed is not looked for', async () => {
  const { rows } = await evaluated(echo('[{type: python, value: file://check.py}]'), { 'check.py': () => verdict }, '');

  expect(rows[0]?.assertions[0]).toMatchObject({ reason: `tried ${secret}` });
});

test('an expected value is compared as it is: a check for a leak still finds one', async () => {
  const { rows } = await evaluateConfig(
    echo('[{type: not-contains, value: file://expected.py}, {type: contains, value: file://expected.py}]'),
    {
      files,
      scripts: { 'expected.py': () => secret },
      inputs: { 'allow-python': 'true', env: 'KEY' },
      environment: () => secret,
      provider: fakeProvider(() => `it is ${secret}`),
    },
  );

  expect(rows[0]?.assertions.map(({ pass }) => pass)).toEqual([false, true]);
  expect(JSON.stringify(rows[0]?.assertions)).not.toContain(secret);
});

test('variables that a program makes are asked for as they are', async () => {
  const { rows } = await evaluated(
    echo('[{type: contains, value: key}]', '    options: {transformVars: file://vars.py}\n'),
    { 'vars.py': () => ({ text: secret }) },
  );

  expect(rows[0]).toMatchObject({ pass: true, output: secret });
});
