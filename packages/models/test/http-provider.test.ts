// Any HTTP service as a provider: what is sent is a template, and the prompt cannot leave its place in it.
import { expect, test } from 'vitest';
import type { EvalProvider, ModelRequest, ScriptRunner } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { promptProviders } from '@pawl/models';
import { loopbackHttp, type ServiceReply } from '@pawl/testkit/http-service';

const nasty = 'say "hi"\n{"role":"admin"} & ☃ {{7*7}}';
const request = (text: string, vars: Record<string, unknown> = {}): ModelRequest => ({
  model: 'http',
  messages: [{ role: 'user', content: text }],
  text,
  vars,
  parameters: {},
  repeat: 0,
});
const httpOf = (config: EvalProvider['config']): EvalProvider => ({
  id: 'https',
  label: 'service',
  kind: 'http',
  config,
  place: { file: 'promptfooconfig.yaml' },
});
async function open(
  config: EvalProvider['config'],
  more: { env?: Record<string, string>; scripts?: ScriptRunner } = {},
) {
  const { env = {}, scripts } = more;
  const factory = promptProviders({
    workspace: fakeWorkspace({}),
    environment: (name) => env[name],
    ...(scripts !== undefined && { scripts }),
  });
  const settings = { model: 'http', cassettes: [], record: 'none', timeoutMs: 300 } as const;
  return factory({ ...settings, provider: httpOf(config) });
}
async function ask(config: EvalProvider['config'], asked: ModelRequest, env: Record<string, string> = {}) {
  const { value, problems } = await open(config, { env });
  expect(problems).toEqual([]);
  return value?.complete(asked);
}
const echo = (body: unknown): ServiceReply => ({ body: { answer: body, choices: [{ text: 'first' }] } });

test('the prompt arrives whole, in a tree, in JSON text, and as JSON itself', async () => {
  await using service = await loopbackHttp(({ body }) => echo(body));
  const url = `${service.url}/ask`;
  const sent = async (body: unknown, text = nasty) => {
    await ask({ url, body }, request(text, { lang: 'de' }));
    return service.requests.at(-1)?.body;
  };

  expect(await sent({ q: '{{prompt}}', deep: [{ lang: '{{lang}}', n: 1 }] })).toEqual({
    q: nasty,
    deep: [{ lang: 'de', n: 1 }],
  });
  expect(await sent('{"q": "{{prompt}}"}')).toEqual({ q: nasty });
  expect(await sent('{"q": "{{prompt}}" {% if lang %}, "l": "{{lang}}"{% endif %}}')).toEqual({ q: nasty, l: 'de' });
  const chat = [{ role: 'user', content: 'a "b"' }];
  expect(await sent({ messages: '{{prompt}}' }, JSON.stringify(chat))).toEqual({ messages: chat });
  expect(await sent('{"messages": {{prompt}}}', JSON.stringify(chat))).toEqual({ messages: chat });
});

test('variables stay inside their part of an address and inside their header', async () => {
  await using service = await loopbackHttp(({ body }) => echo(body));
  const config = {
    url: `${service.url}/v1/{{id}}/ask`,
    method: 'get',
    queryParams: { q: '{{prompt}}' },
    headers: { 'X-Key': '{{env.SERVICE_KEY}}', 'X-Id': '{{id}}' },
  };
  await ask(config, request('a&b=c', { id: '../admin?x=1\r\nX-Evil: 1' }), { SERVICE_KEY: 'service-key-1' });
  const [received] = service.requests;

  expect(received?.method).toBe('GET');
  expect(received?.url).toBe('/v1/..%2Fadmin%3Fx%3D1%0D%0AX-Evil%3A%201/ask?q=a%26b%3Dc');
  expect(received?.headers).toMatchObject({ 'x-key': 'service-key-1', 'x-id': '../admin?x=1 X-Evil: 1' });
  expect(received?.headers).not.toHaveProperty('x-evil');
});

test('texts of a case read no environment, and cannot choose the host', async () => {
  await using service = await loopbackHttp(({ body }) => echo(body));
  await ask({ url: service.url, body: { q: '{{prompt}}' } }, request('{{env.SERVICE_KEY}}'), {
    SERVICE_KEY: 'service-key-1',
  });
  expect(service.requests[0]?.body).toEqual({ q: '{{env.SERVICE_KEY}}' });

  const { problems } = await open({ url: 'https://{{host}}/ask', body: {} });
  expect(problems).toMatchObject([{ message: expect.stringContaining('host of url'), file: 'promptfooconfig.yaml' }]);
});

test('the answer is found by a path, and one that is not there is a failure', async () => {
  await using service = await loopbackHttp(() => ({
    body: { choices: [{ message: { content: 'spam' } }], 'odd key': 3 },
  }));
  const read = (transformResponse: string) => ask({ url: service.url, body: {}, transformResponse }, request('x'));

  expect(await read('json.choices[0].message.content')).toMatchObject({ text: 'spam', latencyMs: expect.any(Number) });
  expect(await read("json?.['odd key']")).toMatchObject({ text: '3' });
  expect(await read('$.choices[0].message')).toMatchObject({ text: '{"content":"spam"}' });
  expect(await read('json.choices[7].message')).toMatchObject({
    failure: expect.stringContaining('has no json.choices[7]'),
  });
  expect(await read('json.constructor.name')).toHaveProperty('failure');
  expect(await read('json.choices.map(c => c.message)')).toMatchObject({ failure: 'scripts cannot be run here' });
});

test('scripts see JSON, text and status, and say output, tokens and cost', async () => {
  await using service = await loopbackHttp(() => ({ status: 418, body: 'short and stout' }));
  const asked: unknown[] = [];
  const scripts: ScriptRunner = {
    run: async ({ code, variables }) => {
      asked.push(variables);
      return code.startsWith('Array')
        ? { value: [200, 418] }
        : { value: { output: 'tea', tokenUsage: { prompt: 2, completion: 1 }, cost: 0.5 } };
    },
    matches: async () => ({ found: false }),
    close: async () => undefined,
  };
  const config = {
    url: service.url,
    body: {},
    validateStatus: 'status < 300 || status === 418',
    transformResponse: '({ output: text.toUpperCase() })',
  };
  const { value } = await open(config, { scripts });

  expect(await value?.complete(request('x'))).toMatchObject({
    text: 'tea',
    usage: { promptTokens: 2, completionTokens: 1 },
    costUsd: 0.5,
  });
  expect(asked[1]).toMatchObject({ json: null, text: 'short and stout', context: { response: { status: 418 } } });
});

test('raw HTTP is sent as it is written', async () => {
  await using service = await loopbackHttp(({ body }) => echo(body));
  const raw = `POST /ask?v=1 HTTP/1.1\nHost: ${new URL(service.url).host}\nContent-Type: application/json\nContent-Length: 3\n\n{"q": "{{prompt}}"}`;
  expect(await ask({ request: raw, transformResponse: 'json.answer.q' }, request(nasty))).toMatchObject({
    text: nasty,
  });
  expect(service.requests[0]?.url).toBe('/ask?v=1');
});

test('a service that hangs, fails or is none ends in a failure', async () => {
  await using silent = await loopbackHttp(() => undefined);
  await using failing = await loopbackHttp(() => ({ status: 400, body: { error: { message: 'no such field' } } }));
  const body = { q: '{{prompt}}' };

  expect(await ask({ url: silent.url, body, maxRetries: 0 }, request('x'))).toMatchObject({
    failure: expect.stringContaining('did not answer within 0.3 s'),
  });
  expect(await ask({ url: failing.url, body }, request('x'))).toMatchObject({
    failure: expect.stringContaining('no such field'),
  });
  expect((await open({ url: 'nowhere', body: '{{' })).problems).toHaveLength(1);
});

test('an answer that is nested without measure is a text, and no end of the run', async () => {
  const deep = `{"output": ${'['.repeat(20_000)}1${']'.repeat(20_000)}}`;
  await using service = await loopbackHttp(() => ({ headers: { 'content-type': 'application/json' }, body: deep }));
  const url = `${service.url}/ask`;
  expect(await ask({ url, body: '{}' }, request('a'))).toMatchObject({ text: deep });
  expect(await ask({ url, body: '{}', transformResponse: 'json.output' }, request('a'))).toMatchObject({
    failure: expect.stringContaining('the answer has no json.output'),
  });
});
