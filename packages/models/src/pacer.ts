// How many requests one endpoint is sent at a time: as many as it was asked for until the endpoint shows that this is
// too much, then half (additive increase, multiplicative decrease). A request that waits to be tried again holds no
// place, so nothing stalls behind it. When an endpoint answers nobody any more, what waits is told so instead of tried.

export interface PacerOptions {
  /** Requests under way at a time, at most. */
  readonly max: number;
  /** Milliseconds of any monotone clock. */
  readonly now?: () => number;
  readonly sleep?: Sleep;
}

/** Until the time is over, or the signal is given. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** What became of one attempt. */
export type AttemptEnd =
  /** Answered, quickly or slowly, with success or with a refusal of this very request. */
  | { readonly kind: 'answered'; readonly slow: boolean; readonly pauseMs?: number }
  /** Too much for the endpoint: 429, 503, 529, or no answer in time. */
  | { readonly kind: 'overload'; readonly pauseMs?: number }
  /** Anything else that may go better the next time. */
  | { readonly kind: 'failed' };

export interface Turn {
  leave(end: AttemptEnd): void;
}

export interface Refusal {
  readonly refused: string;
}

interface Waiter {
  /** It has done its own waiting: through a pause it is the one that finds out whether there is still need of it. */
  readonly again: boolean;
  /** Given when it need not be told any more. */
  readonly signal: AbortSignal | undefined;
  readonly start: (turn: Turn | Refusal) => void;
}

/** Requests that used up their attempts, with no success between them, before nobody is sent any more. */
const lostBeforeClosing = 3;
/** After that long somebody may try again. */
const closedForMs = 30_000;
/** Longest pause for all, whatever an endpoint asks for. */
const longestPauseMs = 60_000;
const firstPauseMs = 500;

export class Pacer {
  readonly #max: number;
  readonly #now: () => number;
  readonly #sleep: Sleep;
  readonly #waiting: Waiter[] = [];
  #limit: number;
  #open = 0;
  #entered = 0;
  /** Attempts that entered before this one say nothing new. */
  #epoch = 0;
  #overloads = 0;
  #pausedUntil = 0;
  #waking = false;
  #lost = 0;
  #closed: { readonly until: number; readonly why: string } | undefined;

  constructor({ max, now = () => performance.now(), sleep = realSleep }: PacerOptions) {
    this.#max = Math.max(1, max);
    this.#limit = this.#max;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** Requests allowed at a time, as of now. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /**
   * Waits for a place, first come, first served.
   * @param again it was its turn before, and it goes to the front
   * @param signal ends the waiting through a pause
   */
  enter(again: boolean, signal?: AbortSignal): Promise<Turn | Refusal> {
    return new Promise((resolve) => this.queue(again, signal, resolve));
  }

  /** The same, told and not promised: whoever waits starts while the one before leaves. */
  queue(again: boolean, signal: AbortSignal | undefined, start: (turn: Turn | Refusal) => void): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) return start(refusal);
    const waiter = { again, signal, start };
    if (again) this.#waiting.unshift(waiter);
    else this.#waiting.push(waiter);
    this.#admit();
  }

  /** A request has used up its attempts. */
  lose(why: string): void {
    this.#lost += 1;
    if (this.#lost < lostBeforeClosing) return;
    this.#closed = { until: this.#now() + closedForMs, why };
    const refusal = { refused: why };
    for (const { start } of this.#waiting.splice(0)) start(refusal);
  }

  #refusal(): Refusal | undefined {
    if (this.#closed === undefined) return undefined;
    if (this.#now() < this.#closed.until) return { refused: this.#closed.why };
    this.#closed = undefined;
    this.#lost = 0;
    this.#limit = 1;
    return undefined;
  }

  #admit(): void {
    const pause = this.#pausedUntil - this.#now();
    while (this.#open < this.limit) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (next.signal?.aborted === true) {
        this.#waiting.shift();
        next.start({ refused: 'nobody waits for the answer any longer' });
        continue;
      }
      if (pause > 0 && !next.again) {
        this.#wakeIn(pause, next.signal);
        return;
      }
      this.#waiting.shift();
      next.start(this.#turn());
    }
  }

  #turn(): Turn {
    this.#open += 1;
    this.#entered += 1;
    const number = this.#entered;
    let left = false;
    return {
      leave: (end) => {
        if (left) return;
        left = true;
        this.#open -= 1;
        this.#learn(end, number);
        this.#admit();
      },
    };
  }

  #learn(end: AttemptEnd, number: number): void {
    if (end.kind === 'failed') return;
    if (end.kind === 'answered') {
      this.#lost = 0;
      this.#overloads = 0;
      if (end.pauseMs !== undefined) this.#pause(end.pauseMs);
      if (!end.slow) this.#limit = Math.min(this.#max, this.#limit + Math.max(1, this.#limit / 8) / this.#limit);
      else if (number > this.#epoch) this.#shrink(0.9);
      return;
    }
    // The first wave of refusals is one piece of news: what was sent before the limit fell is not counted again.
    if (number <= this.#epoch) return;
    this.#shrink(0.5);
    this.#overloads += 1;
    // Once is bad luck of one request. Twice with no success between: the endpoint means everybody.
    if (this.#overloads > 1) this.#pause(Math.max(end.pauseMs ?? 0, firstPauseMs * 2 ** (this.#overloads - 2)));
  }

  #shrink(factor: number): void {
    this.#limit = Math.max(1, this.#limit * factor);
    this.#epoch = this.#entered;
  }

  #pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + Math.min(milliseconds, longestPauseMs));
  }

  #wakeIn(pause: number, signal: AbortSignal | undefined): void {
    if (this.#waking) return;
    this.#waking = true;
    void this.#wakeAfter(pause, signal);
  }

  async #wakeAfter(pause: number, signal: AbortSignal | undefined): Promise<void> {
    const until = this.#pausedUntil;
    await this.#sleep(pause, signal);
    this.#waking = false;
    // Timers may fire a little early; the pause is over when it was slept, unless a longer one was asked for meanwhile.
    if (this.#pausedUntil === until && signal?.aborted !== true) this.#pausedUntil = 0;
    this.#admit();
  }
}

export const realSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
