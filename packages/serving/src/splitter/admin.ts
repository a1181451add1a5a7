// The splitter's own interface, on an address of its own: routes with compare-and-swap, counts, metrics.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './forward.ts';
import { readRoute, type RouteTable } from './route-table.ts';

const bodyLimit = 65_536;

export async function handleAdmin(
  { routes, token }: { readonly routes: RouteTable; readonly token: string | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://admin').pathname;
  if (token !== undefined && !allowed(request.headers.authorization, token)) {
    request.resume();
    sendJson(response, 401, { error: 'the admin token is missing or wrong' });
    return;
  }
  if (path === '/health') return sendJson(response, 200, { ok: true });
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText(routes));
    return;
  }
  if (path === '/routes') return sendJson(response, 200, { names: routes.names() });
  const match = /^\/routes\/(.+?)(\/counts)?$/.exec(path);
  if (match === null) return sendJson(response, 404, { error: `there is no ${path}` });
  const name = decodeURIComponent(match[1] ?? '');
  if (match[2] !== undefined) {
    const counts = routes.counts(name);
    return counts === undefined
      ? sendJson(response, 404, { error: `there is no route "${name}"` })
      : sendJson(response, 200, counts);
  }
  if (request.method === 'PUT') return put({ routes, name }, request, response);
  const entry = routes.get(name);
  if (entry === undefined) return sendJson(response, 404, { error: `there is no route "${name}"` });
  response.setHeader('etag', entry.etag);
  return sendJson(response, 200, entry.route);
}

async function put(
  { routes, name }: { routes: RouteTable; name: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await textOf(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const read = readRoute(value);
  if ('problem' in read) return sendJson(response, 400, { error: read.problem });
  const expected = request.headers['if-match'];
  const entry = routes.set(name, read.route, expected);
  if (entry === undefined) {
    const now = routes.get(name)?.etag;
    const reason = now === undefined ? 'the route is gone' : 'the route was changed since it was read';
    return sendJson(response, 412, { error: reason });
  }
  response.setHeader('etag', entry.etag);
  return sendJson(response, 200, entry.route);
}

/** Prometheus' text format. */
function metricsText(routes: RouteTable): string {
  const lines: Record<string, string[]> = { requests: [], errors: [], slow: [], weight: [], latency: [] };
  for (const name of routes.names()) {
    const entry = routes.get(name);
    const counts = routes.counts(name);
    if (entry === undefined || counts === undefined) continue;
    for (const [arm, arms] of Object.entries(counts)) {
      const labels = `model="${escape(name)}",arm="${arm}",version="${escape(arms.version)}"`;
      lines['requests']?.push(`pawl_splitter_requests_total{${labels}} ${arms.requests}`);
      lines['errors']?.push(`pawl_splitter_errors_total{${labels}} ${arms.errors}`);
      lines['slow']?.push(`pawl_splitter_slow_total{${labels}} ${arms.slow}`);
      if (arms.p50 !== undefined)
        lines['latency']?.push(`pawl_splitter_latency_ms{${labels},quantile="0.5"} ${arms.p50}`);
      if (arms.p95 !== undefined)
        lines['latency']?.push(`pawl_splitter_latency_ms{${labels},quantile="0.95"} ${arms.p95}`);
    }
    lines['weight']?.push(
      `pawl_splitter_canary_weight_basis_points{model="${escape(name)}"} ${entry.route.canaryWeight}`,
    );
  }
  const types = { requests: 'counter', errors: 'counter', slow: 'counter', weight: 'gauge', latency: 'summary' };
  return Object.entries(types)
    .flatMap(([key, type]) => {
      const [first] = lines[key] ?? [];
      return first === undefined ? [] : [`# TYPE ${first.split('{')[0]} ${type}`, ...(lines[key] ?? [])];
    })
    .map((line) => `${line}\n`)
    .join('');
}

const escape = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');

function allowed(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) return '';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
