// HTTP with what every service needs: a deadline, retries that listen to Retry-After, a size limit, masked errors.
import { HttpError } from './http-failure.ts';
import type { HttpHeaders } from './http-head.ts';
import { maskSecrets } from './http-mask.ts';
import { openHttp, type HttpRequest } from './http-open.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: HttpHeaders;
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

const retriedStatuses = new Set([408, 425, 429, 500, 502, 503, 504, 529]);
const shownBody = 500;

/** Whether a server that answered so may answer otherwise when asked again: it is overloaded, or was just restarted. */
export const isRetriedStatus = (status: number): boolean => retriedStatuses.has(status);

/** Whether a request that was not answered may be when it is sent again. */
export const mayGoBetter = ({ kind }: HttpError): boolean => kind === 'network' || kind === 'timeout';

/**
 * Sends until a 2xx answer comes or the retries are used up. Time-outs, broken connections and the statuses
 * of overload are tried again; every other status is the answer's own fault and is not.
 * @throws HttpError
 */
export async function sendHttp(request: HttpRequest, options: HttpOptions): Promise<HttpReply> {
  const { retries, longestWaitMs = 60_000, secrets = [], sleep = realSleep, chance = Math.random } = options;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(request, options);
    if (outcome.reply !== undefined && outcome.reply.status >= 200 && outcome.reply.status < 300) return outcome.reply;
    const error = outcome.error ?? statusError(request.url, outcome.reply as HttpReply);
    const again = outcome.error === undefined ? isRetriedStatus(error.status ?? 0) : mayGoBetter(error);
    const wait = outcome.reply === undefined ? undefined : retryAfter(outcome.reply.headers);
    const backoff = Math.min(longestWaitMs, 500 * 2 ** (attempt - 1)) * (0.5 + chance() / 2);
    if (!again || attempt > retries || (wait ?? 0) > longestWaitMs) throw maskedError(error, attempt, secrets);
    await sleep(Math.max(wait ?? 0, backoff));
  }
}

/** Milliseconds that a server asks to wait, in seconds or as a date; undefined when it does not say. */
export function retryAfter(headers: HttpHeaders, now: number = Date.now()): number | undefined {
  const inMilliseconds = headers.get('retry-after-ms');
  if (inMilliseconds !== null && Number(inMilliseconds) >= 0) return Number(inMilliseconds);
  const text = headers.get('retry-after');
  if (text === null || text === '') return undefined;
  const milliseconds = Number.isFinite(Number(text)) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

async function attemptOnce(
  request: HttpRequest,
  options: HttpOptions,
): Promise<{ reply?: HttpReply; error?: HttpError }> {
  try {
    const opened = await openHttp(request, options);
    const text = await opened.text();
    const { status, headers, startedAt } = opened;
    return { reply: { status, headers, text, milliseconds: performance.now() - startedAt } };
  } catch (error) {
    if (error instanceof HttpError) return { error };
    throw error;
  }
}

/** An answer that is no success, as an error with the beginning of its body. */
export const statusError = (url: string, { status, text }: Pick<HttpReply, 'status' | 'text'>): HttpError =>
  new HttpError('status', `${URL.parse(url)?.host ?? url} answered ${status}`, {
    status,
    body: text.slice(0, shownBody),
  });

/** The same error, fit to be shown. */
export function maskedError(error: HttpError, attempts: number, secrets: readonly string[]): HttpError {
  const { kind, status, body, message } = error;
  const times = attempts > 1 ? ` (${attempts} attempts)` : '';
  // Without its cause: fetch's own errors may hold the request, and with it the key.
  return new HttpError(kind, maskSecrets(message, secrets) + times, {
    ...(status !== undefined && { status }),
    body: maskSecrets(body, secrets),
    attempts,
  });
}

const realSleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
