// One attempt of a request, from its turn to the last byte of its answer. Told by calls and not by one promise after the
// other: with that last byte the next request is written, and only then is anybody told. Answers come in bursts, and what
// lies between the two is what all of a burst wait for.
import {
  HttpError,
  isRetriedStatus,
  mayGoBetter,
  retryAfter,
  sendPrepared,
  statusError,
  type HttpHeaders,
  type HttpOpened,
  type PreparedHttp,
} from '@pawl/wire';
import type { AnswerReader, Called, CallOptions } from './call-endpoint.ts';
import type { AttemptEnd, Refusal } from './pacer.ts';
import { pauseAsked } from './rate-limits.ts';

export interface Attempt<T> {
  readonly prepared: PreparedHttp;
  readonly reader: AnswerReader<T>;
  readonly options: CallOptions;
  /** It was tried before. */
  readonly again: boolean;
}

export type Outcome<T> =
  | { readonly end: AttemptEnd; readonly called: () => Called<T> }
  | { readonly end: AttemptEnd; readonly error: HttpError; readonly again: boolean; readonly wait?: number };

/**
 * @returns undefined when nobody waits any longer
 * @throws whatever an answer's reader throws that is no HttpError
 */
export function attemptInTurn<T>(attempt: Attempt<T>): Promise<Outcome<T> | Refusal | undefined> {
  const { pacer, signal, timeoutMs } = attempt.options;
  const patience = { timeoutMs, ...(signal !== undefined && { signal }) };
  return new Promise((resolve, reject) => {
    pacer.queue(attempt.again, signal, (turn) => {
      if (signal?.aborted === true) {
        if ('leave' in turn) turn.leave({ kind: 'failed' });
        return resolve(undefined);
      }
      if ('refused' in turn) return resolve(turn);
      const told: Told<T> = {
        ended: (outcome) => {
          turn.leave(outcome.end);
          resolve(outcome);
        },
        failed: (error) => {
          if (error instanceof HttpError) return told.ended(failedOutcome(error));
          // Even where reading an answer breaks in a way that nobody thought of: all others wait for this place.
          turn.leave({ kind: 'failed' });
          reject(error);
        },
      };
      try {
        sendPrepared(attempt.prepared, patience, {
          arrived: (opened) => readAnswer(attempt, opened, told),
          failed: told.failed,
        });
      } catch (error) {
        // Whoever left just now would get it otherwise.
        told.failed(error);
      }
    });
  });
}

interface Told<T> {
  readonly ended: (outcome: Outcome<T>) => void;
  readonly failed: (error: unknown) => void;
}

function readAnswer<T>({ prepared, reader, options }: Attempt<T>, opened: HttpOpened, told: Told<T>): void {
  const { accepts = isSuccess } = options;
  const { status, headers } = opened;
  const { failed } = told;
  try {
    if (!accepts(status)) {
      const { href } = prepared.ready.url;
      const refused = (text: string): HttpError => statusError(href, { status, text });
      opened.whole({ arrived: (text) => told.ended(refusedOutcome(refused(text()), headers)), failed });
      return;
    }
    const come = (value: () => T): void => told.ended(answered(opened, options, value));
    const streamed = reader.stream?.(opened);
    // All of it has come then. A whole text is read later, when others are on their way.
    if (streamed !== undefined) streamed.then((value) => come(() => value)).catch(failed);
    else opened.whole({ arrived: (text) => come(() => reader.whole(text(), opened)), failed });
  } catch (error) {
    failed(error);
  }
}

function answered<T>({ headers, startedAt }: HttpOpened, { timeoutMs }: CallOptions, value: () => T): Outcome<T> {
  const milliseconds = performance.now() - startedAt;
  const pauseMs = pauseAsked(headers);
  const end: AttemptEnd = {
    kind: 'answered',
    slow: milliseconds > timeoutMs / 2,
    ...(pauseMs !== undefined && { pauseMs }),
  };
  return { end, called: () => ({ value: value(), headers, milliseconds }) };
}

function failedOutcome<T>(error: HttpError): Outcome<T> {
  const end: AttemptEnd = error.kind === 'timeout' ? { kind: 'overload' } : { kind: 'failed' };
  return { end, error, again: mayGoBetter(error) };
}

function refusedOutcome<T>(error: HttpError, headers: HttpHeaders): Outcome<T> {
  const status = error.status ?? 0;
  // Money that is used up comes with the same status as haste, and waiting does not bring it back.
  const again = isRetriedStatus(status) && !/insufficient_quota|billing_hard_limit/.test(error.body);
  if (!again) return { end: { kind: 'answered', slow: false }, error, again };
  const wait = retryAfter(headers) ?? pauseAsked(headers);
  const waits = wait === undefined ? {} : { wait };
  if (status !== 429 && status !== 503 && status !== 529) return { end: { kind: 'failed' }, error, again, ...waits };
  return { end: { kind: 'overload', ...(wait !== undefined && { pauseMs: wait }) }, error, again, ...waits };
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
