// One request to a model's endpoint, tried as often as it makes sense: paced, with a deadline for each attempt, and
// every end of it a value.
import type { ModelFailure } from '@pawl/core';
import {
  HttpError,
  maskedError,
  prepareHttp,
  type HttpHeaders,
  type HttpOpened,
  type HttpRequest,
  type PreparedHttp,
} from '@pawl/wire';
import { attemptInTurn } from './attempt.ts';
import { listAt, parsedJson } from './json-member.ts';
import { Pacer, realSleep, type Sleep } from './pacer.ts';
import { quietTurn } from './quiet-turn.ts';

export interface CallOptions {
  readonly timeoutMs: number;
  /** Attempts after the first. A time-out is tried again once only: it has cost enough. */
  readonly retries: number;
  readonly pacer: Pacer;
  readonly secrets: readonly string[];
  /** Longest wait between two attempts; a longer Retry-After ends the retries. */
  readonly longestWaitMs?: number;
  readonly sleep?: Sleep;
  /** Given when nobody waits for an answer any longer: what is under way and what waits to be tried again ends. */
  readonly signal?: AbortSignal;
  /** 0 … 1 */
  readonly chance?: () => number;
  /** Which statuses are answers; 200 to 299 unless given. */
  readonly accepts?: (status: number) => boolean;
}

/** What the connection options of a provider come to; `pacer` may be shared by providers of one endpoint. */
export interface Connection {
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly pacer?: Pacer;
  /** Of its own pacer, when none is shared. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly sleep?: Sleep;
  readonly chance?: () => number;
}

export function callOptions(connection: Connection, secrets: readonly string[]): CallOptions {
  const { timeoutMs = 60_000, retries = 4, concurrency = 64, sleep, chance, signal } = connection;
  const waits = { ...(sleep !== undefined && { sleep }) };
  const pacer = connection.pacer ?? new Pacer({ max: concurrency, ...waits });
  const given = { ...(chance !== undefined && { chance }), ...(signal !== undefined && { signal }) };
  return { timeoutMs, retries, pacer, secrets, ...waits, ...given };
}

export interface Called<T> {
  readonly value: T;
  readonly headers: HttpHeaders;
  /** Of the attempt that succeeded, to the last byte. */
  readonly milliseconds: number;
}

export interface AnswerReader<T> {
  /** Reads the answer while it comes; undefined where it is to be waited for. HttpErrors are tried again. */
  readonly stream?: (opened: HttpOpened) => Promise<T> | undefined;
  /** Of one that is there whole. What is wrong with it is a value: the same would come again. */
  readonly whole: (text: string, opened: HttpOpened) => T;
}

/** @param reader of an accepted answer */
export async function callEndpoint<T>(
  request: HttpRequest,
  reader: AnswerReader<T>,
  options: CallOptions,
): Promise<Called<T> | ModelFailure> {
  const { retries, pacer, secrets, longestWaitMs = 60_000, sleep = realSleep, chance = Math.random, signal } = options;
  const prepared = prepare(request);
  if (prepared instanceof HttpError) return failureOf(maskedError(prepared, 1, secrets));
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptInTurn({ prepared, reader, options, again: attempt > 1 });
    if (outcome === undefined) return abandoned;
    if ('refused' in outcome)
      return { failure: `${outcome.refused}, and so to all before; it was not asked any more`, hint: hints.closed };
    // Whoever waited is sent before this answer is judged.
    await quietTurn();
    if ('called' in outcome) return outcome.called();
    const { error, wait } = outcome;
    const tries = error.kind === 'timeout' ? Math.min(retries, 1) : retries;
    if (!outcome.again || attempt > tries || (wait ?? 0) > longestWaitMs) {
      const shown = maskedError(error, attempt, secrets);
      // What this request alone did wrong says nothing of the others.
      if (outcome.again || error.kind === 'certificate') pacer.lose(maskedError(error, 1, secrets).message);
      return failureOf(shown);
    }
    const backoff = Math.min(longestWaitMs, 500 * 2 ** (attempt - 1)) * (0.5 + chance() / 2);
    await sleep(Math.max(wait ?? 0, backoff), signal);
  }
}

const abandoned: ModelFailure = {
  failure: 'the time was over before the answer came',
  hint: 'Raise max-minutes, or ask less.',
};

/** Before its turn comes, so that nothing is left to do then but to write it. */
function prepare(request: HttpRequest): PreparedHttp | HttpError {
  try {
    return prepareHttp(request);
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

const hints = { closed: 'Ask again later; answers that came are recorded when record is missing or all.' };

export function failureOf(error: HttpError): ModelFailure {
  const said = error.body === '' ? '' : `: ${saidBy(error.body)}`;
  return { failure: `${error.message}${said}`, hint: hintFor(error) };
}

function hintFor({ kind, status, body }: HttpError): string {
  if (kind === 'url') return 'Correct base-url: the endpoint’s own address, http://… or https://…, without a password.';
  if (kind === 'request') return 'Correct the headers, and the keys in the environment that they are made of.';
  if (kind === 'certificate')
    return 'Name a file with the certificate of its authority in NODE_EXTRA_CA_CERTS, or have the certificate renewed.';
  if (kind === 'timeout') return 'Raise timeout, or lower concurrency.';
  if (kind === 'network') return 'Check base-url, and that the endpoint is running.';
  if (kind === 'size') return 'Ask for a shorter answer.';
  if (status === 401 || status === 403) return 'Check the key in the environment variable that api-key-env names.';
  if (status === 404) return 'Check base-url and the model’s name.';
  if (status === 429 && /insufficient_quota|billing/.test(body)) return 'The account has no credit left.';
  if (status === 429) return 'Lower concurrency, or raise the limit at the provider.';
  return status !== undefined && status < 500
    ? 'The endpoint refused the request: check the model parameters.'
    : 'Try again later; answers that came are recorded when record is missing or all.';
}

/** The message of an OpenAI-shaped error, with what Portkey lists beside it; else the body's beginning. */
function saidBy(body: string): string {
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  const listed = listAt(parsedJson(body), 'errors').filter((each) => typeof each === 'string');
  const said = message === undefined ? body : [message, ...listed].join(': ');
  return said.replace(/\s+/g, ' ').slice(0, 200);
}
