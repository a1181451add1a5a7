// Answers to numbers: what each case scored on each side, and what the calls took.
import { isFailure, type Answer } from './ask.ts';
import { score, type Scorer } from './evaluate.ts';
import type { Case } from './test-data.ts';

export interface SideResult {
  /** Share of repeats in which every evaluator was content, 0 … 1. */
  readonly pass: number;
  /** Mean over repeats, by evaluator. */
  readonly scores: readonly number[];
  /** The first repeat's answer. */
  readonly output: string;
}

export interface CaseResult {
  readonly case: Case;
  readonly after: SideResult | undefined;
  /** Undefined without a baseline, and when a call failed. */
  readonly before: SideResult | undefined;
  /** Both sides sent the same request, so they cannot differ. */
  readonly unchanged: boolean;
}

/** Undefined when one of the repeats failed: a pair of unequal evidence would be no pair. */
export function sideResult(answers: readonly Answer[], scorers: readonly Scorer[], item: Case): SideResult | undefined {
  const scores = scorers.map(() => 0);
  let passes = 0;
  for (const answer of answers) {
    if (isFailure(answer)) return undefined;
    let pass = true;
    for (const [index, scorer] of scorers.entries()) {
      const value = score(scorer, answer.text, item.fields);
      scores[index] = (scores[index] ?? 0) + value / answers.length;
      pass &&= value === 1;
    }
    if (pass) passes += 1;
  }
  const [first] = answers;
  if (first === undefined || isFailure(first)) return undefined;
  return { pass: passes / answers.length, scores, output: first.text };
}

export interface Usage {
  /** Milliseconds; undefined when no answer says. */
  readonly latency: { readonly median: number; readonly p95: number } | undefined;
  readonly tokens: { readonly prompt: number; readonly completion: number } | undefined;
  /** USD as recorded or paid, for all answers of the side. */
  readonly costUsd: number | undefined;
  /** Answers that were cut off at the token limit. */
  readonly cut: number;
}

export function usageOf(answers: readonly Answer[]): Usage {
  const latencies: number[] = [];
  let prompt = 0;
  let completion = 0;
  let counted = 0;
  let cost: number | undefined;
  let cut = 0;
  for (const answer of answers) {
    if (isFailure(answer)) continue;
    if (answer.latencyMs !== undefined) latencies.push(answer.latencyMs);
    if (answer.costUsd !== undefined) cost = (cost ?? 0) + answer.costUsd;
    if (answer.finishReason === 'length') cut += 1;
    if (answer.usage === undefined) continue;
    counted += 1;
    prompt += answer.usage.promptTokens;
    completion += answer.usage.completionTokens;
  }
  latencies.sort((a, b) => a - b);
  return {
    latency: latencies.length === 0 ? undefined : { median: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
    tokens: counted === 0 ? undefined : { prompt, completion },
    costUsd: cost,
    cut,
  };
}

/** The smallest value that at least a share `q` does not exceed. */
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
