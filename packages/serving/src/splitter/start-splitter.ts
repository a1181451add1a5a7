// The embedded splitter: a streaming reverse proxy in this process, with an admin server of its own.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { handleAdmin } from './admin.ts';
import { seededRandom } from './choose-arm.ts';
import { sendJson } from './forward.ts';
import { createProxy } from './proxy.ts';
import { routeTable } from './route-table.ts';

export interface SplitterOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Address requests come in at; loopback unless told. */
  readonly host?: string;
  /** The admin server listens on loopback only. */
  readonly adminPort?: number;
  /** Asked of every admin request as `Authorization: Bearer`. */
  readonly adminToken?: string;
  /** Makes the split replayable. */
  readonly seed?: number;
  /** No byte from the model for this long is a failure; 120 s unless told. */
  readonly timeoutMs?: number;
  /** How long running requests may take to end when it stops; 30 s unless told. */
  readonly drainMs?: number;
}

export interface RunningSplitter extends AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  /** Takes no new requests, lets running ones end, then stops. Safe to call twice. */
  close(): Promise<void>;
}

export async function startSplitter(options: SplitterOptions = {}): Promise<RunningSplitter> {
  const routes = routeTable();
  const proxy = createProxy({
    routes,
    random: seededRandom(options.seed ?? randomInt(2 ** 32)),
    timeoutMs: options.timeoutMs ?? 120_000,
  });
  // Node's own limit of 300 s for a whole request would cut a large upload; time-outs are the proxy's business.
  const data = createServer({ requestTimeout: 0, keepAliveTimeout: 65_000 }, proxy.handle);
  const admin = createServer((request, response) => {
    handleAdmin({ routes, token: options.adminToken }, request, response).catch(() => {
      sendJson(response, 400, { error: 'the request could not be read' });
    });
  });
  const host = options.host ?? '127.0.0.1';
  const url = await listen(data, options.port ?? 0, host);
  const adminUrl = await listen(admin, options.adminPort ?? 0, '127.0.0.1').catch((error: unknown) => {
    data.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= stop({ data, admin }, options.drainMs ?? 30_000).then(() => proxy.close());
    return closing;
  };
  return { url, adminUrl, close, [Symbol.asyncDispose]: close };
}

async function stop({ data, admin }: { data: Server; admin: Server }, drainMs: number): Promise<void> {
  const drained = new Promise<void>((resolve) => {
    data.close(() => resolve());
  });
  // A connection whose request ends now would idle until its keep-alive runs out.
  const sweep = setInterval(() => data.closeIdleConnections(), 20);
  const patience = new AbortController();
  await Promise.race([drained, delay(drainMs, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  clearInterval(sweep);
  data.closeAllConnections();
  await drained;
  admin.closeAllConnections();
  await new Promise((resolve) => {
    admin.close(resolve);
  });
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: chosen } = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${chosen}`);
    });
  });
}
