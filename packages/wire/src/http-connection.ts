// One request over a connection that is kept for the next one. Node's own client and not fetch: of a thousand short
// answers fetch takes two to three times the processor time, which a run with many requests at a time has to wait for.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';

export interface Sending {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface Arrived {
  readonly status: number;
  readonly headers: Headers;
  /** Decoded. Whoever stops reading it ends the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Loaded at the first request: most commands send none, and both take their time to load. */
interface Client {
  send(url: URL, options: RequestOptions): ClientRequest;
}

let clients: Promise<Readonly<Record<string, Client>>> | undefined;

async function openClients(): Promise<Readonly<Record<string, Client>>> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  // As fetch has it: proxies of the environment count when Node is told so.
  const kept = {
    keepAlive: true,
    ...(process.env['NODE_USE_ENV_PROXY'] === '1' && { proxyEnv: process.env }),
  };
  const plainAgent = new http.Agent(kept);
  const safeAgent = new https.Agent(kept);
  return {
    'http:': { send: (url, options) => http.request(url, { ...options, agent: plainAgent }) },
    'https:': { send: (url, options) => https.request(url, { ...options, agent: safeAgent }) },
  };
}

/** @throws whatever broke the connection, or the signal's reason */
export async function send(sending: Sending): Promise<Arrived> {
  const { method, url, headers, body, signal } = sending;
  clients ??= openClients();
  const client = (await clients)[url.protocol];
  if (client === undefined) throw new Error(`${url.protocol} is not spoken`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = client.send(url, { method, headers: { ...always, ...headers }, signal });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
  const { statusCode: status = 0 } = response;
  // A redirect would take the key to a place that nobody named.
  if (redirects.has(status)) {
    response.destroy();
    throw new Error('unexpected redirect');
  }
  const received = headersOf(response.rawHeaders);
  return { status, headers: received, body: await decoded(response, received.get('content-encoding')) };
}

const always = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'node' };
const redirects = new Set([301, 302, 303, 307, 308]);

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) headers.append(raw[index] ?? '', raw[index + 1] ?? '');
  return headers;
}

async function decoded(response: IncomingMessage, encoding: string | null): Promise<AsyncIterable<Uint8Array>> {
  if (encoding === null || encoding === 'identity') return response;
  const { createBrotliDecompress, createUnzip } = await import('node:zlib');
  const { pipeline } = await import('node:stream');
  const decoder = { gzip: createUnzip, 'x-gzip': createUnzip, deflate: createUnzip, br: createBrotliDecompress }[
    encoding.toLowerCase()
  ];
  if (decoder === undefined) return response;
  // What goes wrong is thrown to whoever reads.
  return pipeline(response, decoder(), () => {}) as Readable;
}
