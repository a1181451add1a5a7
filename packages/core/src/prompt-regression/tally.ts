// What is kept of a column while answers come in: numbers in flat arrays and one text a case, never the prompts. Ten
// thousand cases with objects of their own would take ten times the memory.
import type { CaseScore } from './aggregate.ts';

/** One repeat of one case. */
export interface RepeatScore {
  readonly repeat: number;
  readonly pass: boolean;
  /** The weighted mean of the assertions. */
  readonly score: number;
  /** By place in `MetricNames`; undefined where the case has no such score. */
  readonly named: readonly (number | undefined)[];
  readonly latencyMs?: number;
  readonly firstTokenMs?: number;
  readonly betweenTokensMs?: number;
  readonly costUsd?: number;
}

/** What is measured of an answer beside its scores; absent where nobody says. */
export type Measured = Pick<RepeatScore, Measure>;

const measures = ['latencyMs', 'firstTokenMs', 'betweenTokensMs', 'costUsd'] as const;
type Measure = (typeof measures)[number];

/** Of an answer, or of anything that has the same members. */
export const measuredOf = (told: { readonly [name in Measure]?: number | undefined }): Measured => ({
  ...(told.latencyMs !== undefined && { latencyMs: told.latencyMs }),
  ...(told.firstTokenMs !== undefined && { firstTokenMs: told.firstTokenMs }),
  ...(told.betweenTokensMs !== undefined && { betweenTokensMs: told.betweenTokensMs }),
  ...(told.costUsd !== undefined && { costUsd: told.costUsd }),
});

/** Names of scores, each with one place in every row. */
export class MetricNames {
  readonly #places = new Map<string, number>();

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  place(name: string): number {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(name, place);
    }
    return place;
  }
}

/** What derived metrics and promptfoo's output count: sums over all rows. */
export interface NamedSum {
  /** Of score × weight. */
  sum: number;
  weight: number;
  count: number;
}

/** Reasons are for people: the beginning of each is enough. */
const reasonLimit = 300;

export class ColumnTally {
  readonly #cases: number;
  readonly #names: MetricNames;
  readonly #rounds: (Round | undefined)[] = [];
  readonly #outputs: (string | undefined)[];
  readonly #reasons = new Map<number, string>();
  readonly #errors = new Map<number, string>();
  readonly sums = new Map<string, NamedSum>();
  /** By metric as the record names it, why its judges have no standing. */
  readonly uncertified = new Map<string, string>();
  rows = 0;

  constructor(cases: number, names: MetricNames) {
    this.#cases = cases;
    this.#names = names;
    this.#outputs = Array.from({ length: cases });
  }

  /** @param request equal on both sides where the same was asked */
  sent(item: number, repeat: number, request: number): void {
    this.#round(repeat).requests[item] = request;
  }

  fail(item: number, repeat: number, failure: string): void {
    this.#round(repeat).state[item] = failed;
    if (!this.#errors.has(item)) this.#errors.set(item, failure);
    this.rows += 1;
  }

  add(
    item: number,
    repeat: number,
    { score, text, measured }: { readonly score: CaseScore; readonly text: string; readonly measured: Measured },
  ): void {
    if (score.error !== undefined) return this.fail(item, repeat, score.error.failure);
    this.rows += 1;
    const round = this.#round(repeat);
    round.state[item] = score.pass ? passed : lost;
    round.scores[item] = score.score;
    for (const name of measures) {
      const value = measured[name];
      if (value !== undefined) round.put(name, item, value);
    }
    if (score.uncertified !== undefined)
      for (const name of ['pass-rate', 'score']) this.uncertified.set(name, score.uncertified);
    for (const [name, { value, weight, uncertified }] of score.named) {
      if (uncertified !== undefined) this.uncertified.set(`score/${name}`, uncertified);
      round.named(this.#names.place(name))[item] = value;
      this.#count(name, value, weight);
    }
    if (!score.pass && !this.#reasons.has(item)) this.#reasons.set(item, score.reason.slice(0, reasonLimit));
    if (repeat === 0 || this.#outputs[item] === undefined) this.#outputs[item] = text;
  }

  /** Whether the case is run in this column at all. */
  has(item: number): boolean {
    return this.#rounds.some((round) => round !== undefined && round.state[item] !== absent);
  }

  /** Why the first repeat that has no score has none. */
  error(item: number): string | undefined {
    return this.#errors.get(item);
  }

  output(item: number): string {
    return this.#outputs[item] ?? '';
  }

  reason(item: number): string | undefined {
    return this.#reasons.get(item);
  }

  repeats(item: number): readonly RepeatScore[] {
    const places = this.#names.names.length;
    return this.#rounds.flatMap((round, repeat): readonly RepeatScore[] => {
      const state = round?.state[item];
      if (round === undefined || (state !== passed && state !== lost)) return [];
      return [
        {
          repeat,
          pass: state === passed,
          score: round.scores[item] as number,
          named: Array.from({ length: places }, (_, place) => round.score(place, item)),
          ...round.measured(item),
        },
      ];
    });
  }

  /** Means over the repeats of a case; undefined when it has none. */
  means(
    item: number,
  ): { readonly pass: number; readonly score: number; readonly scores: readonly (number | undefined)[] } | undefined {
    const rounds = this.#rounds.filter(
      (round): round is Round => round !== undefined && (round.state[item] === passed || round.state[item] === lost),
    );
    if (rounds.length === 0) return undefined;
    const mean = (read: (round: Round) => number): number =>
      rounds.reduce((sum, round) => sum + read(round), 0) / rounds.length;
    return {
      pass: mean((round) => Number(round.state[item] === passed)),
      score: mean((round) => round.scores[item] as number),
      scores: Array.from({ length: this.#names.names.length }, (_, place) => {
        const given = rounds.flatMap((round) => round.score(place, item) ?? []);
        return given.length === 0 ? undefined : given.reduce((sum, value) => sum + value, 0) / given.length;
      }),
    };
  }

  /** Whether this column and another sent the same for a case, in every repeat. */
  sentAs(other: ColumnTally, item: number): boolean {
    const length = Math.max(this.#rounds.length, other.#rounds.length);
    for (let repeat = 0; repeat < length; repeat++)
      if (this.#rounds[repeat]?.requests[item] !== other.#rounds[repeat]?.requests[item]) return false;
    return length > 0;
  }

  #count(name: string, value: number, weight: number): void {
    const sum = this.sums.get(name);
    if (sum === undefined) this.sums.set(name, { sum: value * weight, weight, count: 1 });
    else {
      sum.sum += value * weight;
      sum.weight += weight;
      sum.count += 1;
    }
  }

  #round(repeat: number): Round {
    let round = this.#rounds[repeat];
    if (round === undefined) {
      while (this.#rounds.length < repeat) this.#rounds.push(undefined);
      round = new Round(this.#cases);
      this.#rounds[repeat] = round;
    }
    return round;
  }
}

const absent = 0;
const lost = 1;
const passed = 2;
const failed = 3;

class Round {
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

  put(measure: Measure, item: number, value: number): void {
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
