// From a suite's settings to a provider: which kind, with which key, what is recorded, and what a fork may not.
import { expect, test } from 'vitest';
import type { EvalProvider, ModelRequest, ScriptRunner } from '@pawl/core';
import type { ProviderSettings } from '@pawl/core/prompt-regression';
import { fakeWorkspace } from '@pawl/core/testing';
import { promptProviders, type PromptProviderOptions } from '@pawl/models';
import { loopbackHttp } from '@pawl/testkit/http-service';
import { loopbackOpenAi } from '@pawl/testkit/openai';

const file = 'a.cassette.jsonl';
const request = (text: string): ModelRequest => ({
  model: 'small',
  messages: [{ role: 'user', content: text }],
  text,
  parameters: {},
  repeat: 0,
});
const providerOf = (kind: EvalProvider['kind'], config: EvalProvider['config'], id: string = kind): EvalProvider => ({
  id,
  label: id,
  kind,
  model: 'small',
  config,
  place: { file: 'promptfooconfig.yaml', line: 7 },
});
const settings = (provider: EvalProvider, more: Partial<ProviderSettings> = {}): ProviderSettings => ({
  model: 'small',
  cassettes: [file],
  record: 'missing',
  timeoutMs: 2000,
  provider,
  ...more,
});
const factory = (options: Partial<PromptProviderOptions> = {}) =>
  promptProviders({ workspace: fakeWorkspace({}), environment: () => undefined, ...options });

test('several providers record into one file at once, and each finds its own again', async () => {
  await using server = await loopbackOpenAi({ answer: ({ messages }) => `chat ${messages[0]?.content}` });
  await using service = await loopbackHttp(({ body }) => ({ body: `http ${JSON.stringify(body)}` }));
  const workspace = fakeWorkspace({});
  const kinds = [
    providerOf('openai', { baseUrl: server.baseUrl }),
    providerOf('http', { url: service.url, body: { q: '{{prompt}}' } }),
    providerOf('http', { url: service.url, body: { other: '{{prompt}}' } }),
  ];
  const open = async (record: 'missing' | 'none') => {
    const make = factory({ workspace });
    return Promise.all(kinds.map(async (kind) => (await make(settings(kind, { record }))).value));
  };
  const texts = Array.from({ length: 120 }, (_, index) => `text ${index}`);
  const ask = async (record: 'missing' | 'none') => {
    const providers = await open(record);
    const replies = await Promise.all(
      providers.flatMap((provider) => texts.map((text) => provider?.complete(request(text)))),
    );
    await Promise.all(providers.map((provider) => provider?.close?.()));
    return replies.map((reply) => (reply !== undefined && 'text' in reply ? [reply.text, reply.reused] : reply));
  };

  const recorded = await ask('missing');
  const replayed = await ask('none');
  expect(replayed).toEqual(recorded.map((reply) => [(reply as unknown[])[0], true]));
  expect(((await workspace.readText(file)) ?? '').trimEnd().split('\n')).toHaveLength(361);
});

test.each([
  ['another address', 'asked anew', { baseUrl: 'of the second' }],
  ['a header that may choose who answers', 'asked anew', { headers: { 'x-portkey-config': 'pc-2' } }],
  ['another key', 'replayed', { headers: { Authorization: 'Bearer {{env.OTHER}}' } }],
])('with %s an answer is %s', async (_, expected, changed: Record<string, unknown>) => {
  await using first = await loopbackOpenAi({ answer: () => 'first' });
  await using second = await loopbackOpenAi({ answer: () => 'second' });
  const workspace = fakeWorkspace({});
  const config = { baseUrl: first.baseUrl, headers: { 'x-portkey-config': 'pc-1' } };
  const headers = { ...config.headers, ...(changed['headers'] as object | undefined) };
  const baseUrl = changed['baseUrl'] === undefined ? config.baseUrl : second.baseUrl;
  const make = factory({ workspace, environment: () => 'a-long-secret' });
  const ask = async (given: EvalProvider['config']) => {
    const { value } = await make(settings(providerOf('openai', given)));
    const reply = await value?.complete(request('hi'));
    await value?.close?.();
    return reply;
  };
  expect(await ask(config)).toMatchObject({ text: 'first', reused: false });
  expect(await ask({ baseUrl, headers })).toMatchObject({ reused: expected === 'replayed' });
  // What the first one said is still its own.
  expect(await ask(config)).toMatchObject({ text: 'first', reused: true });
});

test('everything that is judged is recorded: tool calls, log probabilities, times, route', async () => {
  const toolCalls = [{ id: 'c1', name: 'look', arguments: '{"a":1}' }];
  await using server = await loopbackOpenAi({
    answer: () => ({ toolCalls, logProbs: [-0.25] }),
    headers: { 'x-litellm-model-id': 'route-7' },
    costUsd: 0.01,
  });
  const workspace = fakeWorkspace({});
  const provider = providerOf('openai', { baseUrl: server.baseUrl, stream: true });
  const live = await factory({ workspace })(settings(provider));
  const first = await live.value?.complete(request('x'));
  await live.value?.close?.();
  const again = await factory({ workspace })(settings(provider, { record: 'none' }));

  expect(first).toMatchObject({ toolCalls, reused: false, firstTokenMs: expect.any(Number), costUsd: 0.01 });
  expect(await again.value?.complete(request('x'))).toEqual({ ...first, reused: true });
});

test('no secret is written, whether we know it or it only looks like one', async () => {
  const looks = `sk-proj-${'a1B2'.repeat(8)}`;
  const said = `header-secret-9 ${looks} Bearer abcdefghijklmnopqrstuvwxyz jane@example.org c2stbWluZS0xMjM=`;
  await using server = await loopbackOpenAi({
    answer: () => ({ toolCalls: [{ id: 'c', name: 'send', arguments: said }] }),
    headers: { 'x-litellm-model-id': 'route header-secret-9' },
  });
  await using chat = await loopbackOpenAi({ answer: () => said });
  const workspace = fakeWorkspace({});
  const env: Record<string, string> = { MY_KEY: 'sk-mine-123', OTHER: 'header-secret-9' };
  const make = factory({ workspace, environment: (name) => env[name], redact: [/[\w.]+@[\w.]+/g] });
  const told: unknown[] = [];
  for (const { baseUrl } of [server, chat]) {
    const config = { baseUrl, apiKeyEnv: 'MY_KEY', headers: { 'x-tenant': '{{env.OTHER}}' } };
    const { value } = await make(settings(providerOf('openai', config)));
    told.push(await value?.complete(request(baseUrl)));
    await value?.close?.();
    // Where nothing is recorded, answers go to reports and into the store all the same.
    const live = await make(settings(providerOf('openai', config), { cassettes: [] }));
    told.push(await live.value?.complete(request(baseUrl)));
  }
  const text = JSON.stringify(told) + ((await workspace.readText(file)) ?? '');

  expect(text.trimEnd().split('\n')).toHaveLength(3);
  for (const secret of ['header-secret-9', looks, 'abcdefghij', 'jane@', 'c2stbWluZS0xMjM'])
    expect(text, secret).not.toContain(secret);
  expect(chat.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer sk-mine-123',
    'x-tenant': 'header-secret-9',
  });
});

test('a fork replays, asks nobody, starts no program and records nothing', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  const workspace = fakeWorkspace({});
  const provider = providerOf('openai', { baseUrl: server.baseUrl });
  const own = await factory({ workspace })(settings(provider));
  await own.value?.complete(request('known'));
  await own.value?.close?.();
  const before = await workspace.readText(file);

  const fork = factory({ workspace, trust: 'fork' });
  const { value } = await fork(settings(provider, { record: 'all' }));
  expect(await value?.complete(request('known'))).toMatchObject({ text: 'spam', reused: true });
  expect(await value?.complete(request('new'))).toMatchObject({
    failure: expect.stringContaining('the run of a fork'),
  });
  await value?.close?.();
  const program = await fork(settings(providerOf('exec', { command: 'touch pwned' }), { cassettes: [] }));
  expect(await program.value?.complete(request('x'))).toMatchObject({
    failure: expect.stringContaining('starts none'),
  });
  expect(server.requests).toHaveLength(1);
  expect(await workspace.readText(file)).toBe(before);
});

test('what stands in the inputs wins over the suite, and what is missing is told', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam', apiKey: 'input-key-1' });
  const provider = providerOf('openai', { baseUrl: 'http://127.0.0.1:9/v1', apiKeyEnv: 'OTHER' });
  const make = factory({ environment: (name) => (name === 'INPUT_KEY' ? 'input-key-1' : undefined) });
  const given = { baseUrl: server.baseUrl, apiKeyEnv: 'INPUT_KEY', cassettes: [] };
  expect(await (await make(settings(provider, given))).value?.complete(request('x'))).toMatchObject({ text: 'spam' });

  const headers = { 'x-portkey-api-key': '{{ env.NOT_THERE }}' };
  const { problems } = await make(settings(providerOf('openai', { baseUrl: server.baseUrl, headers })));
  expect(problems).toMatchObject([{ code: 'ENV_MISSING', severity: 'warning', file: 'promptfooconfig.yaml', line: 7 }]);
});

test.each([
  ['openai', { baseUrl: 'ftp://nowhere' }, 'no http or https URL'],
  ['openai', { baseUrl: 'http://localhost/v1', endpoint: 'embeddings' }, 'gives vectors'],
  ['exec', { command: ' ' }, 'names no program'],
  ['script', {}, 'has no script'],
  ['http', {}, 'there is no url'],
] as const)('settings of kind %s that make no provider are a problem at their place', async (kind, config, said) => {
  const { value, problems } = await factory()(settings(providerOf(kind, config)));
  expect(value).toBeUndefined();
  expect(problems).toMatchObject([{ severity: 'error', message: expect.stringContaining(said), line: 7 }]);
});

test('a script provider is called with prompt, variables and its settings, and needs no cassette', async () => {
  const asked: unknown[] = [];
  const scripts: ScriptRunner = {
    run: async ({ module }) => {
      asked.push(module?.args);
      return module?.source.includes('fails') === true
        ? { failure: 'fetch is not defined' }
        : { value: { output: { a: 1 } } };
    },
    matches: async () => ({ found: false }),
    close: async () => undefined,
  };
  const script = (source: string) => ({ script: { kind: 'script-file', source, file: 'p.cjs' }, config: { n: 2 } });
  const make = factory({ scripts });
  const { value } = await make(settings(providerOf('script', script('module.exports = 1'), 'file://p.cjs')));

  expect(await value?.complete({ ...request('hi'), vars: { v: 1 } })).toMatchObject({ text: '{"a":1}', reused: false });
  expect(asked[0]).toMatchObject(['hi', { vars: { v: 1 } }, { config: { n: 2 } }]);
  const failing = await make(settings(providerOf('script', script('// fails'))));
  expect(await failing.value?.complete(request('x'))).toMatchObject({ hint: expect.stringContaining('id: http') });
});

test('requests start as far apart as a suite asks', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  const provider = { ...providerOf('openai', { baseUrl: server.baseUrl }), delayMs: 40 };
  const { value } = await factory()(settings(provider, { cassettes: [] }));
  const started = performance.now();
  await Promise.all(['a', 'b', 'c'].map((text) => value?.complete(request(text))));
  expect(performance.now() - started).toBeGreaterThanOrEqual(75);
});
