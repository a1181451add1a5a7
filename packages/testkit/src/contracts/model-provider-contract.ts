// What a prompt evaluation relies on in a model provider, whoever answers. Each case gets a provider that
// answers every request with its last message's text in capitals.
import assert from 'node:assert/strict';
import type { ModelProvider, ModelReply, ModelRequest } from '@pawl/core';
import type { ContractCase } from './contract-case.ts';

const ask = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  model: 'echo',
  messages: [
    { role: 'system', content: 'Say it in capitals.' },
    { role: 'user', content: text },
  ],
  parameters: { temperature: 0, maxTokens: 50 },
  repeat: 0,
  ...more,
});

async function replyTo(provider: ModelProvider, request: ModelRequest): Promise<ModelReply> {
  const reply = await provider.complete(request);
  assert.ok('text' in reply, JSON.stringify(reply));
  return reply;
}

export const modelProviderContract: readonly ContractCase<ModelProvider>[] = [
  {
    title: 'a reply has its text unchanged and says whether it was reused',
    check: async (provider) => {
      const reply = await replyTo(provider, ask(' line one\n"two" <b>☃</b> '));
      assert.equal(reply.text, ' LINE ONE\n"TWO" <B>☃</B> ');
      assert.equal(typeof reply.reused, 'boolean');
    },
  },
  {
    title: 'answers that are asked for together are not mixed up',
    check: async (provider) => {
      const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
      const replies = await Promise.all(texts.map((text) => replyTo(provider, ask(text))));
      assert.deepEqual(
        replies.map(({ text }) => text),
        texts.map((text) => text.toUpperCase()),
      );
    },
  },
  {
    title: 'repeats, parameters and a response format are taken',
    check: async (provider) => {
      const jsonSchema = { name: 'answer', schema: { type: 'object' } };
      const request = ask('again', { repeat: 1, responseFormat: { type: 'json_schema', jsonSchema } });
      assert.equal((await replyTo(provider, request)).text, 'AGAIN');
      assert.equal((await replyTo(provider, ask('again', { parameters: {} }))).text, 'AGAIN');
    },
  },
  {
    title: 'numbers of a reply are numbers, where it has them',
    check: async (provider) => {
      const { usage, latencyMs, costUsd } = await replyTo(provider, ask('count'));
      for (const value of [usage?.promptTokens, usage?.completionTokens, latencyMs, costUsd])
        assert.ok(value === undefined || (Number.isFinite(value) && value >= 0), String(value));
    },
  },
  {
    title: 'texts that mean something elsewhere come back as they are',
    check: async (provider) => {
      const hostile = [
        '{{env.SECRET}} {% raw %}',
        '$(ID) `ID` "; DROP',
        '\\N \\"',
        '[DONE]',
        'DATA: {}',
        '\u{1f989} \u2028 \u202e',
      ];
      for (const text of hostile) assert.equal((await replyTo(provider, ask(text))).text, text.toUpperCase());
      const long = 'LONG '.repeat(20_000);
      assert.equal((await replyTo(provider, ask(long))).text, long);
    },
  },
  {
    title: 'what it was not asked for it does not add',
    check: async (provider) => {
      const reply = await replyTo(provider, ask('plain'));
      for (const name of ['toolCalls', 'logProbs', 'refused'] as const) assert.equal(reply[name], undefined, name);
    },
  },
  {
    title: 'it closes once nothing more is asked',
    check: async (provider) => {
      await replyTo(provider, ask('last'));
      await provider.close?.();
    },
  },
];
