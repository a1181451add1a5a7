// What OpenAI-compatible endpoints have of their own: Azure's address, Portkey's headers, gateways' words, /completions.
import { expect, test } from 'vitest';
import type { EvalProvider, ModelRequest } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { openAiEmbedder, openAiProvider, promptEmbedder, promptProviders } from '@pawl/models';
import { loopbackOpenAi } from '@pawl/testkit/openai';

const request: ModelRequest = {
  model: 'small',
  messages: [{ role: 'user', content: 'Tell me.' }],
  parameters: { temperature: 0 },
  repeat: 0,
};
const suiteProvider = (config: EvalProvider['config'], more: Partial<EvalProvider> = {}): EvalProvider => ({
  id: 'openai:chat:small',
  label: 'small',
  kind: 'openai',
  model: 'small',
  config,
  place: { file: 'promptfooconfig.yaml', line: 3 },
  ...more,
});
async function ask(provider: EvalProvider, env: Record<string, string>, asked: ModelRequest = request) {
  const factory = promptProviders({ workspace: fakeWorkspace({}), environment: (name) => env[name] });
  const settings = { model: 'small', cassettes: [], record: 'none', timeoutMs: 5000, provider } as const;
  const { value, problems } = await factory(settings);
  expect(problems).toEqual([]);
  return value?.complete(asked);
}

test('Azure is asked by deployment, version and its own header for the key', async () => {
  const prefix = '/openai/deployments/gpt-4o';
  await using server = await loopbackOpenAi({
    answer: () => 'spam',
    prefix,
    apiKey: 'azure-key-1',
    keyHeader: 'api-key',
  });
  const config = { baseUrl: server.baseUrl, azure: true, apiVersion: '2024-12-01-preview', apiKeyEnv: 'AZURE_API_KEY' };

  expect(await ask(suiteProvider(config), { AZURE_API_KEY: 'azure-key-1' })).toMatchObject({ text: 'spam' });
  expect(server.requests[0]?.url).toBe(`${prefix}/chat/completions?api-version=2024-12-01-preview`);
  expect(server.requests[0]?.headers.authorization).toBeUndefined();
});

test('Portkey gets its key under its own name, and its route from the settings', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  const headers = { 'x-portkey-api-key': '{{env.PORTKEY_API_KEY}}', 'x-portkey-provider': 'openai' };
  const config = { baseUrl: server.baseUrl, apiKeyEnv: 'PORTKEY_API_KEY', headers };
  await ask(suiteProvider(config), { PORTKEY_API_KEY: 'pk-key-1' });

  expect(server.requests[0]?.headers).toMatchObject({
    'x-portkey-api-key': 'pk-key-1',
    'x-portkey-provider': 'openai',
  });
  expect(server.requests[0]?.headers.authorization).toBeUndefined();
});

test('what a gateway says of its route is kept, what it says of keys and budgets is not', async () => {
  await using server = await loopbackOpenAi({
    answer: () => ({ text: 'spam', model: 'small-2026-01' }),
    costUsd: 0.002,
    headers: {
      'x-litellm-model-id': 'route-7',
      'x-litellm-attempted-fallbacks': '1',
      'x-litellm-key-spend': '12.5',
      'x-litellm-call-id': 'c-1',
      'x-portkey-cache-status': 'HIT',
      'x-other': 'no',
    },
  });
  expect(await ask(suiteProvider({ baseUrl: server.baseUrl }), {})).toMatchObject({
    costUsd: 0.002,
    gateway: {
      'x-litellm-response-cost': '0.002',
      'x-litellm-model-id': 'route-7',
      'x-litellm-attempted-fallbacks': '1',
      'x-portkey-cache-status': 'HIT',
      system_fingerprint: 'fp_loopback',
      model: 'small-2026-01',
    },
  });
});

test('prices of a suite are for one token, and the answer is priced by them', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam spam' });
  const reply = await ask(suiteProvider({ baseUrl: server.baseUrl, inputCost: 0.000_001, outputCost: 0.000_002 }), {});
  expect(reply).toHaveProperty('costUsd', 2 * 0.000_001 + 3 * 0.000_002);
});

test('tools, their choice, pictures, tool results and log probabilities are sent as the API takes them', async () => {
  await using server = await loopbackOpenAi({ answer: () => ({ text: 'a cat', logProbs: [-0.1, -0.2] }) });
  const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
  const reply = await openAiProvider({ baseUrl: server.baseUrl }).complete({
    ...request,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
          { type: 'image_url', image_url: { url: 'https://example.org/cat.jpg', detail: 'low' } },
        ],
      },
      { role: 'tool', content: '{"n":1}', toolCallId: 'call_1' },
    ],
    parameters: { logprobs: true },
    tools,
    toolChoice: 'auto',
  });

  expect(server.problems).toEqual([]);
  expect(reply).toMatchObject({ text: 'a cat', logProbs: [-0.1, -0.2] });
  expect(server.requests[0]?.body).toMatchObject({ tools, tool_choice: 'auto', logprobs: true });
});

test.each([true, false])('/completions is asked with one text (stream: %s)', async (stream) => {
  await using server = await loopbackOpenAi({ answer: () => ({ text: 'upon a time', logProbs: [-0.5] }) });
  const provider = suiteProvider({ baseUrl: server.baseUrl, stream }, { kind: 'openai-completion' });
  const reply = await ask(
    provider,
    {},
    { ...request, messages: [], text: 'Once', parameters: { maxTokens: 5, logprobs: true } },
  );

  expect(server.problems).toEqual([]);
  expect(reply).toMatchObject({ text: 'upon a time', finishReason: 'stop', logProbs: [-0.5] });
  expect(server.requests[0]).toMatchObject({
    url: '/v1/completions',
    body: { prompt: 'Once', max_tokens: 5, logprobs: 1 },
  });
});

test('vectors come in the order of their texts, and each text is sent once', async () => {
  await using server = await loopbackOpenAi({ answer: () => '', embed: (text) => [text.length, 1] });
  const embedder = openAiEmbedder({
    baseUrl: server.baseUrl,
    model: 'e5',
    batch: 2,
    prices: { prompt: 1, completion: 0 },
  });

  const first = await embedder.embed(['a', 'bbb', 'cc', 'a']);
  expect(first).toMatchObject({
    vectors: [
      [1, 1],
      [3, 1],
      [2, 1],
      [1, 1],
    ],
  });
  expect(await embedder.embed(['cc'])).toMatchObject({ vectors: [[2, 1]], costUsd: 0 });
  expect(server.requests.map(({ body }) => body['input'])).toEqual([['a', 'bbb'], ['cc']]);
  expect(server.problems).toEqual([]);
});

test('an endpoint without vectors is a failure that is tried again the next time', async () => {
  await using server = await loopbackOpenAi({ answer: () => '', embed: () => [1] });
  const embedder = openAiEmbedder({ baseUrl: server.baseUrl, model: 'e5', retries: 0 });
  server.fail('garbage');

  expect(await embedder.embed(['a'])).toMatchObject({ failure: expect.stringContaining('no list of vectors') });
  expect(await embedder.embed(['a'])).toEqual({ vectors: [[1]] });
});

test('the environment names the embedding model, and without one nothing is guessed', async () => {
  await using server = await loopbackOpenAi({ answer: () => '', embed: () => [1, 2], apiKey: 'emb-key-1' });
  const env: Record<string, string> = {
    PAWL_EMBEDDINGS_URL: server.baseUrl,
    PAWL_EMBEDDINGS_MODEL: 'nomic-embed-text',
    PAWL_EMBEDDINGS_KEY: 'emb-key-1',
  };
  const workspace = fakeWorkspace({});
  const named = await promptEmbedder({ environment: (name) => env[name], workspace });
  expect(await named.embed(['a'])).toEqual({ vectors: [[1, 2]] });
  expect(server.requests[0]?.body.model).toBe('nomic-embed-text');
  const unnamed = await promptEmbedder({ environment: () => undefined, workspace });
  expect(await unnamed.embed(['a'])).toMatchObject({
    failure: expect.stringContaining('not guessed'),
    hint: expect.stringContaining('PAWL_EMBEDDINGS_URL'),
  });
});
