// One attempt of one request, its body read as it arrives: what retries, streams and time measurements are built on.
import { readyToSend, send, type Ready } from './http-connection.ts';
import { Abandoned, type Received } from './http-exchange.ts';
import { failureOf, HttpError, requestError, type Asked } from './http-failure.ts';
import { isForbidden, NeverAsked } from './http-forbidden.ts';
import type { HttpHeaders } from './http-head.ts';
import { bodyPieces, wholeBody } from './http-reading.ts';

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
  /** The same, told while its last piece is being received; a promise tells when all else that is promised was told. */
  whole(told: WholeTold): void;
  /** `performance.now()` when the request was sent. */
  readonly startedAt: number;
}

/** One of both is called, once. */
export interface WholeTold {
  /** @param text read from the bytes when it is wanted */
  arrived(text: () => string): void;
  failed(error: HttpError): void;
}

/** One of both is called, once. */
export interface OpenedTold {
  arrived(opened: HttpOpened): void;
  failed(error: HttpError): void;
}

/** A request that nothing is left to be done for but to write it: made beforehand, it is on its way at once. */
export interface PreparedHttp {
  readonly ready: Ready;
}

/** @throws HttpError of kind `url`, or `request` for headers that no request may have */
export function prepareHttp({ method, url: address, headers = {}, body }: HttpRequest): PreparedHttp {
  const url = checkedUrl(address);
  try {
    return { ready: readyToSend({ method, url, headers, body }) };
  } catch (error) {
    throw requestError(url, error);
  }
}

/**
 * Sends once and hands over the answer, whatever its status, before its body has arrived.
 * @throws HttpError of any kind but `status` and `size`; of kind `url` for a redirect, which is not followed
 */
export function openHttp(request: HttpRequest | PreparedHttp, options: OpenOptions): Promise<HttpOpened> {
  return new Promise((resolve, reject) => {
    const prepared = 'ready' in request ? request : prepareHttp(request);
    sendPrepared(prepared, options, { arrived: resolve, failed: reject });
  });
}

/** The same, told and not promised: the next request can be on its way with the last byte of an answer. */
export function sendPrepared({ ready }: PreparedHttp, options: OpenOptions, told: OpenedTold): void {
  const { timeoutMs, maximumBytes = 32_000_000, signal } = options;
  const under = { url: ready.url, timeoutMs, maximumBytes };
  const startedAt = performance.now();
  if (signal?.aborted === true) return told.failed(failureOf(new Abandoned(), under));
  send(ready, options, {
    arrived: (received) => told.arrived(new Opened(received, under, startedAt)),
    failed: (error) => told.failed(failureOf(error, under)),
  });
}

class Opened implements HttpOpened {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly startedAt: number;
  readonly #received: Received;
  readonly #under: Asked;

  constructor(received: Received, under: Asked, startedAt: number) {
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
      this.whole({ arrived: (text) => resolve(text()), failed: reject });
    });
  }

  whole(told: WholeTold): void {
    wholeBody(this.#received, this.#under.maximumBytes, {
      whole: (bytes) => told.arrived(() => decoder.decode(bytes)),
      failed: (error) => told.failed(failureOf(error, this.#under)),
    });
  }
}

const decoder = new TextDecoder();

async function* checked(pieces: AsyncIterable<Uint8Array>, under: Asked): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw failureOf(error, under);
  }
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new HttpError('url', `"${text}" is no http or https URL`);
  if (url.username !== '' || url.password !== '')
    throw new HttpError('url', `the address of ${url.host} holds a user name or a password`);
  if (isForbidden(url.hostname)) throw new HttpError('url', `${url.host} is never asked: ${new NeverAsked().message}`);
  return url;
}
