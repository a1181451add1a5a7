// HTTP with what every service needs: a deadline, retries that listen to Retry-After, a size limit, masked errors.
import { maskSecrets } from './http-mask.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Milliseconds of the attempt that succeeded, to the last byte. */
  readonly milliseconds: number;
}

export interface HttpOptions {
  /** For one attempt, body included. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Longest wait between two attempts; a longer Retry-After ends the retries. */
  readonly longestWaitMs?: number;
  readonly maximumBytes?: number;
  /** Never appear in an error. */
  readonly secrets?: readonly string[];
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** 0 … 1, spreads the waits of clients that failed together. */
  readonly chance?: () => number;
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

const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504, 529]);
const shownBody = 500;

/**
 * Sends until a 2xx answer comes or the retries are used up. Time-outs, broken connections and the statuses
 * of overload are tried again; every other status is the answer's own fault and is not.
 * @throws HttpError
 */
export async function sendHttp(request: HttpRequest, options: HttpOptions): Promise<HttpReply> {
  const url = checkedUrl(request.url);
  const { retries, longestWaitMs = 60_000, secrets = [], sleep = realSleep, chance = Math.random } = options;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(url, request, options);
    if (outcome.reply !== undefined && outcome.reply.status >= 200 && outcome.reply.status < 300) return outcome.reply;
    const error = outcome.error ?? statusError(url, outcome.reply as HttpReply);
    const again = outcome.error === undefined ? retriedStatuses.has(error.status ?? 0) : error.kind !== 'size';
    const wait = outcome.reply === undefined ? undefined : retryAfter(outcome.reply.headers);
    const backoff = Math.min(longestWaitMs, 500 * 2 ** (attempt - 1)) * (0.5 + chance() / 2);
    if (!again || attempt > retries || (wait ?? 0) > longestWaitMs) throw masked(error, attempt, secrets);
    await sleep(Math.max(wait ?? 0, backoff));
  }
}

/** Milliseconds that a server asks to wait, in seconds or as a date; undefined when it does not say. */
export function retryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const inMilliseconds = headers.get('retry-after-ms');
  if (inMilliseconds !== null && Number(inMilliseconds) >= 0) return Number(inMilliseconds);
  const text = headers.get('retry-after');
  if (text === null || text === '') return undefined;
  const milliseconds = Number.isFinite(Number(text)) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

async function attemptOnce(
  url: URL,
  request: HttpRequest,
  { timeoutMs, maximumBytes = 32_000_000 }: HttpOptions,
): Promise<{ reply?: HttpReply; error?: HttpError }> {
  const started = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: request.method,
      // A redirect would take the key to a place that nobody named.
      redirect: 'error',
      signal,
      ...(request.headers !== undefined && { headers: { ...request.headers } }),
      ...(request.body !== undefined && { body: request.body }),
    });
    const text = await readText(response, maximumBytes, url);
    return {
      reply: { status: response.status, headers: response.headers, text, milliseconds: performance.now() - started },
    };
  } catch (error) {
    if (error instanceof HttpError) return { error };
    if (signal.aborted)
      return { error: new HttpError('timeout', `${url.host} did not answer within ${timeoutMs / 1000} s`) };
    return { error: new HttpError('network', `${url.host} cannot be reached: ${reasonOf(error)}`, { cause: error }) };
  }
}

async function readText(response: Response, maximumBytes: number, url: URL): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maximumBytes) throw new HttpError('size', `${url.host} answered with more than ${maximumBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new HttpError('url', `"${text}" is no http or https URL`);
  return url;
}

const statusError = (url: URL, { status, text }: HttpReply): HttpError =>
  new HttpError('status', `${url.host} answered ${status}`, { status, body: text.slice(0, shownBody) });

function masked(error: HttpError, attempts: number, secrets: readonly string[]): HttpError {
  const { kind, status, body, message } = error;
  const times = attempts > 1 ? ` (${attempts} attempts)` : '';
  // Without its cause: fetch's own errors may hold the request, and with it the key.
  return new HttpError(kind, maskSecrets(message, secrets) + times, {
    ...(status !== undefined && { status }),
    body: maskSecrets(body, secrets),
    attempts,
  });
}

/** fetch says "fetch failed"; why is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return [code, cause instanceof Error ? cause.message : String(cause)].filter((part) => part !== '').join(' ');
}

const realSleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
