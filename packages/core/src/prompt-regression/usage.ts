// Latency, tokens, their times and money of a column.
import { isFailure, type Answer } from './ask.ts';

/** Milliseconds. */
export interface Times {
  readonly median: number;
  readonly p95: number;
}

export interface Usage {
  /** Milliseconds; undefined when no answer says. */
  readonly latency: Times | undefined;
  /** Of how many answers it is, and how many of these were recorded at another time. */
  readonly timed: { readonly answers: number; readonly replayed: number };
  /** Of streamed answers: until the first token came, and between tokens after it. */
  readonly firstToken: Times | undefined;
  readonly betweenTokens: Times | undefined;
  readonly tokens: { readonly prompt: number; readonly completion: number } | undefined;
  /** USD as recorded or paid, for all answers of the side. */
  readonly costUsd: number | undefined;
  /** The day of the list prices that some of it was reckoned by; recordings may be of several: "2026-10-01 … 2026-11-22". */
  readonly listPrices: string | undefined;
  /** How many answers there are. */
  readonly answers: number;
  /** Answers that were cut off at the token limit. */
  readonly cut: number;
}

export class UsageTally {
  readonly #latencies: number[] = [];
  readonly #firstTokens: number[] = [];
  readonly #betweenTokens: number[] = [];
  #prompt = 0;
  #completion = 0;
  #counted = 0;
  #cost: number | undefined;
  #cut = 0;
  #listed: { readonly from: string; readonly to: string } | undefined;
  #answers = 0;
  #replayed = 0;

  add(answer: Answer): void {
    if (isFailure(answer)) return;
    this.#answers += 1;
    if (answer.latencyMs !== undefined) {
      this.#latencies.push(answer.latencyMs);
      if (answer.reused) this.#replayed += 1;
    }
    if (answer.firstTokenMs !== undefined) this.#firstTokens.push(answer.firstTokenMs);
    if (answer.betweenTokensMs !== undefined) this.#betweenTokens.push(answer.betweenTokensMs);
    if (answer.costUsd !== undefined) this.#cost = (this.#cost ?? 0) + answer.costUsd;
    if (answer.listPrices !== undefined) this.#noteList(answer.listPrices);
    if (answer.finishReason === 'length') this.#cut += 1;
    if (answer.usage === undefined) return;
    this.#counted += 1;
    this.#prompt += answer.usage.promptTokens;
    this.#completion += answer.usage.completionTokens;
  }

  #noteList(day: string): void {
    const { from, to } = this.#listed ?? { from: day, to: day };
    if (this.#listed === undefined || day < from || day > to)
      this.#listed = { from: day < from ? day : from, to: day > to ? day : to };
  }

  get usage(): Usage {
    return {
      latency: timesOf(this.#latencies),
      timed: { answers: this.#latencies.length, replayed: this.#replayed },
      firstToken: timesOf(this.#firstTokens),
      betweenTokens: timesOf(this.#betweenTokens),
      tokens: this.#counted === 0 ? undefined : { prompt: this.#prompt, completion: this.#completion },
      costUsd: this.#cost,
      listPrices:
        this.#listed &&
        (this.#listed.from === this.#listed.to ? this.#listed.to : `${this.#listed.from} … ${this.#listed.to}`),
      answers: this.#answers,
      cut: this.#cut,
    };
  }
}

/** Whether one side's times are of now and the other's of the day they were recorded: they compare machines and hours. */
export function timedApart(before: Usage, after: Usage): boolean {
  const [old, now] = [before.timed, after.timed];
  if (old.answers === 0 || now.answers === 0) return false;
  return Math.abs(old.replayed / old.answers - now.replayed / now.answers) > 0.05;
}

function timesOf(values: readonly number[]): Times | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? undefined : { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

/** The smallest value that at least a share `q` does not exceed. */
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
