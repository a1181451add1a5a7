// The data path: one request in, its model found, one arm chosen.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressOf, modelOf, type Addressed } from './addressing.ts';
import { choosesCanary } from './choose-arm.ts';
import { createForwarder, sendJson } from './forward.ts';
import type { RouteTable } from './route-table.ts';

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

export function createProxy(options: ProxyOptions): Proxy {
  const forwarder = createForwarder(options.timeoutMs);

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
    forwarder.forward({
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

  return {
    handle: (request, response) => {
      handle(request, response).catch(() => response.destroy());
    },
    close: () => forwarder.close(),
  };
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

const unknownModel = (address: Addressed, name: string | undefined): unknown => {
  const message = name === undefined ? 'the body names no model' : `The model \`${name}\` does not exist.`;
  return address.protocol === 'kserve'
    ? { error: message }
    : { error: { message, type: 'NotFoundError', param: 'model', code: name === undefined ? 400 : 404 } };
};
