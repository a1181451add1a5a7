import { expect, test } from 'vitest';
import type { ModelRequest } from '@pawl/core';
import { loopbackOpenAi } from '@pawl/testkit/openai';
import { openAiProvider } from '@pawl/models';

const request: ModelRequest = {
  model: 'small',
  messages: [
    { role: 'system', content: 'Answer with one word.' },
    { role: 'user', content: 'Is "win money" spam or ham?' },
  ],
  parameters: {
    maxTokens: 5,
    temperature: 0,
    topP: 0.9,
    frequencyPenalty: 0.5,
    presencePenalty: -0.5,
    seed: 1,
    stop: ['\n'],
  },
  repeat: 0,
};
const waits = () => {
  const slept: number[] = [];
  return { slept, sleep: async (milliseconds: number) => void slept.push(milliseconds) };
};

test('a reply comes with text, usage, finish reason and latency', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam', apiKey: 'sk-secret-1' });
  const reply = await openAiProvider({ baseUrl: server.baseUrl, apiKey: 'sk-secret-1' }).complete(request);

  expect(reply).toMatchObject({
    text: 'spam',
    finishReason: 'stop',
    usage: { promptTokens: 13, completionTokens: 1 },
    reused: false,
  });
  expect(reply).toHaveProperty('latencyMs', expect.any(Number));
  expect(reply).not.toHaveProperty('costUsd');
  expect(server.problems).toEqual([]);
});

test('a chat that was written as JSON is sent as it was written, calls of tools and all', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'Rain.' });
  const messages = [
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: '12 °C' },
  ] as const;
  await openAiProvider({ baseUrl: server.baseUrl }).complete({ ...request, messages });

  expect(server.requests[0]?.body).toMatchObject({ messages });
});

test("parameters go out under the API's names", async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  const jsonSchema = { name: 'label', strict: true, schema: { type: 'object' } };
  await openAiProvider({ baseUrl: `${server.baseUrl}/` }).complete({
    ...request,
    responseFormat: { type: 'json_schema', jsonSchema },
  });

  expect(server.requests[0]?.body).toEqual({
    model: 'small',
    messages: request.messages,
    max_tokens: 5,
    temperature: 0,
    top_p: 0.9,
    frequency_penalty: 0.5,
    presence_penalty: -0.5,
    seed: 1,
    stop: ['\n'],
    response_format: { type: 'json_schema', json_schema: jsonSchema },
  });
});

test("the gateway's cost is taken, and prices where it tells none", async () => {
  await using gateway = await loopbackOpenAi({ answer: () => 'spam', costUsd: 0.0042 });
  await using plain = await loopbackOpenAi({ answer: () => 'spam' });
  const prices = { prompt: 1, completion: 2 };

  expect(await openAiProvider({ baseUrl: gateway.baseUrl, prices }).complete(request)).toHaveProperty(
    'costUsd',
    0.0042,
  );
  expect(await openAiProvider({ baseUrl: plain.baseUrl, prices }).complete(request)).toHaveProperty('costUsd', 15e-6);
});

test('overload is waited out as long as the server asks', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.fail({ status: 429, retryAfter: '7' }, { status: 503 }, 'close');
  const { slept, sleep } = waits();
  const reply = await openAiProvider({ baseUrl: server.baseUrl, sleep }).complete(request);

  expect(reply).toMatchObject({ text: 'spam' });
  expect(slept[0]).toBe(7000);
  expect(slept).toHaveLength(3);
  expect(slept[1]).toBeGreaterThanOrEqual(500);
});

test('a server that stays overloaded is a failure with the number of attempts, after bounded tries', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.fail(...Array.from({ length: 9 }, () => ({ status: 429 })));
  const reply = await openAiProvider({ baseUrl: server.baseUrl, retries: 2, sleep: waits().sleep }).complete(request);

  expect(reply).toMatchObject({ failure: expect.stringContaining('answered 429 (3 attempts)') });
  expect(server.requests).toHaveLength(3);
});

test('a Retry-After of an hour ends the retries at once', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.fail({ status: 429, retryAfter: '3600' });
  const { slept, sleep } = waits();

  expect(await openAiProvider({ baseUrl: server.baseUrl, sleep }).complete(request)).toHaveProperty('failure');
  expect(slept).toEqual([]);
});

test('a refused request is not sent again, and the server is quoted without the key', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  server.fail({ status: 400, body: 'Bad parameter for key sk-secret-1.' });
  const reply = await openAiProvider({ baseUrl: server.baseUrl, apiKey: 'sk-secret-1' }).complete(request);

  expect(reply).toMatchObject({ failure: expect.stringContaining('Bad parameter for key ***.') });
  expect(server.requests).toHaveLength(1);
});

test('a wrong key is a failure that names the input to look at', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam', apiKey: 'sk-right-key' });
  const reply = await openAiProvider({ baseUrl: server.baseUrl, apiKey: 'sk-wrong-key' }).complete(request);

  expect(reply).toMatchObject({
    failure: expect.stringContaining('401'),
    hint: expect.stringContaining('api-key-env'),
  });
});

test('a hanging server, garbage, and nobody there are failures, never answers', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'spam' });
  const ask = (baseUrl: string) =>
    openAiProvider({ baseUrl, timeoutMs: 100, retries: 0, sleep: waits().sleep }).complete(request);
  server.fail('hang', 'garbage');

  expect(await ask(server.baseUrl)).toMatchObject({ failure: expect.stringContaining('did not answer within 0.1 s') });
  expect(await ask(server.baseUrl)).toMatchObject({ failure: expect.stringContaining('no chat completion') });
  expect(await ask('http://127.0.0.1:1/v1')).toMatchObject({ failure: expect.stringContaining('cannot be reached') });
  expect(await ask('file:///etc/passwd')).toMatchObject({ failure: expect.stringContaining('no http or https URL') });
});
