// Time and identity come from outside, so that a decision can be replayed.
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that many milliseconds, or at once when the signal is aborted. */
  sleep(milliseconds: number): Promise<void>;
  /** Given after that many milliseconds; by itself it keeps no program from ending. */
  alarm?(milliseconds: number): AbortSignal;
}

/** Makes ULIDs: of chance on a laptop, of a hash of the producer in CI. */
export interface IdSource {
  next(): string;
}
