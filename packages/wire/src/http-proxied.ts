// One request by Node's own client, for environments that lead through a proxy: it knows all the settings they have.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import {
  Abandoned,
  DeadlinePassed,
  type BodyReader,
  type IncomingBody,
  type Patience,
  type Told,
} from './http-exchange.ts';
import { ReceivedHeaders, requestHeaders, type RequestParts } from './http-head.ts';

interface Client {
  send(url: URL, options: RequestOptions): ClientRequest;
}

let clients: Readonly<Record<string, Client>> | undefined;

/** At the first request: most commands send none. Asked for by a call, since an `import` of them loads Node's fetch. */
function openClients(): Readonly<Record<string, Client>> {
  const http = process.getBuiltinModule('node:http');
  const https = process.getBuiltinModule('node:https');
  const kept = { keepAlive: true, proxyEnv: process.env };
  const plainAgent = new http.Agent(kept);
  const safeAgent = new https.Agent(kept);
  return {
    'http:': { send: (url, options) => http.request(url, { ...options, agent: plainAgent }) },
    'https:': { send: (url, options) => https.request(url, { ...options, agent: safeAgent }) },
  };
}

export function sendProxied(parts: RequestParts, { timeoutMs, signal }: Patience, told: Told): void {
  clients ??= openClients();
  const client = clients[parts.url.protocol];
  if (client === undefined) throw new Error(`${parts.url.protocol} is not spoken`);
  const headers = Object.fromEntries(requestHeaders(parts));
  // Node would send no length of it with a DELETE or a GET, and the body would be taken for another request.
  if (parts.body !== undefined) headers['content-length'] = String(Buffer.byteLength(parts.body));
  const request = client.send(parts.url, { method: parts.method, headers });
  let answer: IncomingMessage | undefined;
  let failed = false;
  const fail = (error: Error): void => {
    if (!failed && answer === undefined) told.failed(error);
    failed = true;
  };
  const end = (why: Error): void => {
    answer?.destroy(why);
    request.destroy(why);
    // One that is ended already says nothing more.
    fail(why);
  };
  const deadline = setTimeout(() => end(new DeadlinePassed()), timeoutMs);
  const abandon = (): void => end(new Abandoned());
  signal?.addEventListener('abort', abandon);
  const forget = (): void => {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', abandon);
  };
  request.on('response', (arrived) => {
    answer = arrived;
    // Kept for whoever reads: without a listener Node forgets it.
    arrived.on('error', () => {});
    arrived.once('close', forget);
    const headers = new ReceivedHeaders();
    for (let index = 0; index + 1 < arrived.rawHeaders.length; index += 2)
      headers.add(arrived.rawHeaders[index] as string, arrived.rawHeaders[index + 1] as string);
    told.arrived({ status: arrived.statusCode ?? 0, headers, body: new ProxiedBody(arrived) });
  });
  request.on('error', (error) => {
    if (answer === undefined) forget();
    fail(error);
  });
  // An answer that would speak another protocol ends it without a response and without an error.
  request.on('close', () => {
    if (answer !== undefined) return;
    forget();
    fail(new Error('closed without an answer'));
  });
  request.end(parts.body);
}

class ProxiedBody implements IncomingBody {
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.#response = response;
  }

  read(reader: BodyReader): void {
    const response = this.#response;
    let over = false;
    const fail = (error: Error): void => {
      if (over) return;
      over = true;
      reader.fail(error);
    };
    const closed = new Error('closed before its end');
    // What ended before anybody read it has no more events.
    if (response.destroyed) return fail(response.errored ?? closed);
    response.on('data', (piece: Buffer) => {
      if (!over) reader.take(piece);
    });
    response.on('end', () => {
      if (!over) reader.end();
      over = true;
    });
    response.on('error', fail);
    response.on('close', () => fail(closed));
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  drop(): void {
    this.#response.destroy();
  }

  destroy(): void {
    this.#response.destroy();
  }
}
