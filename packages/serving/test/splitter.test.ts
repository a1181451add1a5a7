import { expect, test } from 'vitest';
import type { Route } from '@pawl/core';
import { splitterClient, startSplitter, type SplitterOptions } from '@pawl/serving';
import { bodyOf, upstream, type Upstream } from './upstream.ts';

/** Stable and canary answer with their own name, the path and the body they got. */
async function place(
  listeners: { stable?: Parameters<typeof upstream>[0]; canary?: Parameters<typeof upstream>[0] } = {},
  options: SplitterOptions = {},
) {
  const places = new AsyncDisposableStack();
  const echo =
    (who: string) =>
    async (
      request: Parameters<Parameters<typeof upstream>[0]>[0],
      response: Parameters<Parameters<typeof upstream>[0]>[1],
    ) => {
      const body = await bodyOf(request);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ who, path: request.url, body }));
    };
  const stable: Upstream = places.use(await upstream(listeners.stable ?? echo('stable')));
  const canary: Upstream = places.use(await upstream(listeners.canary ?? echo('canary')));
  const splitter = places.use(await startSplitter({ seed: 7, drainMs: 100, ...options }));
  const client = splitterClient({ url: splitter.adminUrl });
  const route = (canaryWeight: number, more: Partial<Route> = {}): Route => ({
    stable: { version: 'v1', endpoint: { url: stable.url, path: '/v2/models/m/versions/1/infer', model: 'm--v1' } },
    canary: { version: 'v2', endpoint: { url: canary.url, path: '/v2/models/m/versions/2/infer', model: 'm--v2' } },
    canaryWeight,
    ...more,
  });
  return { stable, canary, splitter, client, route, [Symbol.asyncDispose]: () => places.disposeAsync() };
}
type Place = Awaited<ReturnType<typeof place>>;

const infer = (at: Place, headers: Record<string, string> = {}) =>
  fetch(`${at.splitter.url}/v2/models/m/infer`, { method: 'POST', body: '{"inputs":[]}', headers });
const ask = async (at: Place, headers: Record<string, string> = {}) =>
  (await (await infer(at, headers)).json()) as { who: string; path: string; body: string };
const times = async <T>(n: number, work: (index: number) => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let start = 0; start < n; start += 50) {
    results.push(...(await Promise.all(Array.from({ length: Math.min(50, n - start) }, (_, i) => work(start + i)))));
  }
  return results;
};

test("the weight in basis points is the canary's share of requests", async () => {
  await using at = await place();
  await at.client.set('m', at.route(1000));

  const answers = await times(600, () => ask(at));

  const canary = answers.filter(({ who }) => who === 'canary').length;
  // 60 ± 4 standard deviations of a binomial.
  expect(canary).toBeGreaterThan(60 - 30);
  expect(canary).toBeLessThan(60 + 30);
  expect(await at.client.counts('m')).toMatchObject({
    stable: { version: 'v1', requests: 600 - canary, errors: 0 },
    canary: { version: 'v2', requests: canary, errors: 0 },
  });
});

test('at weight 0 nobody and at 10000 everybody meets the canary', async () => {
  await using at = await place();
  const { etag } = await at.client.set('m', at.route(0));
  expect(new Set((await times(50, () => ask(at))).map(({ who }) => who))).toEqual(new Set(['stable']));

  await at.client.set('m', at.route(10_000), etag);

  expect(new Set((await times(50, () => ask(at))).map(({ who }) => who))).toEqual(new Set(['canary']));
});

test('a user meets the same version every time, and keeps it when the weight rises', async () => {
  await using at = await place();
  const { etag } = await at.client.set('m', at.route(3000, { sticky: 'x-user-id' }));
  const whoOf = async (user: number) => (await ask(at, { 'x-user-id': `user-${user}` })).who;

  const first = await times(80, whoOf);
  const second = await times(80, whoOf);
  await at.client.set('m', at.route(6000, { sticky: 'x-user-id' }), etag);
  const third = await times(80, whoOf);

  expect(second).toEqual(first);
  const canary = first.filter((who) => who === 'canary').length;
  expect(canary).toBeGreaterThan(7);
  expect(canary).toBeLessThan(41);
  first.forEach((who, user) => {
    if (who === 'canary') expect(third[user]).toBe('canary');
  });
});

test('KServe paths are rewritten to the version, and OpenAI bodies to the adapter', async () => {
  await using at = await place();
  await at.client.set('m', at.route(10_000));

  expect(await ask(at)).toMatchObject({ path: '/v2/models/m/versions/2/infer', body: '{"inputs":[]}' });
  const completion = await fetch(`${at.splitter.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages: [] }),
  });
  const answer = (await completion.json()) as { path: string; body: string };
  expect(answer.path).toBe('/v1/chat/completions');
  expect(JSON.parse(answer.body)).toEqual({ model: 'm--v2', messages: [] });
  expect(completion.headers.get('x-pawl-version')).toBe('v2');
});

test.each([
  ['POST', '/invocations'],
  ['POST', '/v1/load_lora_adapter'],
  ['POST', '/v2/repository/models/m/unload'],
  ['POST', '/v2/models/m/versions/1/infer'],
  ['GET', '/v2/models/m/infer'],
])('%s %s is not served: paths are an allow-list', async (method, path) => {
  await using at = await place();
  await at.client.set('m', at.route(0));

  const response = await fetch(at.splitter.url + path, { method, ...(method === 'POST' && { body: '{}' }) });

  expect(response.status).toBe(404);
  expect((await at.client.counts('m')).stable.requests).toBe(0);
});

test("a 5xx, a cut connection, a time-out and an error inside a stream are errors; a 4xx is the caller's", async () => {
  const turns = [500, 400, 'cut', 'silence', 'stream', 200] as const;
  let turn = 0;
  await using at = await place(
    {
      canary: (request, response) => {
        request.resume();
        const what = turns[turn++];
        if (what === 'cut') response.socket?.destroy();
        else if (what === 'stream') {
          response.setHeader('content-type', 'text/event-stream');
          response.write('data: {"text":"a"}\n\ndata: {"er');
          setTimeout(() => response.end('ror":"out of memory"}\n\n'), 10);
        } else if (typeof what === 'number') response.writeHead(what).end('{}');
      },
    },
    { timeoutMs: 150 },
  );
  await at.client.set('m', at.route(10_000));

  const statuses = [];
  for (const _ of turns) {
    const response = await infer(at);
    statuses.push(response.status);
    await response.text();
  }

  expect(statuses).toEqual([500, 400, 502, 504, 200, 200]);
  expect((await at.client.counts('m')).canary).toMatchObject({ requests: 6, errors: 4, consecutiveErrors: 0 });
});

test('bytes pass as they come: the first event of a stream arrives before the last is made', async () => {
  const release = Promise.withResolvers<void>();
  await using at = await place({
    stable: async (request, response) => {
      request.resume();
      response.setHeader('content-type', 'text/event-stream').write('data: one\n\n');
      await release.promise;
      response.end('data: two\n\n');
    },
  });
  await at.client.set('m', at.route(0));

  const response = await infer(at);
  const reader = response.body!.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  release.resolve();
  const second = new TextDecoder().decode((await reader.read()).value);

  expect([first, second]).toEqual(['data: one\n\n', 'data: two\n\n']);
});

test('a large request is streamed through, not kept', async () => {
  let size = 0;
  await using at = await place({
    stable: async (request, response) => {
      for await (const chunk of request) size += (chunk as Buffer).length;
      response.end('{}');
    },
  });
  await at.client.set('m', at.route(0));

  const response = await fetch(`${at.splitter.url}/v2/models/m/infer`, {
    method: 'POST',
    body: Buffer.alloc(3_000_000),
  });

  expect(response.status).toBe(200);
  expect(size).toBe(3_000_000);
});

test('requests beyond the objective count as slow, and quantiles are within their buckets', async () => {
  await using at = await place({
    stable: (request, response) => {
      request.resume();
      setTimeout(() => response.end('{}'), 40);
    },
  });
  await at.client.set('m', at.route(0, { objectiveMs: 20 }));

  await times(20, () => infer(at).then((response) => response.text()));

  const { stable } = await at.client.counts('m');
  expect(stable).toMatchObject({ requests: 20, slow: 20, errors: 0 });
  expect(stable.p50).toBeGreaterThan(35);
  expect(stable.p95).toBeGreaterThanOrEqual(stable.p50 ?? 0);
});

test('a model server that died is a counted 502', async () => {
  await using at = await place();
  await at.client.set('m', at.route(0));
  await (await infer(at)).text();
  await at.stable.stop();

  expect((await infer(at)).status).toBe(502);
  expect((await at.client.counts('m')).stable).toMatchObject({ requests: 2, errors: 1, consecutiveErrors: 1 });
});

test('a stale etag is refused, and so is making a route that is there', async () => {
  await using at = await place();
  const first = await at.client.set('m', at.route(0));
  await at.client.set('m', at.route(100), first.etag);

  await expect(at.client.set('m', at.route(5000), first.etag)).rejects.toMatchObject({ code: 'SPLITTER_CONFLICT' });
  await expect(at.client.set('m', at.route(5000))).rejects.toMatchObject({ code: 'SPLITTER_CONFLICT' });
  expect((await at.client.get('m'))?.route.canaryWeight).toBe(100);
});

test('an arm keeps its counts when the weight changes, and starts anew with another version', async () => {
  await using at = await place();
  const { etag } = await at.client.set('m', at.route(10_000));
  await times(5, () => ask(at));
  const next = await at.client.set('m', at.route(5000), etag);
  expect((await at.client.counts('m')).canary?.requests).toBe(5);

  const { canary, stable } = at.route(0);
  await at.client.set('m', { stable, canary: { ...canary!, version: 'v3' }, canaryWeight: 0 }, next.etag);

  expect((await at.client.counts('m')).canary).toMatchObject({ version: 'v3', requests: 0 });
});

test('the admin interface wants its token, refuses nonsense, and speaks Prometheus', async () => {
  await using at = await place({}, { adminToken: 'secret' });
  const client = splitterClient({ url: at.splitter.adminUrl, token: 'secret' });
  await expect(at.client.get('m')).rejects.toMatchObject({ code: 'SPLITTER_REFUSED' });
  await client.set('m', at.route(2500));
  await infer(at);

  const headers = { authorization: 'Bearer secret' };
  const bad = await fetch(`${at.splitter.adminUrl}/routes/m`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ ...at.route(0), canaryWeight: 20_000 }),
  });
  expect(bad.status).toBe(400);
  const metrics = await (await fetch(`${at.splitter.adminUrl}/metrics`, { headers })).text();
  expect(metrics).toContain('# TYPE pawl_splitter_requests_total counter\n');
  expect(metrics).toContain('pawl_splitter_canary_weight_basis_points{model="m"} 2500\n');
  // The admin interface is not on the address that requests come in at.
  expect((await fetch(`${at.splitter.url}/routes/m`, { headers })).status).toBe(404);
});

test('a splitter that is not there is unreachable', async () => {
  await expect(splitterClient({ url: 'http://127.0.0.1:1' }).get('m')).rejects.toMatchObject({
    code: 'SPLITTER_UNREACHABLE',
  });
});

test("a kept-alive connection that the server closed meanwhile is tried once more, and is nobody's failure", async () => {
  let cut = false;
  const sockets = new Set<object>();
  await using at = await place({
    stable: (request, response) => {
      request.resume();
      // The second request on a connection meets the race: the server has just closed it.
      if (cut && sockets.has(request.socket)) request.socket.destroy();
      else response.end('{}');
      sockets.add(request.socket);
    },
  });
  await at.client.set('m', at.route(0));
  await (await infer(at)).text();
  cut = true;
  await new Promise((resolve) => setTimeout(resolve, 1100));

  expect((await infer(at)).status).toBe(200);
  expect((await at.client.counts('m')).stable).toMatchObject({ requests: 2, errors: 0 });
});
