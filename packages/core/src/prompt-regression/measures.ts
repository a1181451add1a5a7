// One number on both sides (the accuracy, a named score) at every look at the evidence.
import type { Gate } from './gates.ts';
import { judgeLook, lookVerdict, type Judgement, type Look } from './judge.ts';
import { scoreAt, type ScoreReader } from './looks.ts';
import type { CaseResult, SideResult } from './results.ts';

/** One number on both sides. */
export interface Compared {
  readonly name: string;
  readonly n: number;
  readonly after: number;
  /** With a baseline. */
  readonly before?: number;
  readonly judgement?: Judgement;
}

export interface MeasureOptions {
  readonly baseline: boolean;
  /** Both sides sent the same requests in every case. */
  readonly same: boolean;
  readonly margin: number;
}

export class Measure {
  readonly name: string;
  readonly #results: readonly CaseResult[];
  readonly #read: ScoreReader;
  readonly #options: MeasureOptions;
  readonly #clusters: Pick<Look, 'clusters'>;
  readonly #looks = new Map<number, { readonly look: Look; readonly after: number; readonly before: number }>();

  /** Takes the cases that have the score on all sides that there are. */
  constructor(name: string, results: readonly CaseResult[], read: ScoreReader, options: MeasureOptions) {
    const has = (side: SideResult | undefined): boolean =>
      side !== undefined && scoreAt(side, read, Infinity) !== undefined;
    this.name = name;
    this.#read = read;
    this.#options = options;
    this.#results = results.filter(({ after, before }) => has(after) && (!options.baseline || has(before)));
    this.#clusters = clustersOf(this.#results);
  }

  get n(): number {
    return this.#results.length;
  }

  /** @param rounds the first rounds of repeats that count */
  gateAt(rounds: number): Gate {
    const { same, margin } = this.#options;
    const { look } = this.#at(rounds);
    return { name: this.name, verdictAt: (alpha) => (same ? 'pass' : lookVerdict(look, margin, alpha).verdict) };
  }

  comparedAt(rounds: number, { alpha, look: index }: { readonly alpha: number; readonly look: number }): Compared {
    const { baseline, same, margin } = this.#options;
    const { name, n } = this;
    const { look, after, before } = this.#at(rounds);
    if (!baseline) return { name, n, after };
    return { name, n, after, before, judgement: same ? noDifference : judgeLook(look, { margin, alpha, look: index }) };
  }

  #at(rounds: number): { readonly look: Look; readonly after: number; readonly before: number } {
    const known = this.#looks.get(rounds);
    if (known !== undefined) return known;
    const differences: number[] = [];
    let [after, before] = [0, 0];
    for (const result of this.#results) {
      const now = this.#value(result.after, rounds);
      const old = this.#value(result.before, rounds);
      after += now;
      before += old;
      differences.push(now - old);
    }
    const made = { look: { differences, ...this.#clusters }, after: after / this.n, before: before / this.n };
    this.#looks.set(rounds, made);
    return made;
  }

  #value(side: SideResult | undefined, rounds: number): number {
    return side === undefined ? 0 : (scoreAt(side, this.#read, rounds) ?? 0);
  }
}

/** Equal requests have equal answers: that the sides do not differ is known and not estimated. */
const noDifference: Judgement = {
  verdict: 'pass',
  decided: { difference: 0, low: 0, high: 0 },
  shown: { difference: 0, low: 0, high: 0 },
  look: 1,
};

/** Cases of one source are not independent; a case without a source is one of its own. */
export function clustersOf(results: readonly CaseResult[]): { readonly clusters?: readonly string[] } {
  if (results.every(({ case: { cluster } }) => cluster === undefined)) return {};
  return {
    clusters: results.map(({ case: { cluster, id } }) => (cluster === undefined ? `case ${id}` : `of ${cluster}`)),
  };
}
