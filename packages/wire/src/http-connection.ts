// One request over a connection that is kept for the next one. Node's own client and not fetch: of a thousand short
// answers fetch takes two to three times the processor time, which a run with many requests at a time has to wait for.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';

export interface Sending {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** For the whole exchange, the last byte of the answer included. */
  readonly timeoutMs: number;
}

/** Of a response; names are found in any case. `Headers` is one, but loads all of Node's fetch. */
export interface HttpHeaders extends Iterable<[name: string, value: string]> {
  get(name: string): string | null;
  keys(): Iterable<string>;
}

export interface Arrived {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Decoded. Whoever stops reading it ends the connection. */
  readonly body: Readable;
}

/** The time was over, and the connection was ended for that. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

interface Client {
  send(url: URL, options: RequestOptions): ClientRequest;
}

let clients: Readonly<Record<string, Client>> | undefined;

/** At the first request: most commands send none. Asked for by a call, since an `import` of them loads Node's fetch. */
function openClients(): Readonly<Record<string, Client>> {
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
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

/** @throws DeadlinePassed, or whatever broke the connection; so does reading the body */
export async function send(sending: Sending): Promise<Arrived> {
  const { method, url, headers, body, timeoutMs } = sending;
  clients ??= openClients();
  const client = clients[url.protocol];
  if (client === undefined) throw new Error(`${url.protocol} is not spoken`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = client.send(url, { method, headers: { ...always, ...headers } });
    let answer: IncomingMessage | undefined;
    const deadline = setTimeout(() => {
      const passed = new DeadlinePassed();
      answer?.destroy(passed);
      request.destroy(passed);
      // One that is ended already says nothing more.
      reject(passed);
    }, timeoutMs);
    request.on('response', (arrived) => {
      answer = arrived;
      // Kept for whoever reads: without a listener Node forgets it.
      arrived.on('error', () => {});
      arrived.once('close', () => clearTimeout(deadline));
      resolve(arrived);
    });
    request.on('error', (error) => {
      if (answer === undefined) clearTimeout(deadline);
      reject(error);
    });
    // An answer that would speak another protocol ends it without a response and without an error.
    request.on('close', () => {
      if (answer !== undefined) return;
      clearTimeout(deadline);
      reject(new Error('closed without an answer'));
    });
    request.end(body);
  });
  const { statusCode: status = 0 } = response;
  // A redirect would take the key to a place that nobody named.
  if (redirects.has(status)) {
    response.destroy();
    throw new Error('unexpected redirect');
  }
  const received = new ReceivedHeaders(response.rawHeaders);
  return { status, headers: received, body: await decoded(response, received.get('content-encoding')) };
}

const always = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'node' };
const redirects = new Set([301, 302, 303, 307, 308]);

class ReceivedHeaders implements HttpHeaders {
  readonly #values = new Map<string, string>();

  /** @param raw names and values in turns, as Node has them */
  constructor(raw: readonly string[]) {
    for (let index = 0; index + 1 < raw.length; index += 2) {
      const name = (raw[index] ?? '').toLowerCase();
      const value = raw[index + 1] ?? '';
      const earlier = this.#values.get(name);
      this.#values.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
    }
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#values[Symbol.iterator]();
  }
}

async function decoded(response: IncomingMessage, encoding: string | null): Promise<Readable> {
  if (encoding === null || encoding === 'identity') return response;
  const { createBrotliDecompress, createUnzip } = await import('node:zlib');
  const { pipeline } = await import('node:stream');
  const decoder = { gzip: createUnzip, 'x-gzip': createUnzip, deflate: createUnzip, br: createBrotliDecompress }[
    encoding.toLowerCase()
  ];
  if (decoder === undefined) return response;
  // What goes wrong is thrown to whoever reads, and is no crash where nobody does yet.
  return (pipeline(response, decoder(), () => {}) as Readable).on('error', () => {});
}
