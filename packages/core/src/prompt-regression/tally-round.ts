// One round of repeats of a column: what became of each case, in flat arrays.

/** What is measured of an answer beside its scores; absent where nobody says. */
export interface Measured {
  readonly latencyMs?: number;
  readonly firstTokenMs?: number;
  readonly betweenTokensMs?: number;
  readonly costUsd?: number;
}

type Measure = keyof Measured;

/** Of an answer, or of anything that has the same members. */
export const measuredOf = (told: { readonly [name in Measure]?: number | undefined }): Measured => ({
  ...(told.latencyMs !== undefined && { latencyMs: told.latencyMs }),
  ...(told.firstTokenMs !== undefined && { firstTokenMs: told.firstTokenMs }),
  ...(told.betweenTokensMs !== undefined && { betweenTokensMs: told.betweenTokensMs }),
  ...(told.costUsd !== undefined && { costUsd: told.costUsd }),
});

export const absent = 0;
export const lost = 1;
export const passed = 2;
export const failed = 3;

export class Round {
  readonly state: Uint8Array;
  readonly scores: Float64Array;
  readonly requests: Int32Array;
  readonly #measures: Partial<Record<Measure, Float64Array>> = {};
  readonly #named: (Float64Array | undefined)[] = [];

  constructor(cases: number) {
    this.state = new Uint8Array(cases);
    this.scores = new Float64Array(cases);
    this.requests = new Int32Array(cases).fill(-1);
  }

  isScored(item: number): boolean {
    const state = this.state[item];
    return state === passed || state === lost;
  }

  measure(item: number, { latencyMs, firstTokenMs, betweenTokensMs, costUsd }: Measured): void {
    if (latencyMs !== undefined) this.#put('latencyMs', item, latencyMs);
    if (firstTokenMs !== undefined) this.#put('firstTokenMs', item, firstTokenMs);
    if (betweenTokensMs !== undefined) this.#put('betweenTokensMs', item, betweenTokensMs);
    if (costUsd !== undefined) this.#put('costUsd', item, costUsd);
  }

  #put(measure: Measure, item: number, value: number): void {
    this.#measures[measure] ??= gaps(this.state.length);
    this.#measures[measure][item] = value;
  }

  measured(item: number): Measured {
    const at = (name: Measure) => present(this.#measures[name]?.[item]);
    return measuredOf({
      latencyMs: at('latencyMs'),
      firstTokenMs: at('firstTokenMs'),
      betweenTokensMs: at('betweenTokensMs'),
      costUsd: at('costUsd'),
    });
  }

  named(place: number): Float64Array {
    while (this.#named.length <= place) this.#named.push(undefined);
    this.#named[place] ??= gaps(this.state.length);
    return this.#named[place];
  }

  score(place: number, item: number): number | undefined {
    return present(this.#named[place]?.[item]);
  }
}

const gaps = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);

const present = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : value;
