// Answers that come token by token: put together whole, timed, and never taken for whole when they are not.
import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { ModelReply, ModelRequest } from '@pawl/core';
import { openAiProvider } from '@pawl/models';
import { loopbackOpenAi, type Fault } from '@pawl/testkit/openai';
import type { HttpOpened } from '@pawl/wire';
import { readCompletionStream } from '../src/openai-stream.ts';
import { serverSentEvents } from '../src/server-sent-events.ts';

const request: ModelRequest = {
  model: 'small',
  messages: [{ role: 'user', content: 'Tell me.' }],
  parameters: {},
  repeat: 0,
};
const quick = { retries: 1, sleep: async () => undefined, stream: true };

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(start, start + size);
    start += size;
  }
}
const read = async (text: string, sizes: readonly number[] = []) => {
  const events: string[] = [];
  for await (const { event, data } of serverSentEvents(pieces(new TextEncoder().encode(text), sizes)))
    events.push(`${event}:${data}`);
  return events;
};

test('events are the same however the network cuts them, with line ends of every kind', async () => {
  const text = ': hello\n\ndata: ☃ one\ndata: two\r\n\r\nevent: end\rdata:three\r\rid: 4\n\ndata: 🦉\n\n';
  const whole = ['message:☃ one\ntwo', 'end:three', 'message:🦉'];
  expect(await read(text)).toEqual(whole);

  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
      expect(await read(text, sizes)).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});

test('a last event without its empty line counts, and one that never ends is refused', async () => {
  expect(await read('data: a\n\ndata: [DONE]')).toEqual(['message:a', 'message:[DONE]']);
  await expect(read(`data: ${'x'.repeat(5_000_000)}`, [100_000])).rejects.toThrow('too long');
});

test('a long line that comes in small pieces is gone through once, and not anew with each of them', async () => {
  // Half a minute otherwise, in which nothing else would go on.
  const [event = ''] = await read(`data: ${'x'.repeat(3_900_000)}\n\n`, [500]);
  expect(event).toHaveLength('message:'.length + 3_900_000);
});

test('a streamed answer is whole to the letter and comes with tokens, reason and times', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'Ein „Ümläut“ 🦉 and more words', betweenMs: 2 });
  const reply = await openAiProvider({ baseUrl: server.baseUrl, ...quick }).complete(request);

  expect(reply).toMatchObject({
    text: 'Ein „Ümläut“ 🦉 and more words',
    finishReason: 'stop',
    usage: { completionTokens: 8 },
  });
  expect(server.requests[0]?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  const { firstTokenMs = 0, betweenTokensMs = 0, latencyMs = 0 } = reply as ModelReply;
  expect(firstTokenMs).toBeGreaterThan(0);
  expect(betweenTokensMs).toBeGreaterThan(0);
  expect(firstTokenMs + betweenTokensMs * 7).toBeLessThanOrEqual(latencyMs + 0.01);
});

test('tool calls, log probabilities and refusals come out of a stream as they do at once', async () => {
  const toolCalls = [
    { id: 'call_1', name: 'weather', arguments: '{"city":"Köln"}' },
    { id: 'call_2', name: 'time', arguments: '{}' },
  ];
  await using server = await loopbackOpenAi({ answer: () => ({ toolCalls }) });
  await using shy = await loopbackOpenAi({ answer: () => ({ refusal: 'I will not.' }) });
  for (const stream of [true, false]) {
    const options = { ...quick, stream };
    expect(await openAiProvider({ baseUrl: server.baseUrl, ...options }).complete(request)).toMatchObject({
      text: '',
      finishReason: 'tool_calls',
      toolCalls,
    });
    expect(await openAiProvider({ baseUrl: shy.baseUrl, ...options }).complete(request)).toMatchObject({
      text: 'I will not.',
      refused: true,
    });
  }
});

test.each<[Fault, string]>([
  ['close', 'cannot be reached'],
  ['cut', 'the stream ended in the middle of the answer'],
  ['garbage', 'streams something that is no completion'],
  ['drip', 'did not answer within 0.2 s'],
  ['hang', 'did not answer within 0.2 s'],
])('a stream that ends in %s is a failure after bounded tries, and no half answer', async (fault, said) => {
  await using server = await loopbackOpenAi({ answer: () => 'fine' });
  server.failAlways(fault);
  const reply = await openAiProvider({ baseUrl: server.baseUrl, ...quick, timeoutMs: 200 }).complete(request);

  expect(reply).toMatchObject({ failure: expect.stringContaining(said) });
  expect(server.requests.length).toBeLessThanOrEqual(2);
});

test('what was thought takes no part in the time between the tokens that are shown', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1000, completion_tokens_details: { reasoning_tokens: 998 } };
  const parts = [
    { choices: [{ delta: { content: 'a' } }] },
    { choices: [{ delta: { content: 'b' }, finish_reason: 'stop' }] },
    { choices: [], usage },
  ];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      yield new TextEncoder().encode(`data: ${JSON.stringify(part)}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const opened = { chunks: chunks(), startedAt: performance.now() } as unknown as HttpOpened;
  const answer = await readCompletionStream(opened);

  expect(answer).toMatchObject({ text: 'ab', usage: { completionTokens: 1000 } });
  // Two are shown, a pause of 20 ms apart; of a thousand it would be the thousandth part.
  expect('text' in answer && answer.betweenTokensMs).toBeGreaterThan(10);
});

test('the connection of a streamed answer is kept for the next', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'fine' });
  const provider = openAiProvider({ baseUrl: server.baseUrl, ...quick });
  for (let turn = 0; turn < 5; turn++) {
    await provider.complete(request);
    // The stream's own end comes a moment after it says that it is done.
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  expect(server.connections).toBe(1);
});

test('a stream that broke once is asked for again', async () => {
  await using server = await loopbackOpenAi({ answer: () => 'fine at last' });
  server.fail('close');
  expect(await openAiProvider({ baseUrl: server.baseUrl, ...quick }).complete(request)).toMatchObject({
    text: 'fine at last',
  });
});
