// List prices: the table is the one that its script made, costs are those that litellm reckons, and nothing else is
// ever taken for a price.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { EvalProvider } from '@pawl/core';
import { listPriceSellers } from '@pawl/core/eval-suite';
import { fakeWorkspace } from '@pawl/core/testing';
import { openAiProvider, promptProviders } from '@pawl/models';
import { anthropicProvider } from '../src/anthropic-provider.ts';
import { sellers, source, taken } from '../src/list-price-table.ts';
import { listedFor, listPricesAt } from '../src/list-prices.ts';

interface Oracle {
  readonly source: string;
  readonly digest: string;
  readonly models: Readonly<Record<string, number>>;
  readonly costs: readonly {
    readonly seller: string;
    readonly model: string;
    readonly in: number;
    readonly out: number;
    readonly cached: number;
    /** Tokens that were thought: beside the completion, in the total alone, or a part of it. */
    readonly thought?: number;
    readonly beside?: boolean;
    /** Of service, as the answer names it. */
    readonly tier?: string;
    readonly usd: number;
  }[];
}

const values = JSON.parse(
  await readFile(new URL('../../../fixtures/oracles/list-prices/values.json', import.meta.url), 'utf8'),
) as Oracle;

const request = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'a' }],
  parameters: {},
  repeat: 0,
} as const;

/** Answers everything with that usage. */
async function serverOf(usage: object, headers: Record<string, string> = {}, body: object = {}) {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ choices: [{ message: { content: 'b' } }], ...body, usage }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('the table is the one that the script made', async () => {
  const text = await readFile(new URL('../src/list-price-table.ts', import.meta.url));
  expect(`sha256:${createHash('sha256').update(text).digest('hex')}`).toBe(values.digest);
  expect(source).toBe(values.source);
  expect(taken).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect(text.length).toBeLessThan(25_000);
});

test('every line is a price of models: no zeros, no cache dearer than the prompt, no model twice', () => {
  expect(Object.keys(sellers)).toEqual(Object.keys(values.models));
  expect(Object.keys(sellers)).toEqual(listPriceSellers);
  for (const [seller, text] of Object.entries(sellers)) {
    const names: string[] = [];
    for (const line of text.trim().split('\n')) {
      const [price = '', models = ''] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)];
      const [prompt = 0, completion = -1, cached = '-'] = price
        .split(' ')
        .map((each) => (each === '-' ? '-' : Number(each)));
      expect(price, `${seller}: ${line}`).toMatch(/^[\d.]+ [\d.]+(?: (?:[\d.]+|-)(?: \d+)?)?$/);
      expect(prompt).toBeGreaterThan(0);
      expect(prompt).toBeLessThan(1000);
      expect(completion).toBeGreaterThanOrEqual(0);
      if (cached !== '-') expect(cached).toBeLessThanOrEqual(Number(prompt));
      names.push(...models.split(' '));
    }
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(values.models[seller] ?? NaN);
  }
});

test('an answer costs what litellm says that it costs', async () => {
  expect(values.costs.length).toBeGreaterThan(15);
  for (const { seller, model, in: prompt_tokens, out: completion_tokens, cached, usd, ...more } of values.costs) {
    const { thought: reasoning_tokens = 0, beside = false, tier } = more;
    const usage = {
      prompt_tokens,
      completion_tokens,
      total_tokens: prompt_tokens + completion_tokens + (beside ? reasoning_tokens : 0),
      prompt_tokens_details: { cached_tokens: cached },
      ...(reasoning_tokens > 0 && { completion_tokens_details: { reasoning_tokens } }),
    };
    await using server = await serverOf(usage, {}, tier === undefined ? {} : { service_tier: tier });
    const listPrices = await listPricesAt(server.baseUrl, seller);
    if (listPrices === undefined) throw new Error(seller);
    const reply = await openAiProvider({ baseUrl: server.baseUrl, listPrices }).complete({ ...request, model });

    expect(reply, model).toMatchObject({ costUsd: expect.closeTo(usd, 9), listPrices: taken });
  }
});

test('prices are those of the address: elsewhere a model of the same name is none, unless the suite says so', async () => {
  const at = async (url: string, chosen?: unknown) => (await listPricesAt(url, chosen))?.('gpt-4o-mini')?.prompt;

  expect(await at('https://api.openai.com/v1')).toBe(0.15);
  expect(await at('http://localhost:8000/v1')).toBeUndefined();
  expect(await at('https://api.openai.com.example/v1')).toBeUndefined();
  expect(await at('https://eu.api.openai.com/v1')).toBeUndefined();
  expect(await at('http://localhost:8000/v1', 'openai')).toBe(0.15);
  expect(await at('https://api.openai.com/v1', false)).toBeUndefined();
  expect(await at('https://api.openai.com/v1', 'constructor')).toBeUndefined();
  expect(await at('https://x.openai.azure.com/openai/deployments/gpt-4o-mini')).toBe(0.15);
  expect(await at('https://x.openai.azure.com/openai/deployments/mine')).toBeUndefined();
  expect((await listPricesAt('https://api.openai.com/v1'))?.('nobody-knows')).toBeUndefined();
});

test('what the endpoint or the suite says wins, and what the list does not tell stays unknown', async () => {
  const listPrices = await listPricesAt('', 'openai');
  if (listPrices === undefined) throw new Error('no prices');
  const usage = { prompt_tokens: 1000, completion_tokens: 0 };
  const ask = async (
    said: Parameters<typeof serverOf>,
    more: {
      prices?: { prompt: number; completion: number };
      model?: string;
      parameters?: Record<string, unknown>;
    } = {},
  ) => {
    await using server = await serverOf(...said);
    const { prices, ...asked } = more;
    const provider = openAiProvider({ baseUrl: server.baseUrl, listPrices, ...(prices !== undefined && { prices }) });
    return await provider.complete({ ...request, ...asked });
  };

  expect(await ask([usage])).toMatchObject({ costUsd: 0.00015, listPrices: taken });
  const told = [
    await ask([usage, { 'x-litellm-response-cost': '0.5' }]),
    await ask([{ ...usage, cost: 0.5 }]),
    await ask([usage], { prices: { prompt: 500, completion: 0 } }),
  ];
  for (const reply of told) {
    expect(reply).toMatchObject({ costUsd: 0.5 });
    expect(reply).not.toHaveProperty('listPrices');
  }
  const unknown = [
    await ask([usage], { model: 'nobody-knows' }),
    await ask([usage], { parameters: { service_tier: 'priority' } }),
    await ask([{ prompt_tokens: 300_000, completion_tokens: 1 }], { model: 'gpt-5.5' }),
    await ask([{}]),
  ];
  for (const reply of unknown) {
    expect(reply).toHaveProperty('text');
    expect(reply).not.toHaveProperty('costUsd');
    expect(reply).not.toHaveProperty('listPrices');
  }
});

test('the tier that served an answer prices it, and before an answer the one that is asked for', async () => {
  const listPrices = await listPricesAt('', 'openai');
  const usage = { prompt_tokens: 1000, completion_tokens: 0 };
  const ask = async (asked: string | undefined, served: string | undefined) => {
    await using server = await serverOf(usage, {}, served === undefined ? {} : { service_tier: served });
    const parameters = asked === undefined ? {} : { service_tier: asked };
    const provider = openAiProvider({ baseUrl: server.baseUrl, ...(listPrices !== undefined && { listPrices }) });
    const planned = provider.listPrice?.({ ...request, parameters })?.prompt;
    const reply = await provider.complete({ ...request, parameters });
    expect(reply).not.toHaveProperty('tier');
    return [planned, 'costUsd' in reply ? reply.costUsd : undefined];
  };

  // As litellm: `auto` is a wish, and what was served counts where the answer says it.
  expect(await ask(undefined, undefined)).toEqual([0.15, 0.00015]);
  expect(await ask('auto', undefined)).toEqual([0.15, 0.00015]);
  expect(await ask('auto', 'default')).toEqual([0.15, 0.00015]);
  expect(await ask('auto', 'priority')).toEqual([0.15, undefined]);
  expect(await ask(undefined, 'flex')).toEqual([0.15, undefined]);
  expect(await ask('flex', 'flex')).toEqual([undefined, undefined]);
  expect(await ask('priority', 'default')).toEqual([undefined, 0.00015]);
  expect(await ask('on_demand', 'on_demand')).toEqual([0.15, 0.00015]);
  expect(listedFor({ ...request, parameters: { service_tier: 7 } }, listPrices)).toBeUndefined();
});

test('what a model thought is counted and paid, where its seller leaves it out of the completion', async () => {
  const listPrices = await listPricesAt('', 'openai');
  const tokensOf = async (usage: object) => {
    await using server = await serverOf(usage);
    const provider = openAiProvider({ baseUrl: server.baseUrl, ...(listPrices !== undefined && { listPrices }) });
    const reply = await provider.complete(request);
    expect(reply).not.toHaveProperty('reasoningTokens');
    return 'usage' in reply && [reply.usage?.completionTokens, reply.costUsd];
  };
  const usage = { prompt_tokens: 0, completion_tokens: 10 };
  const thought = { completion_tokens_details: { reasoning_tokens: 90 } };

  // xAI, and Gemini, which does not say what it was.
  expect(await tokensOf({ ...usage, ...thought, total_tokens: 100 })).toEqual([100, 0.00006]);
  expect(await tokensOf({ ...usage, total_tokens: 100 })).toEqual([100, 0.00006]);
  // OpenAI, and a total that nothing explains.
  expect(await tokensOf({ ...usage, completion_tokens: 100, ...thought, total_tokens: 100 })).toEqual([100, 0.00006]);
  expect(await tokensOf({ ...usage, ...thought, total_tokens: 50 })).toEqual([10, 0.000006]);
  expect(await tokensOf(usage)).toEqual([10, 0.000006]);
});

test('what goes into Anthropic’s cache has a price that is not listed, and what comes from it a lower one', async () => {
  const listPrices = await listPricesAt('', 'anthropic');
  if (listPrices === undefined) throw new Error('no prices');
  const ask = async (usage: object) => {
    const content = [{ type: 'text', text: 'b' }];
    await using server = await serverOf(
      { input_tokens: 1000, output_tokens: 0, ...usage },
      {},
      { content, type: 'message' },
    );
    const asked = { ...request, model: 'claude-haiku-4-5', parameters: { maxTokens: 5 } };
    return await anthropicProvider({ baseUrl: server.baseUrl, listPrices }).complete(asked);
  };
  expect(await ask({})).toMatchObject({ costUsd: 0.001 });
  expect(await ask({ cache_read_input_tokens: 1000 })).toMatchObject({ costUsd: expect.closeTo(0.0011, 9) });
  expect(await ask({ cache_creation_input_tokens: 10 })).not.toHaveProperty('costUsd');
});

test('a recording keeps by which list it was priced', async () => {
  await using server = await serverOf({ prompt_tokens: 1000, completion_tokens: 0 });
  const open = promptProviders({ workspace: fakeWorkspace({}), environment: () => undefined });
  const provider: EvalProvider = {
    id: 'openai:gpt-4o-mini',
    label: 'm',
    kind: 'openai',
    model: 'gpt-4o-mini',
    config: { baseUrl: server.baseUrl, listPrices: 'openai' },
    place: { file: '' },
  };
  const settings = {
    model: 'gpt-4o-mini',
    cassettes: ['c.jsonl'],
    record: 'missing',
    timeoutMs: 5000,
    provider,
  } as const;
  const opened = (await open(settings)).value;

  expect(opened?.listPrice?.(request)).toMatchObject({ prompt: 0.15, completion: 0.6, taken });
  await opened?.complete(request);
  await opened?.close?.();
  const again = (await open({ ...settings, record: 'none' })).value;
  expect(await again?.complete(request)).toMatchObject({ costUsd: 0.00015, listPrices: taken, reused: true });
});
