// When the tokens of a streamed answer came.
export class StreamTiming {
  readonly #startedAt: number;
  readonly #now: () => number;
  #first: number | undefined;
  #last = 0;
  #parts = 0;

  constructor(startedAt: number, now: () => number = () => performance.now()) {
    this.#startedAt = startedAt;
    this.#now = now;
  }

  /** A part with text, or with a piece of a tool call. */
  part(): void {
    this.#last = this.#now();
    this.#first ??= this.#last;
    this.#parts += 1;
  }

  /**
   * Milliseconds to the first token, and between tokens after it.
   * @param tokens as the endpoint counts them; parts are counted where it does not
   */
  done(tokens: number | undefined): { readonly firstTokenMs?: number; readonly betweenTokensMs?: number } {
    if (this.#first === undefined) return {};
    // Several tokens may share a part: the time lies between tokens all the same.
    const count = Math.max(tokens ?? 0, this.#parts);
    return {
      firstTokenMs: thousandths(this.#first - this.#startedAt),
      ...(count > 1 && { betweenTokensMs: thousandths((this.#last - this.#first) / (count - 1)) }),
    };
  }
}

export const thousandths = (value: number): number => Math.round(value * 1000) / 1000;
