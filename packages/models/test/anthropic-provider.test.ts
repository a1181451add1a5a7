import { expect, test } from 'vitest';
import type { ModelRequest } from '@pawl/core';
import { anthropicProvider } from '@pawl/models';
import { loopbackAnthropic } from '@pawl/testkit/anthropic';

const request: ModelRequest = {
  model: 'claude-small',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Weather in Köln?' },
  ],
  parameters: { temperature: 0, stop: '\n\n' },
  repeat: 0,
};
const tools = [
  { type: 'function', function: { name: 'weather', description: 'Asks.', parameters: { type: 'object' } } },
];
const quick = { retries: 1, sleep: async () => undefined };

test.each([true, false])(
  'a reply has text, usage with cached tokens, and why it stopped (stream: %s)',
  async (stream) => {
    await using server = await loopbackAnthropic({ answer: () => 'Rain, “as ever” ☔', apiKey: 'sk-ant-key' });
    const provider = anthropicProvider({ baseUrl: server.baseUrl, apiKey: 'sk-ant-key', stream, ...quick });
    const reply = await provider.complete(request);

    expect(server.problems).toEqual([]);
    expect(reply).toMatchObject({
      text: 'Rain, “as ever” ☔',
      finishReason: 'stop',
      usage: { promptTokens: 16, completionTokens: 3 },
      reused: false,
    });
    expect('firstTokenMs' in reply).toBe(stream);
    expect(server.requests[0]).toMatchObject({
      model: 'claude-small',
      max_tokens: 1024,
      system: 'Be brief.',
      temperature: 0,
      stop_sequences: ['\n\n'],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Weather in Köln?' }] }],
    });
  },
);

test('a chat that goes on after calls of tools, with pictures and blocks of the API’s own', async () => {
  await using server = await loopbackAnthropic({ answer: () => 'Rain.' });
  const block = { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'BBBB' } };
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }, picture, block] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Köln"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: '12 °C' },
  ] as unknown as ModelRequest['messages'];
  const reply = await anthropicProvider({ baseUrl: server.baseUrl, ...quick }).complete({ ...request, messages });

  expect(reply).toMatchObject({ text: 'Rain.' });
  expect(server.requests[0]).toMatchObject({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          block,
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Köln' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: '12 °C' }] },
    ],
  });
});

test.each([true, false])('tools are translated there and back (stream: %s)', async (stream) => {
  await using server = await loopbackAnthropic({
    answer: () => ({ text: 'Let me see.', toolUse: { id: 'tu_1', name: 'weather', input: { city: 'Köln' } } }),
  });
  const reply = await anthropicProvider({ baseUrl: `${server.baseUrl}/v1/`, stream, ...quick }).complete({
    ...request,
    tools,
    toolChoice: 'required',
    responseFormat: { type: 'json_schema', jsonSchema: { name: 'x', schema: { type: 'object' } } },
  });

  expect(server.problems).toEqual([]);
  expect(reply).toMatchObject({
    text: 'Let me see.',
    finishReason: 'tool_calls',
    toolCalls: [{ id: 'tu_1', name: 'weather', arguments: '{"city":"Köln"}' }],
  });
  expect(server.requests[0]).toMatchObject({
    tools: [{ name: 'weather', description: 'Asks.', input_schema: { type: 'object' } }],
    tool_choice: { type: 'any' },
    output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
  });
});

test('pictures, tool results and neighbours of one role become turns the API takes', async () => {
  await using server = await loopbackAnthropic({ answer: () => ({ text: 'No.', stopReason: 'refusal' }) });
  const reply = await anthropicProvider({ baseUrl: server.baseUrl }).complete({
    ...request,
    messages: [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }] },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] },
      { role: 'assistant', content: 'A cat.' },
      { role: 'tool', content: '7', toolCallId: 'tu_1' },
    ],
  });

  expect(server.problems).toEqual([]);
  expect(server.requests[0]?.messages).toMatchObject([
    { role: 'user', content: [{ source: { type: 'base64', media_type: 'image/png' } }, { source: { type: 'url' } }] },
    { role: 'assistant' },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'tu_1', content: '7' }] },
  ]);
  expect(reply).toMatchObject({ refused: true, finishReason: 'content_filter' });
});

test('a wrong key, a stream that breaks and a format it has not are failures', async () => {
  await using server = await loopbackAnthropic({ answer: () => 'x', apiKey: 'sk-ant-right' });
  const ask = (apiKey: string, more: Partial<ModelRequest> = {}) =>
    anthropicProvider({ baseUrl: server.baseUrl, apiKey, stream: true, ...quick }).complete({ ...request, ...more });

  expect(await ask('sk-ant-wrong')).toMatchObject({ failure: expect.stringContaining('401') });
  server.fail('cut', 'cut');
  expect(await ask('sk-ant-right')).toMatchObject({ failure: expect.stringContaining('no message') });
  server.fail('close', 'close');
  expect(await ask('sk-ant-right')).toMatchObject({ failure: expect.any(String) });
  expect(await ask('sk-ant-right', { responseFormat: { type: 'json_object' } })).toMatchObject({
    failure: expect.stringContaining('json_object'),
  });
});
