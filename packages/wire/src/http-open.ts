// One attempt of one request, its body read as it arrives: what retries, streams and time measurements are built on.
import type { Readable } from 'node:stream';
import { DeadlinePassed, send, type HttpHeaders } from './http-connection.ts';

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
  readonly kind: 'url' | 'network' | 'timeout' | 'status' | 'size';
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

/**
 * Sends once and hands over the answer, whatever its status, before its body has arrived.
 * @throws HttpError of kind `url`, `network` or `timeout`
 */
export async function openHttp(request: HttpRequest, options: OpenOptions): Promise<HttpOpened> {
  const url = checkedUrl(request.url);
  const startedAt = performance.now();
  const under = { url, ...options };
  try {
    const { method, headers = {}, body } = request;
    const arrived = await send({ method, url, headers, body, timeoutMs: options.timeoutMs });
    return {
      status: arrived.status,
      headers: arrived.headers,
      startedAt,
      chunks: checkedChunks(arrived.body, under),
      text: () => wholeText(arrived.body, under),
    };
  } catch (error) {
    throw failureOf(error, under);
  }
}

interface Under extends OpenOptions {
  readonly url: URL;
}

const tooLarge = ({ url, maximumBytes = 32_000_000 }: Under, bytes: number): HttpError | undefined =>
  bytes > maximumBytes ? new HttpError('size', `${url.host} answered with more than ${maximumBytes} bytes`) : undefined;

async function* checkedChunks(body: AsyncIterable<Uint8Array>, under: Under): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      const error = tooLarge(under, bytes);
      if (error !== undefined) throw error;
      yield chunk;
    }
  } catch (error) {
    throw failureOf(error, under);
  }
}

/** By events: an iterator over the same costs a third of what a short answer costs in all. */
function wholeText(body: Readable, under: Under): Promise<string> {
  return new Promise((resolve, reject) => {
    const closed = new Error('closed before its end');
    // What ended before anybody read it has no more events.
    if (body.destroyed) throw failureOf(body.errored ?? closed, under);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    body.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      const error = tooLarge(under, bytes);
      if (error === undefined) chunks.push(chunk);
      else body.destroy(error);
    });
    body.on('end', () => resolve(new TextDecoder().decode(Buffer.concat(chunks))));
    body.on('error', (error) => reject(failureOf(error, under)));
    // After an end or an error this says nothing new.
    body.on('close', () => reject(failureOf(closed, under)));
  });
}

function failureOf(error: unknown, { url, timeoutMs }: Under): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof DeadlinePassed)
    return new HttpError('timeout', `${url.host} did not answer within ${timeoutMs / 1000} s`);
  return new HttpError('network', `${url.host} cannot be reached: ${reasonOf(error)}`, { cause: error });
}

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
