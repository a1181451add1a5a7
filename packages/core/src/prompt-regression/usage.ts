// Latency, tokens and money of a column.
import { isFailure, type Answer } from './ask.ts';

export interface Usage {
  /** Milliseconds; undefined when no answer says. */
  readonly latency: { readonly median: number; readonly p95: number } | undefined;
  readonly tokens: { readonly prompt: number; readonly completion: number } | undefined;
  /** USD as recorded or paid, for all answers of the side. */
  readonly costUsd: number | undefined;
  /** How many answers there are. */
  readonly answers: number;
  /** Answers that were cut off at the token limit. */
  readonly cut: number;
}

export class UsageTally {
  readonly #latencies: number[] = [];
  #prompt = 0;
  #completion = 0;
  #counted = 0;
  #cost: number | undefined;
  #cut = 0;
  #answers = 0;

  add(answer: Answer): void {
    if (isFailure(answer)) return;
    this.#answers += 1;
    if (answer.latencyMs !== undefined) this.#latencies.push(answer.latencyMs);
    if (answer.costUsd !== undefined) this.#cost = (this.#cost ?? 0) + answer.costUsd;
    if (answer.finishReason === 'length') this.#cut += 1;
    if (answer.usage === undefined) return;
    this.#counted += 1;
    this.#prompt += answer.usage.promptTokens;
    this.#completion += answer.usage.completionTokens;
  }

  get usage(): Usage {
    const latencies = this.#latencies.toSorted((a, b) => a - b);
    return {
      latency:
        latencies.length === 0 ? undefined : { median: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
      tokens: this.#counted === 0 ? undefined : { prompt: this.#prompt, completion: this.#completion },
      costUsd: this.#cost,
      answers: this.#answers,
      cut: this.#cut,
    };
  }
}

/** The smallest value that at least a share `q` does not exceed. */
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
