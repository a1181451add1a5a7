// What is kept of a column while answers come in: numbers in flat arrays and one text a case, never the prompts. Ten
// thousand cases with objects of their own would take ten times the memory.
import type { CaseScore } from './aggregate.ts';
import { absent, failed, lost, passed, Round, type Measured } from './tally-round.ts';

/** One repeat of one case. */
export interface RepeatScore extends Measured {
  readonly repeat: number;
  readonly pass: boolean;
  /** The weighted mean of the assertions. */
  readonly score: number;
  /** By place in `MetricNames`; undefined where the case has no such score. */
  readonly named: readonly (number | undefined)[];
}

/** Names of scores, each with one place in every row. */
export class MetricNames {
  readonly #places = new Map<string, number>();

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  get count(): number {
    return this.#places.size;
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
  /** Which of them passed. */
  readonly #passed: Uint8Array;
  /** Of cases whose repeats do not agree, a text of the other kind. */
  readonly #others = new Map<number, string>();
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
    this.#passed = new Uint8Array(cases);
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
    round.measure(item, measured);
    if (score.uncertified !== undefined)
      for (const name of ['pass-rate', 'score']) this.uncertified.set(name, score.uncertified);
    for (const [name, { value, weight, uncertified }] of score.named) {
      if (uncertified !== undefined) this.uncertified.set(`score/${name}`, uncertified);
      round.named(this.#names.place(name))[item] = value;
      this.#count(name, value, weight);
    }
    if (!score.pass && !this.#reasons.has(item)) this.#reasons.set(item, score.reason.slice(0, reasonLimit));
    this.#keep(item, text, { pass: score.pass, first: repeat === 0 });
  }

  #keep(item: number, text: string, { pass, first }: { readonly pass: boolean; readonly first: boolean }): void {
    const kept = this.#outputs[item];
    const alike = (this.#passed[item] === 1) === pass;
    if (kept !== undefined && !alike && (first || !this.#others.has(item))) this.#others.set(item, first ? kept : text);
    if (!first && kept !== undefined) return;
    this.#outputs[item] = text;
    this.#passed[item] = Number(pass);
  }

  /** Whether the case is run in this column at all. */
  has(item: number): boolean {
    return this.#rounds.some((round) => round !== undefined && round.state[item] !== absent);
  }

  /** Why the first repeat that has no score has none. */
  error(item: number): string | undefined {
    return this.#errors.get(item);
  }

  /** The first repeat's answer, or one that passed or did not, where there is any. */
  output(item: number, pass?: boolean): string {
    const first = this.#outputs[item] ?? '';
    if (pass === undefined || (this.#passed[item] === 1) === pass) return first;
    return this.#others.get(item) ?? first;
  }

  reason(item: number): string | undefined {
    return this.#reasons.get(item);
  }

  repeats(item: number): readonly RepeatScore[] {
    const { count } = this.#names;
    return this.#rounds.flatMap((round, repeat): readonly RepeatScore[] => {
      if (round?.isScored(item) !== true) return [];
      return [
        {
          repeat,
          pass: round.state[item] === passed,
          score: round.scores[item] as number,
          named: count === 0 ? noScores : Array.from({ length: count }, (_, place) => round.score(place, item)),
          ...round.measured(item),
        },
      ];
    });
  }

  /** Means over the repeats of a case; undefined when it has none. */
  means(
    item: number,
  ): { readonly pass: number; readonly score: number; readonly scores: readonly (number | undefined)[] } | undefined {
    let [pass, score, count] = [0, 0, 0];
    for (const round of this.#rounds) {
      if (round === undefined || !round.isScored(item)) continue;
      pass += Number(round.state[item] === passed);
      score += round.scores[item] as number;
      count += 1;
    }
    return count === 0 ? undefined : { pass: pass / count, score: score / count, scores: this.#namedMeans(item) };
  }

  #namedMeans(item: number): readonly (number | undefined)[] {
    const { count } = this.#names;
    // One for all cases of a suite that names no scores.
    if (count === 0) return noScores;
    return Array.from({ length: count }, (_, place) => {
      let [sum, given] = [0, 0];
      for (const round of this.#rounds) {
        const value = round?.isScored(item) === true ? round.score(place, item) : undefined;
        if (value === undefined) continue;
        sum += value;
        given += 1;
      }
      return given === 0 ? undefined : sum / given;
    });
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

const noScores: readonly undefined[] = [];
