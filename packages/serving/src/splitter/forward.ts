// One request handed on to the arm that was chosen for it: bytes streamed both ways, the outcome counted.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Route } from '@pawl/core';
import { upstreamUrl, type Addressed } from './addressing.ts';
import type { RequestOutcome } from './arm-counter.ts';
import type { RouteEntry } from './route-table.ts';
import { watchEventStream } from './stream-errors.ts';

export interface Exchange {
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

export interface Forwarder {
  forward(exchange: Exchange): void;
  close(): void;
}

const hopByHop = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade host'.split(' '),
);

/** Servers close idle connections after a second at the earliest; one cut sooner is the server's failure. */
const shortestIdleMs = 1000;

/** @param timeoutMs no byte from the model for this long is a failure */
export function createForwarder(timeoutMs: number): Forwarder {
  /** When a connection was last used, so that a stale one can be told from a broken answer. */
  const lastUsed = new WeakMap<object, number>();
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

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
    upstream.setTimeout(timeoutMs, () => upstream.destroy(new Error('timeout')));
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
    forward: (exchange) => forward(exchange),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
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

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
