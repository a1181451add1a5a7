// Providers that users wrote, run where their scripts run: classes and functions, in both module systems.
import { expect, test } from 'vitest';
import type { ModelRequest } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { promptProviders } from '@pawl/models';
import { quickJsRunner } from '@pawl/sandbox';

const request: ModelRequest = {
  model: 'x',
  messages: [],
  text: 'hello',
  vars: { city: 'Köln' },
  parameters: {},
  repeat: 0,
};
async function ask(source: string, file: string, named?: string) {
  const scripts = quickJsRunner();
  await using _ = { [Symbol.asyncDispose]: () => scripts.close() };
  const factory = promptProviders({ workspace: fakeWorkspace({}), environment: () => undefined, scripts });
  const script = { kind: 'script-file', source, file, ...(named !== undefined && { export: named }) };
  const provider = {
    id: `file://${file}`,
    label: 'own',
    kind: 'script',
    config: { script, config: { suffix: '!' } },
    place: { file: 'promptfooconfig.yaml' },
  } as const;
  const settings = { model: 'x', cassettes: [], record: 'none', timeoutMs: 1000, provider } as const;
  const { value } = await factory(settings);
  return await value?.complete(request);
}

const members = `
  constructor(options) { this.config = options.config; }
  id() { return 'own'; }
  async callApi(prompt, context) {
    return { output: prompt + ' ' + context.vars.city + this.config.suffix, cost: 0.5 };
  }`;

test.each([
  ['a CommonJS class', `module.exports = class Own {${members}};`, 'own.cjs', undefined],
  ['a class exported by name of itself', `class Own {${members}}\nmodule.exports = Own;`, 'own.js', undefined],
  ['an ES class', `export default class Own {${members}}`, 'own.mjs', undefined],
  ['an ES class exported at the end', `class Own {${members}}\nexport default Own;`, 'own.mjs', undefined],
  [
    'an object with callApi',
    `module.exports = { async callApi(prompt, { vars }, options) { return { output: prompt + ' ' + vars.city + '!', cost: 0.5 }; } };`,
    'own.cjs',
    undefined,
  ],
  [
    'a function named by the suite',
    `module.exports.named = (prompt, context, options) => ({ output: prompt + ' ' + context.vars.city + options.config.suffix, cost: 0.5 });`,
    'own.cjs',
    'named',
  ],
])('a provider in the user’s own JavaScript answers: %s', async (_title, source, file, named) => {
  expect(await ask(source, file, named)).toMatchObject({ text: 'hello Köln!', costUsd: 0.5 });
});

test('one that asks the network is told what to be instead', async () => {
  expect(
    await ask(`module.exports = async () => (await fetch('https://example.org')).text();`, 'own.cjs'),
  ).toMatchObject({
    failure: expect.stringContaining('own.cjs failed'),
    hint: expect.stringContaining('id: http'),
  });
});
