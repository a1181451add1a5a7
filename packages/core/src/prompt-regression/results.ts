// Tallies of two sides to pairs: what each case scored before and after.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { ColumnPair } from './columns.ts';
import type { ColumnTally, RepeatScore } from './tally.ts';

export interface SideResult {
  /** Share of repeats that passed, 0 … 1. */
  readonly pass: number;
  /** Mean over repeats of the weighted score. */
  readonly score: number;
  /** Mean over repeats, by place of the metric; undefined where the case has no such score. */
  readonly scores: readonly (number | undefined)[];
  /** The first repeat's answer. */
  readonly output: string;
  /** An answer that is right where most are, else one that is wrong: what the case is shown by. */
  readonly typical?: string;
  /** Each repeat by itself, in order. */
  readonly repeats: readonly RepeatScore[];
  /** Why the first repeat that did not pass did not. */
  readonly reason?: string;
}

export interface CaseResult {
  readonly case: EvalCase;
  readonly after: SideResult | undefined;
  /** Undefined without a baseline, and when a call failed. */
  readonly before: SideResult | undefined;
  /** Both sides sent the same request, so they cannot differ. */
  readonly unchanged: boolean;
  /** Why a side has no result. */
  readonly errors?: { readonly after?: string; readonly before?: string };
}

/** Most repeats decide; an even split counts as right. */
export const isRight = ({ pass }: Pick<SideResult, 'pass'>): boolean => pass >= 0.5;

/** Undefined when one of the repeats failed: a pair of unequal evidence would be no pair. */
export function sideResult(tally: ColumnTally, item: number): SideResult | undefined {
  const means = tally.error(item) === undefined ? tally.means(item) : undefined;
  if (means === undefined) return undefined;
  return new TalliedSide(tally, item, means);
}

class TalliedSide implements SideResult {
  readonly pass: number;
  readonly score: number;
  readonly scores: readonly (number | undefined)[];
  declare readonly reason?: string;
  readonly #tally: ColumnTally;
  readonly #item: number;

  constructor(
    tally: ColumnTally,
    item: number,
    { pass, score, scores }: Pick<SideResult, 'pass' | 'score' | 'scores'>,
  ) {
    this.#tally = tally;
    this.#item = item;
    this.pass = pass;
    this.score = score;
    this.scores = scores;
    const reason = tally.reason(item);
    if (reason !== undefined) this.reason = reason;
  }

  get output(): string {
    return this.#tally.output(this.#item);
  }

  get typical(): string {
    return this.#tally.output(this.#item, isRight(this));
  }

  // Made when somebody looks: most ask for the means alone.
  get repeats(): readonly RepeatScore[] {
    return this.#tally.repeats(this.#item);
  }
}

export interface PairedTallies {
  readonly cases: readonly EvalCase[];
  readonly pair: ColumnPair;
  readonly after: ColumnTally;
  readonly before?: ColumnTally;
  /** Its verdict hangs on other columns too, which may have changed. */
  readonly isCompared: (item: EvalCase) => boolean;
}

/** The cases that are run in this column. */
export function pairResults({ cases, pair, after, before, isCompared }: PairedTallies): readonly CaseResult[] {
  const sameTransform =
    JSON.stringify(pair.after.provider.transform) === JSON.stringify(pair.before?.provider.transform);
  const results: CaseResult[] = [];
  for (const [index, item] of cases.entries()) {
    if (!after.has(index)) continue;
    const errors = errorsOf(after.error(index), before?.error(index));
    results.push({
      case: item,
      after: sideResult(after, index),
      before: before === undefined ? undefined : sideResult(before, index),
      unchanged: before !== undefined && sameTransform && !isCompared(item) && after.sentAs(before, index),
      ...(errors !== undefined && { errors }),
    });
  }
  return results;
}

function errorsOf(after: string | undefined, before: string | undefined): CaseResult['errors'] {
  if (after === undefined && before === undefined) return undefined;
  return { ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
}
