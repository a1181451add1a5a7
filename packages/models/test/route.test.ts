// Which way a gateway took, by the headers that LiteLLM 1.106 and Portkey send.
import { expect, test } from 'vitest';
import type { ModelReply, ModelRoute } from '@pawl/core';
import { withRoutePrices } from '../src/route-prices.ts';
import { readsTargets, routeOf } from '../src/route.ts';
import { replyOf } from '../src/reply.ts';

const litellm = {
  'x-litellm-model-id': '01349b6c',
  'x-litellm-model-name': 'openai/dear',
  'x-litellm-model-group': 'triage',
  'x-litellm-response-cost': '0.0002',
  'x-litellm-attempted-retries': '0',
  'x-litellm-attempted-fallbacks': '1',
};
const portkey = {
  'x-portkey-provider': 'openai',
  'x-portkey-last-used-option-index': 'config.targets[1]',
  'x-portkey-retry-attempt-count': '2',
  'x-portkey-cache-status': 'MISS',
};

test.each([
  [
    'LiteLLM names who answered, which the answer does not',
    litellm,
    { model: 'openai/dear', deployment: '01349b6c', fallbacks: 1, retries: 0 },
  ],
  [
    'a hit of LiteLLM names a deployment that nobody asked',
    { ...litellm, 'x-litellm-cache-key': 'ef41' },
    { fallbacks: 1, retries: 0, cache: 'hit' },
  ],
  [
    'a hit by similarity is told from one of the same words',
    { ...litellm, 'x-litellm-cache-key': 'ef41', 'x-litellm-semantic-similarity': '0.93' },
    { fallbacks: 1, retries: 0, cache: 'semantic-hit' },
  ],
  [
    'an older LiteLLM names the group',
    { 'x-litellm-model-id': 'a', 'x-litellm-model-api-base': 'http://h', 'x-litellm-model-group': 'g' },
    { model: 'gpt', deployment: 'a' },
  ],
  [
    'Portkey names provider and target',
    portkey,
    { model: 'openai/gpt', deployment: 'config.targets[1]', retries: 2, cache: 'miss' },
  ],
  [
    'a Portkey without a cache',
    { ...portkey, 'x-portkey-cache-status': 'DISABLED' },
    { model: 'openai/gpt', deployment: 'config.targets[1]', retries: 2, cache: 'off' },
  ],
  ['a hit of Portkey', { ...portkey, 'x-portkey-cache-status': 'HIT' }, { retries: 2, cache: 'hit' }],
  [
    'a hit of Portkey by similarity',
    { ...portkey, 'x-portkey-cache-status': 'SEMANTIC HIT' },
    { retries: 2, cache: 'semantic-hit' },
  ],
  ['an endpoint that is no gateway', { server: 'uvicorn', 'x-litellm-response-cost': '1' }, undefined],
  ['numbers that are none', { 'x-litellm-model-name': 'm', 'x-litellm-attempted-fallbacks': 'None' }, { model: 'm' }],
])('%s', (_, headers, route) => {
  expect(routeOf(new Headers(headers as unknown as Record<string, string>), 'gpt')).toEqual(route);
});

test('the price of an answer from a cache is nothing, whatever the gateway says', () => {
  const reply = (headers: Record<string, string>) =>
    replyOf(
      { value: { text: 'a' }, headers: new Headers(headers), milliseconds: 1 },
      { model: 'triage', prices: undefined },
    );

  expect(reply(litellm).costUsd).toBe(0.0002);
  expect(reply({ ...litellm, 'x-litellm-cache-key': 'ef41' }).costUsd).toBe(0);
});

test("Portkey's fallbacks are counted by the target that answered, where its targets are asked in order", () => {
  const route = { model: 'openai/gpt', deployment: 'config.targets[2]' };
  const counted = (mode: string) => readsTargets(JSON.stringify({ strategy: { mode } }))(route);

  expect(counted('fallback')).toEqual({ ...route, fallbacks: 2 });
  expect(counted('loadbalance')).toEqual(route);
});

test('targets inside of a target of Portkey are counted too, and one that has a name is called by it', () => {
  const inner = { strategy: { mode: 'fallback' }, targets: [{}, { name: 'spare' }] };
  const told = (mode: string, deployment: string) =>
    readsTargets(JSON.stringify({ strategy: { mode }, targets: [{ name: 'first' }, inner] }))({ deployment });

  expect(told('fallback', 'config.targets[1].targets[1]')).toEqual({ deployment: 'spare', fallbacks: 2 });
  expect(told('loadbalance', 'config.targets[1].targets[1]')).toEqual({ deployment: 'spare', fallbacks: 1 });
  expect(told('fallback', 'config.targets[0]')).toEqual({ deployment: 'first', fallbacks: 0 });
  expect(told('fallback', 'config')).toEqual({ deployment: 'config' });
});

test('an answer of a priced route costs that, recorded or not, and one from a cache nothing', async () => {
  const usage = { promptTokens: 1000, completionTokens: 100 };
  const reply = (route: ModelRoute): ModelReply => ({ text: 'a', reused: false, usage, route });
  const provider = (given: ModelReply) =>
    withRoutePrices(
      { id: 'openai', complete: async () => given, recorded: () => given },
      { 'openai/small': { prompt: 1, completion: 10 } },
    );
  const request = { model: 'm', messages: [], parameters: {}, repeat: 0 };
  const small = provider(reply({ model: 'openai/small' }));
  const large = provider({ ...reply({ model: 'openai/large' }), costUsd: 1 });
  const cached = provider({ ...reply({ cache: 'hit' }), costUsd: 0 });

  expect(await small.complete(request)).toMatchObject({ costUsd: 0.002 });
  expect(small.recorded?.(request)?.costUsd).toBe(0.002);
  expect(await large.complete(request)).toMatchObject({ costUsd: 1 });
  expect(await cached.complete(request)).toMatchObject({ costUsd: 0 });
});
