// The `javascript` assertion with the real sandbox behind it.
import { scorers, type ScoreRequest } from '@pawl/core/scorers';
import { afterAll, expect, test } from 'vitest';
import { quickJsRunner } from '../src/index.ts';

const scripts = quickJsRunner({ timeLimitMs: 10_000 });
afterAll(() => scripts.close());

const judge = async (value: unknown, more: { negated?: boolean; threshold?: number } = {}) => {
  const request: ScoreRequest = {
    assertion: {
      kind: 'assertion',
      type: 'javascript',
      negated: false,
      weight: 1,
      value,
      place: { file: 'a' },
      config: { least: 2 },
      ...more,
    },
    answer: { output: 'one two three', text: 'one two three', costUsd: 0.5, logProbs: [-0.1] },
    vars: { word: 'two' },
    prompt: 'Count.',
    metadata: {},
  };
  return scorers.get('javascript')?.(request, { scripts });
};

test.each([
  ['output.includes(context.vars.word)', true, 1],
  ["output.split(' ').length", true, 3],
  ["const words = output.split(' '); words.length > context.config.least", true, 1],
  ['context.providerResponse.cost < 0.1', false, 0],
  ['({ pass: output.length > 5, score: 0.5, reason: `${output.length} characters` })', true, 0.5],
  ['Math.exp(context.logProbs[0])\n', true, Math.exp(-0.1)],
])('judges by %s', async (code, pass, score) => {
  expect(await judge(code)).toMatchObject({ pass, score });
});

test('judges by a file, and says where it broke', async () => {
  const file = (source: string) => ({ kind: 'script-file', file: 'checks/words.mjs', source });
  expect(await judge(file('export default (output, { vars }) => output.includes(vars.word);'))).toMatchObject({
    pass: true,
  });
  expect(await judge(file('export default (output) =>\n  output.missing.length;'))).toEqual({
    failure: expect.stringMatching(/^checks\/words\.mjs TypeError: .* \(checks\/words\.mjs, line 2\)$/),
    hint: expect.any(String),
  });
});

test('never passes on a script that fails', async () => {
  for (const code of ['missing', 'process.exit(0)', "require('fs')", 'true;;)', "'yes'", 'undefined'])
    for (const negated of [false, true]) expect(await judge(code, { negated })).toHaveProperty('failure');
});
