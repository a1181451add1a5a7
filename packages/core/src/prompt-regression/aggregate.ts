// The scores of a case's assertions to one score and one verdict: weights, sets, thresholds and named scores, as
// promptfoo documents them.
import type { Assertion, AssertionSet, EvalCase } from '../formats/eval-suite.ts';
import { isScoreFailure, type Score, type ScoreFailure } from '../scorers/scorer.ts';

/** One assertion and what its scorer said. */
export interface Part {
  /** Its value is rendered. */
  readonly assertion: Assertion;
  readonly result: Score | ScoreFailure;
  /** Its metric's name is rendered. */
  readonly metric?: string;
}

/** What became of one entry of a case's assertions: a single one, or a set of them. */
export type Scored = Part | { readonly set: AssertionSet; readonly metric?: string; readonly parts: readonly Part[] };

export interface NamedScore {
  readonly value: number;
  readonly weight: number;
  /** Why a judge that it came from, in whole or in part, has no standing. */
  readonly uncertified?: string | undefined;
}

export interface CaseScore {
  readonly pass: boolean;
  /** Weighted mean of the assertions' scores. */
  readonly score: number;
  /** Named scores, each the weighted mean of what counts for it, with the sum of those weights. */
  readonly named: ReadonlyMap<string, NamedScore>;
  readonly reason: string;
  /** Why it could not be judged; then it neither passes nor fails. */
  readonly error?: { readonly failure: string; readonly hint: string };
  /** Why a judge that does not decide said nothing. */
  readonly unheard?: { readonly failure: string; readonly hint: string };
  readonly parts: readonly Scored[];
  /** Why a judge that pass and score rest on has no standing. */
  readonly uncertified?: string;
  /** What judges cost and took. */
  readonly costUsd?: number;
  readonly tokens?: number;
}

export function aggregate({ threshold }: Pick<EvalCase, 'threshold'>, scored: readonly Scored[]): CaseScore {
  if (scored.length === 0)
    return { pass: true, score: 1, named: noNames, reason: 'Nothing is asserted.', parts: scored };
  const total = new Sum();
  for (const each of scored) {
    if ('set' in each) {
      const inner = new Sum();
      for (const part of each.parts) inner.addPart(part);
      total.unheard ??= inner.unheard;
      if (each.parts.length > 0 && each.parts.every(({ assertion }) => assertion.advisory === true)) {
        for (const [name, score] of inner.named()) total.addNamed(each.metric ?? name, score);
        continue;
      }
      // What could not be judged has no score: the part of it that could is none of the whole.
      if (inner.error !== undefined) {
        total.error ??= inner.error;
        total.addUsage(inner);
        continue;
      }
      const set = inner.result(each.set.threshold);
      // An evaluator of several criteria holds or does not; half of them is nothing.
      const score = each.set.every === true ? Number(set.pass) : set.score;
      const { uncertified } = inner;
      total.add({ pass: set.pass, score, reason: set.reason, uncertified }, each.set.weight, each.metric);
      for (const [name, score] of inner.named())
        if (name !== each.metric) total.addNamed(name, { ...score, weight: score.weight * each.set.weight });
      total.addUsage(inner);
    } else total.addPart(each);
  }
  const { pass, score, reason } = total.result(threshold);
  return {
    pass: pass && total.error === undefined,
    score,
    named: total.named(),
    reason: total.error?.failure ?? reason,
    parts: scored,
    ...(total.error !== undefined && { error: total.error }),
    ...(total.unheard !== undefined && { unheard: total.unheard }),
    ...(total.uncertified !== undefined && { uncertified: total.uncertified }),
    ...(total.costUsd !== undefined && { costUsd: total.costUsd }),
    ...(total.tokens !== undefined && { tokens: total.tokens }),
  };
}

type Counted = Pick<Score, 'pass' | 'score' | 'reason'> & Pick<NamedScore, 'uncertified'>;

const noNames: ReadonlyMap<string, NamedScore> = new Map();

class Sum {
  #score = 0;
  #weight = 0;
  #failed: string | undefined;
  #named: Map<string, { sum: number; weight: number; uncertified: string | undefined }> | undefined;
  error: ScoreFailure | undefined;
  unheard: ScoreFailure | undefined;
  uncertified: string | undefined;
  costUsd: number | undefined;
  tokens: number | undefined;

  addPart({ assertion, result, metric }: Part): void {
    const { uncertified } = assertion;
    if (assertion.advisory === true) {
      if (isScoreFailure(result)) {
        this.unheard ??= result;
        return;
      }
      this.addNamed(metric ?? assertion.type, { value: result.score ?? Number(result.pass), weight: 1, uncertified });
      return;
    }
    if (isScoreFailure(result)) {
      this.error ??= result;
      return;
    }
    // Weight 0 is for numbers that are only looked at.
    const { pass, score, reason } = result;
    this.add({ pass: pass || assertion.weight === 0, score, reason, uncertified }, assertion.weight, metric);
    for (const [name, value] of Object.entries(result.named ?? {}))
      if (name !== metric) this.addNamed(name, { value, weight: assertion.weight, uncertified });
    if (result.costUsd !== undefined) this.costUsd = (this.costUsd ?? 0) + result.costUsd;
    if (result.tokens !== undefined) this.tokens = (this.tokens ?? 0) + result.tokens;
  }

  add({ pass, score, reason, uncertified }: Counted, weight: number, metric?: string): void {
    // A verdict without a number counts as one.
    const value = score ?? Number(pass);
    this.#score += value * weight;
    this.#weight += weight;
    this.uncertified ??= uncertified;
    if (metric !== undefined) this.addNamed(metric, { value, weight, uncertified });
    if (!pass) this.#failed = reason;
  }

  addNamed(name: string, { value, weight, uncertified }: NamedScore): void {
    this.#named ??= new Map();
    const before = this.#named.get(name);
    if (before === undefined) this.#named.set(name, { sum: value * weight, weight, uncertified });
    else {
      before.sum += value * weight;
      before.weight += weight;
      before.uncertified ??= uncertified;
    }
  }

  addUsage({ costUsd, tokens }: Sum): void {
    if (costUsd !== undefined) this.costUsd = (this.costUsd ?? 0) + costUsd;
    if (tokens !== undefined) this.tokens = (this.tokens ?? 0) + tokens;
  }

  named(): ReadonlyMap<string, NamedScore> {
    if (this.#named === undefined) return noNames;
    const named = new Map<string, NamedScore>();
    for (const [name, { sum, weight, uncertified }] of this.#named)
      named.set(name, { value: weight > 0 ? sum / weight : 0, weight, uncertified });
    return named;
  }

  /** A threshold replaces the rule that every assertion must hold. */
  result(threshold: number | undefined): { readonly pass: boolean; readonly score: number; readonly reason: string } {
    const score = this.#weight > 0 ? this.#score / this.#weight : 0;
    if (threshold === undefined)
      return { pass: this.#failed === undefined, score, reason: this.#failed ?? 'All assertions hold.' };
    const pass = score >= threshold;
    return { pass, score, reason: `The score is ${score.toFixed(2)}, ${pass ? 'not ' : ''}below ${threshold}.` };
  }
}
