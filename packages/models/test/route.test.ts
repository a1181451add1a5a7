// Which way a gateway took, by the headers that LiteLLM 1.106 and Portkey send.
import { expect, test } from 'vitest';
import { countsFallbacks, routeOf } from '../src/route.ts';
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
  const counted = (mode: string) => countsFallbacks(JSON.stringify({ strategy: { mode } }))(route);

  expect(counted('fallback')).toEqual({ ...route, fallbacks: 2 });
  expect(counted('loadbalance')).toEqual(route);
});
