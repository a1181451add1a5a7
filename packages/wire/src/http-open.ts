// One attempt of one request, its body read as it arrives: what retries, streams and time measurements are built on.
import { readyToSend, send, type Ready } from './http-connection.ts';
import { Abandoned, DeadlinePassed, type Received } from './http-exchange.ts';
import type { HttpHeaders } from './http-head.ts';
import { bodyPieces, TooMuch, wholeBody } from './http-reading.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OpenOptions {
  /** Body included. */
  readonly timeoutMs: number;
  readonly maximumBytes?: number;
  /** Ends the request, or the reading of its answer, when it is given. */
  readonly signal?: AbortSignal;
}

export interface HttpOpened {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** As it arrives. Fails with HttpError: the connection broke, the time is over, it is too much. To be read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The same as text, when all has arrived. Either is read, not both. */
  text(): Promise<string>;
  /** `performance.now()` when the request was sent. */
  readonly startedAt: number;
}

/** `kind` tells what went wrong; `status` and `body` (its beginning) are there when a server answered. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly kind: 'url' | 'network' | 'timeout' | 'abandoned' | 'status' | 'size';
  readonly status: number | undefined;
  readonly body: string;
  readonly attempts: number;

  constructor(
    kind: HttpError['kind'],
    message: string,
    details: { status?: number; body?: string; attempts?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.status = details.status;
    this.body = details.body ?? '';
    this.attempts = details.attempts ?? 1;
  }
}

/** A request that nothing is left to be done for but to write it: made beforehand, it is on its way at once. */
export interface PreparedHttp {
  readonly ready: Ready;
}

/** @throws HttpError of kind `url`, or `network` for headers that no request may have */
export function prepareHttp({ method, url: address, headers = {}, body }: HttpRequest): PreparedHttp {
  const url = checkedUrl(address);
  try {
    return { ready: readyToSend({ method, url, headers, body }) };
  } catch (error) {
    throw networkError(url, error);
  }
}

/**
 * Sends once and hands over the answer, whatever its status, before its body has arrived.
 * @throws HttpError of kind `url`, `network`, `timeout` or `abandoned`
 */
export function openHttp(request: HttpRequest | PreparedHttp, options: OpenOptions): Promise<HttpOpened> {
  const { timeoutMs, maximumBytes = 32_000_000 } = options;
  return new Promise((resolve, reject) => {
    const { ready } = 'ready' in request ? request : prepareHttp(request);
    const under = { url: ready.url, timeoutMs, maximumBytes };
    const startedAt = performance.now();
    if (options.signal?.aborted === true) return reject(failureOf(new Abandoned(), under));
    send(ready, options, {
      arrived: (received) => resolve(new Opened(received, under, startedAt)),
      failed: (error) => reject(failureOf(error, under)),
    });
  });
}

class Opened implements HttpOpened {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly startedAt: number;
  readonly #received: Received;
  readonly #under: Under;

  constructor(received: Received, under: Under, startedAt: number) {
    this.status = received.status;
    this.headers = received.headers;
    this.startedAt = startedAt;
    this.#received = received;
    this.#under = under;
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return checked(bodyPieces(this.#received, this.#under.maximumBytes), this.#under);
  }

  text(): Promise<string> {
    return new Promise((resolve, reject) => {
      wholeBody(this.#received, this.#under.maximumBytes, {
        whole: (bytes) => resolve(decoder.decode(bytes)),
        failed: (error) => reject(failureOf(error, this.#under)),
      });
    });
  }
}

const decoder = new TextDecoder();

interface Under {
  readonly url: URL;
  readonly timeoutMs: number;
  readonly maximumBytes: number;
}

async function* checked(pieces: AsyncIterable<Uint8Array>, under: Under): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw failureOf(error, under);
  }
}

function failureOf(error: unknown, { url, timeoutMs, maximumBytes }: Under): HttpError {
  if (error instanceof DeadlinePassed)
    return new HttpError('timeout', `${url.host} did not answer within ${timeoutMs / 1000} s`);
  if (error instanceof Abandoned) return new HttpError('abandoned', `${url.host} was not waited for any longer`);
  if (error instanceof TooMuch)
    return new HttpError('size', `${url.host} answered with more than ${maximumBytes} bytes`);
  return networkError(url, error);
}

const networkError = (url: URL, error: unknown): HttpError =>
  new HttpError('network', `${url.host} cannot be reached: ${reasonOf(error)}`, { cause: error });

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new HttpError('url', `"${text}" is no http or https URL`);
  if (url.username !== '' || url.password !== '')
    throw new HttpError('url', `the address of ${url.host} holds a user name or a password`);
  return url;
}

function reasonOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return [code, cause instanceof Error ? cause.message : String(cause)].filter((part) => part !== '').join(' ');
}
