// The data path: one request in, one arm chosen, bytes streamed both ways, the outcome counted.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Route } from '@pawl/core';
import { addressOf, modelOf, upstreamUrl, type Addressed } from './addressing.ts';
import type { RequestOutcome } from './arm-counter.ts';
import { choosesCanary } from './choose-arm.ts';
import type { RouteEntry, RouteTable } from './route-table.ts';
import { watchEventStream } from './stream-errors.ts';

export interface ProxyOptions {
  readonly routes: RouteTable;
  readonly random: () => number;
  /** No byte from the model for this long is a failure. */
  readonly timeoutMs: number;
}

export interface Proxy {
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
}

/** An OpenAI body has to be read whole, because it names the model. */
const bufferedLimit = 32_000_000;
/** Small bodies are kept for a second try when a kept-alive connection turns out to be closed. */
const retryLimit = 262_144;

const hopByHop = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade host'.split(' '),
);

/** Servers close idle connections after a second at the earliest; one cut sooner is the server's failure. */
const shortestIdleMs = 1000;

export function createProxy(options: ProxyOptions): Proxy {
  /** When a connection was last used, so that a stale one can be told from a broken answer. */
  const lastUsed = new WeakMap<object, number>();
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url ?? '/';
    const [path = '/'] = url.split('?');
    const method = request.method ?? 'GET';
    if (method === 'GET' && (path === '/v2/health/live' || path === '/v2/health/ready' || path === '/health')) {
      response.writeHead(200).end();
      return;
    }
    if (method === 'GET' && path === '/v1/models') {
      const data = options.routes.names().map((id) => ({ id, object: 'model', owned_by: 'pawl' }));
      sendJson(response, 200, { object: 'list', data });
      return;
    }
    const address = addressOf(method, path);
    if (address === undefined) {
      request.resume();
      sendJson(response, 404, { error: `${method} ${path} is not served here` });
      return;
    }
    const body = await bufferedBody(request, address);
    if (body === 'too large') {
      sendJson(response, 413, { error: `the request is larger than ${bufferedLimit} bytes` });
      return;
    }
    const named = address.protocol === 'openai' && body !== undefined ? modelOf(body) : undefined;
    const name = address.protocol === 'kserve' ? address.name : named?.name;
    const entry = name === undefined ? undefined : options.routes.get(name);
    if (name === undefined || entry === undefined) {
      request.resume();
      sendJson(response, name === undefined ? 400 : 404, unknownModel(address, name));
      return;
    }
    const sticky = entry.route.sticky === undefined ? undefined : request.headers[entry.route.sticky];
    const canary = choosesCanary(name, entry.route, typeof sticky === 'string' ? sticky : undefined, options.random);
    const arm = (canary ? entry.route.canary : undefined) ?? entry.route.stable;
    forward({
      request,
      response,
      address,
      entry,
      arm,
      canary,
      url,
      body: named !== undefined && arm.endpoint.model !== undefined ? named.rewritten(arm.endpoint.model) : body,
    });
  };

  const forward = (exchange: Exchange, second = false): void => {
    const { request, response, address, entry, arm, canary, body } = exchange;
    const started = performance.now();
    let done = false;
    let firstByte: number | undefined;
    const finish = (outcome: RequestOutcome): void => {
      if (done) return;
      done = true;
      if (address.protocol === 'kserve' && !address.counted) return;
      const counter = canary ? entry.canary : entry.stable;
      counter?.record(outcome, (firstByte ?? performance.now()) - started, entry.route.objectiveMs);
    };

    const target = upstreamUrl(arm.endpoint, address, exchange.url);
    const secure = target.protocol === 'https:';
    const upstream = (secure ? httpsRequest : httpRequest)(target, {
      method: request.method ?? 'GET',
      agent: secure ? agents.https : agents.http,
      headers: forwardedHeaders(request, body),
    });
    upstream.setTimeout(options.timeoutMs, () => upstream.destroy(new Error('timeout')));
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      if (done) return;
      const idle = started - (lastUsed.get(upstream.socket ?? upstream) ?? started);
      if (error.code === 'ECONNRESET' && idle >= shortestIdleMs && !second && body !== undefined) {
        // The model closed an idle connection just as we used it: nobody's failure.
        done = true;
        forward(exchange, true);
        return;
      }
      finish('failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, error.message === 'timeout' ? 504 : 502, { error: `the model server: ${error.message}` });
    });
    upstream.on('response', (incoming) => {
      const status = incoming.statusCode ?? 502;
      // Kept now: at the end of the answer the agent has taken it back already.
      const connection = incoming.socket;
      const stream = String(incoming.headers['content-type'] ?? '').startsWith('text/event-stream');
      const watch = stream ? watchEventStream() : undefined;
      response.writeHead(status, { ...keptHeaders(incoming.headers), 'x-pawl-version': arm.version });
      if (stream) response.flushHeaders();
      incoming.on('data', (chunk: Buffer) => {
        // A person waits for the first token of a stream, and for the whole of anything else.
        if (watch !== undefined) firstByte ??= performance.now();
        watch?.see(chunk);
      });
      incoming.on('end', () => {
        lastUsed.set(connection, performance.now());
        finish(status >= 500 || watch?.failed() === true ? 'failed' : 'answered');
      });
      incoming.on('error', () => {
        finish('failed');
        response.destroy();
      });
      incoming.pipe(response);
    });
    response.once('close', () => {
      if (response.writableFinished || done) return;
      finish('cancelled');
      upstream.destroy();
    });
    if (body === undefined) request.pipe(upstream);
    else upstream.end(body);
  };

  return {
    handle: (request, response) => {
      handle(request, response).catch(() => response.destroy());
    },
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly address: Addressed;
  readonly entry: RouteEntry;
  readonly arm: Route['stable'];
  readonly canary: boolean;
  readonly url: string;
  /** Undefined: too large to keep, streamed through. */
  readonly body: Buffer | undefined;
}

async function bufferedBody(request: IncomingMessage, address: Addressed): Promise<Buffer | 'too large' | undefined> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  const limit = address.protocol === 'openai' ? bufferedLimit : retryLimit;
  if (request.method === 'GET') return Buffer.alloc(0);
  if (address.protocol === 'kserve' && !(length <= limit)) return undefined;
  if (length > limit) return 'too large';
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > limit) return 'too large';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function forwardedHeaders(request: IncomingMessage, body: Buffer | undefined): Record<string, string | string[]> {
  const headers = keptHeaders(request.headers);
  if (body !== undefined && request.method !== 'GET') headers['content-length'] = String(body.length);
  const peer = request.socket.remoteAddress;
  if (peer !== undefined)
    headers['x-forwarded-for'] = [request.headers['x-forwarded-for'], peer].flat().filter(Boolean).join(', ');
  return headers;
}

function keptHeaders(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const named = String(headers.connection ?? '').toLowerCase();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) || (named !== '' && named.split(/\s*,\s*/).includes(name))
        ? []
        : [[name, value]],
    ),
  );
}

const unknownModel = (address: Addressed, name: string | undefined): unknown => {
  const message = name === undefined ? 'the body names no model' : `The model \`${name}\` does not exist.`;
  return address.protocol === 'kserve'
    ? { error: message }
    : { error: { message, type: 'NotFoundError', param: 'model', code: name === undefined ? 400 : 404 } };
};

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
