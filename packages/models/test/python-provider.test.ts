// Providers in Python: what their function is given, what it may give, what is recorded, and what a fork may not.
import { expect, test } from 'vitest';
import type { EvalProvider, ModelRequest, ScriptRequest, ScriptResult, ScriptRunner } from '@pawl/core';
import type { ProviderSettings } from '@pawl/core/prompt-regression';
import { fakeWorkspace } from '@pawl/core/testing';
import { promptProviders, type PromptProviderOptions } from '@pawl/models';

const request: ModelRequest = { model: 'x', messages: [], text: 'hello', vars: { a: 1 }, parameters: {}, repeat: 2 };

function fakePython(answer: (request: ScriptRequest) => ScriptResult | Promise<ScriptResult>) {
  const asked: ScriptRequest[] = [];
  const scripts: ScriptRunner = {
    run: async (given) => {
      asked.push(given);
      return answer(given);
    },
    matches: async () => ({ failure: 'none' }),
    close: async () => undefined,
  };
  return { asked, scripts };
}

const script = { kind: 'script-file', file: 'bots/answer.py', source: 'x', export: 'call_api' } as const;

const providerOf = (config: EvalProvider['config'] = {}): EvalProvider => ({
  id: 'python:bots/answer.py',
  label: 'bot',
  kind: 'python',
  config: { script, env: {}, settings: {}, ...config },
  place: { file: 'suites/promptfooconfig.yaml', line: 4 },
});

const settingsOf = (provider: EvalProvider, more: Partial<ProviderSettings> = {}): ProviderSettings => ({
  model: 'x',
  cassettes: [],
  record: 'missing',
  timeoutMs: 5000,
  concurrency: 3,
  provider,
  ...more,
});

async function ask(value: unknown, config: EvalProvider['config'] = {}) {
  const { asked, scripts } = fakePython(() =>
    typeof value === 'string' && value.startsWith('raised') ? { failure: value } : { value },
  );
  const environment = (name: string) => ({ KEY: 'a-secret-key', ALLOWED: 'an-allowed-value', OTHER: 'other' })[name];
  const factory = promptProviders({ workspace: fakeWorkspace({}), environment, scripts });
  const opened = await factory(settingsOf(providerOf(config), { env: ['ALLOWED'] }));
  return { reply: await opened.value?.complete(request), asked, problems: opened.problems };
}

test('the function is called with prompt, options and context, as a program of the suite', async () => {
  const { asked, reply } = await ask(
    { output: 'well', tokenUsage: { prompt: 3, completion: 4, total: 7 }, cost: 0.5, cached: true, logProbs: [-1] },
    {
      env: { KEY: '{{env.KEY}}' },
      settings: { temperature: 0, apiKey: '{{env.KEY}}', pythonExecutable: '/opt/python', workers: 2, timeout: 700 },
    },
  );

  expect(reply).toMatchObject({
    text: 'well',
    usage: { promptTokens: 3, completionTokens: 4 },
    costUsd: 0.5,
    logProbs: [-1],
    reused: false,
  });
  expect(asked).toEqual([
    {
      code: '',
      variables: {},
      module: {
        file: 'bots/answer.py',
        source: 'x',
        export: 'call_api',
        args: [
          'hello',
          {
            id: 'python:bots/answer.py',
            label: 'bot',
            config: expect.objectContaining({ temperature: 0, apiKey: 'a-secret-key', basePath: expect.any(String) }),
          },
          { vars: { a: 1 }, prompt: { raw: 'hello', label: 'hello' }, repeatIndex: 2 },
        ],
      },
      program: {
        folder: 'suites',
        environment: { ALLOWED: 'an-allowed-value', KEY: 'a-secret-key' },
        timeoutMs: 700,
        workers: 2,
        executable: '/opt/python',
      },
    },
  ]);
});

test.each([
  [{ output: { a: 1 } }, { text: '{"a":1}', json: true }],
  [{ output: '' }, { text: '' }],
  [{ output: 'x', error: '' }, { text: 'x' }],
  [{ output: 'x', error: null }, { text: 'x' }],
  [{ error: 'no a-secret-key' }, { failure: 'no ***' }],
  [{ output: 'x', error: 'bad' }, { failure: 'bad' }],
  [{ output: 'x', error: { code: 5 } }, { failure: '{"code":5}' }],
  [{ output: null }, { failure: 'the script gave no answer' }],
  ['just a text', { failure: 'bots/answer.py:call_api gave no dict with "output" or "error"' }],
  [{ text: 'x' }, { failure: expect.stringContaining('gave no dict') }],
  [null, { failure: expect.stringContaining('gave no dict') }],
  [
    'raised KeyError: a-secret-key (bots/answer.py:3)',
    { failure: 'bots/answer.py failed: raised KeyError: *** (bots/answer.py:3) (suites/promptfooconfig.yaml:4)' },
  ],
])('%j is read as %j', async (value, expected) => {
  expect((await ask(value, { env: { KEY: '{{env.KEY}}' } })).reply).toMatchObject(expected);
});

test('no more calls run at a time than there are workers', async () => {
  let running = 0;
  let most = 0;
  const { scripts } = fakePython(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return { value: { output: 'x' } };
  });
  const factory = promptProviders({ workspace: fakeWorkspace({}), environment: () => undefined, scripts });
  const { value } = await factory(settingsOf(providerOf()));
  await Promise.all(Array.from({ length: 20 }, (_, repeat) => value?.complete({ ...request, repeat })));

  expect(most).toBe(3);
});

test('answers are recorded under the text of the program, and a fork replays them without running it', async () => {
  const workspace = fakeWorkspace({});
  const { asked, scripts } = fakePython(({ module }) => ({ value: { output: `by ${module?.source}` } }));
  const open = async (config: EvalProvider['config'], more: Partial<PromptProviderOptions> = {}) => {
    const factory = promptProviders({ workspace, environment: () => undefined, scripts, ...more });
    const { value } = await factory(settingsOf(providerOf(config), { cassettes: ['a.cassette.jsonl'] }));
    const reply = await value?.complete(request);
    await value?.close?.();
    return reply;
  };
  const changed = { script: { ...script, source: 'y' } };
  const modules = { script: { ...script, modules: [{ name: 'words', file: 'bots/words.py', source: '' }] } };

  expect(await open({})).toMatchObject({ text: 'by x', reused: false });
  expect(await open({})).toMatchObject({ text: 'by x', reused: true });
  expect(await open({ settings: { workers: 1, timeout: 5 } })).toMatchObject({ reused: true });
  expect(await open({ settings: { temperature: 1 } })).toMatchObject({ reused: false });
  expect(await open(changed)).toMatchObject({ text: 'by y', reused: false });
  expect(await open(modules)).toMatchObject({ reused: false });
  const before = asked.length;
  expect(await open({}, { trust: 'fork' })).toMatchObject({ text: 'by x', reused: true });
  expect(await open({ settings: { temperature: 2 } }, { trust: 'fork' })).toMatchObject({
    failure: expect.stringContaining('the run of a fork starts none'),
  });
  expect(asked.length).toBe(before);
});
