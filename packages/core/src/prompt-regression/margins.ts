// Latency, the times of tokens and cost as numbers with a margin: ratios of the candidate to its baseline on the same cases, with the
// uncertainty of a paired bootstrap.
import { bootstrap, normalQuantile, quantileOf } from '../statistics/index.ts';
import type { Judgement } from './judge.ts';
import type { CaseResult, SideResult } from './results.ts';

const replicates = 2000;
/** Fixed: the same answers have the same verdict. */
const seed = 20_260_107;

/** A ratio above 1 is worse. */
export interface Ratio {
  readonly name: string;
  readonly n: number;
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  /** Two-sided 95 %. */
  readonly low: number;
  readonly high: number;
  readonly margin: number;
  /** Too few answers have the number on both sides to settle anything; of how many. */
  readonly unknown?: { readonly known: number; readonly of: number };
  verdictAt(alpha: number): Judgement['verdict'];
  /** Cases that would probably settle it, if they go on like these; undefined when no number would. */
  casesNeeded(alpha: number): number | undefined;
}

type Repeat = SideResult['repeats'][number];
type Kind = 'latency' | 'firstToken' | 'betweenTokens' | 'cost';

/** Times by their median and their 95th percentile; of cost the mean, since a bill is a sum. */
const summaries: Readonly<Record<Kind, readonly { readonly name: string; readonly of: Summary }[]>> = {
  latency: [
    { name: 'latency, median', of: quantile(0.5) },
    { name: 'latency, 95 % below', of: quantile(0.95) },
  ],
  firstToken: [
    { name: 'first token, median', of: quantile(0.5) },
    { name: 'first token, 95 % below', of: quantile(0.95) },
  ],
  betweenTokens: [
    { name: 'between tokens, median', of: quantile(0.5) },
    { name: 'between tokens, 95 % below', of: quantile(0.95) },
  ],
  cost: [{ name: 'cost of an answer', of: mean }],
};

const readers: Readonly<Record<Kind, (repeat: Repeat) => number | undefined>> = {
  latency: ({ latencyMs }) => latencyMs,
  firstToken: ({ firstTokenMs }) => firstTokenMs,
  betweenTokens: ({ betweenTokensMs }) => betweenTokensMs,
  cost: ({ costUsd }) => costUsd,
};

export interface RatioOptions {
  readonly margin: number;
  readonly rounds: number;
  /** Fewer cases that were measured on both sides settle nothing. */
  readonly least?: number;
  /** Whether the sides were measured alike, so that a ratio says anything of the change. */
  readonly settles?: boolean;
}

/** Answers of which one side or both lack the number; of more of them nothing is known. */
const unknownLimit = 0.02;

/**
 * Cases are drawn, or whole clusters where they come from one source, each with all its repeats on both sides, so
 * that what makes a case slow or dear on both sides cancels out.
 * @returns nothing when no case was measured on both sides
 */
export function ratiosOf(
  results: readonly CaseResult[],
  kind: Kind,
  { margin, rounds, least = 1, settles: alike = true }: RatioOptions,
): readonly Ratio[] {
  const read = readers[kind];
  const measured = results.flatMap(({ case: item, after, before }) => {
    const pair = [valuesOf(before, read, rounds), valuesOf(after, read, rounds)] as const;
    return pair.every(({ length }) => length > 0) ? [{ pair, unit: item.cluster ?? `case ${item.id}` }] : [];
  });
  if (measured.length === 0) return [];
  const units = new Map([...new Set(measured.map(({ unit }) => unit))].map((unit, index) => [unit, index]));
  const unitOf = measured.map(({ unit }) => units.get(unit) ?? 0);
  const unknown = unknownOf(results, kind, rounds);
  // One source drawn again and again has an interval without width.
  const settles = alike && unknown === undefined && units.size > 1 && measured.length >= least;
  const sides = [0, 1].map((side) =>
    weightedSide(
      measured.map(({ pair }) => pair[side] ?? []),
      unitOf,
    ),
  );
  const [old, now] = sides as [WeightedSide, WeightedSide];
  const every = new Int32Array(units.size).fill(1);
  const drawn = bootstrap({ rows: units.size, replicates, seed }, (counts) =>
    summaries[kind].map(({ of }) => Math.log(of(now, counts) / of(old, counts))),
  );
  return summaries[kind].map(({ name, of }, index): Ratio => {
    const [before, after] = [of(old, every), of(now, every)];
    const sorted = (drawn[index] ?? new Float64Array()).filter((value) => !Number.isNaN(value)).sort();
    const bound = (share: number): number => (sorted.length === 0 ? NaN : Math.exp(quantileOf(sorted, share)));
    return {
      name,
      n: measured.length,
      before,
      after,
      ratio: after / before,
      low: bound(0.025),
      high: bound(0.975),
      margin,
      ...(unknown !== undefined && { unknown }),
      verdictAt: (alpha) => {
        if (!settles) return 'inconclusive';
        if (before === 0 && after === 0) return 'pass';
        if (bound(1 - alpha) < 1 + margin) return 'pass';
        return bound(alpha) > 1 ? 'fail' : 'inconclusive';
      },
      casesNeeded: (alpha) => {
        if (!settles) return undefined;
        const [difference, allowed] = [Math.log(after / before), Math.log(1 + margin)];
        const error = Math.log(bound(0.975) / bound(0.025)) / (2 * normalQuantile(0.975));
        const distance = Math.max(allowed - difference, difference);
        const needed = measured.length * (((normalQuantile(1 - alpha) + normalQuantile(0.8)) * error) / distance) ** 2;
        return Number.isFinite(needed) ? Math.floor(needed) + 1 : undefined;
      },
    };
  });
}

/**
 * Of answers that were asked for; what a suite gives by itself takes no time and costs nothing. Between the tokens of an
 * answer of one token there is no time, so that is missed only where the other side has it.
 */
function unknownOf(results: readonly CaseResult[], kind: Kind, rounds: number): Ratio['unknown'] {
  const read = readers[kind];
  let [known, of] = [0, 0];
  for (const { case: item, after, before } of results) {
    if (item.output !== undefined) continue;
    const sides = [before, after].map((side) => (side?.repeats ?? []).filter(({ repeat }) => repeat < rounds));
    const counts = sides.map((repeats) => repeats.filter((repeat) => read(repeat) !== undefined).length);
    known += Math.min(...counts);
    of += Math.max(...(kind === 'betweenTokens' ? counts : sides.map(({ length }) => length)));
  }
  return known < (1 - unknownLimit) * of ? { known, of } : undefined;
}

function valuesOf(
  side: SideResult | undefined,
  read: (repeat: Repeat) => number | undefined,
  rounds: number,
): number[] {
  return (side?.repeats ?? []).flatMap((repeat) => (repeat.repeat < rounds ? (read(repeat) ?? []) : []));
}

/** All answers of one side in rising order, each with the unit that it is drawn with. */
interface WeightedSide {
  readonly values: Float64Array;
  readonly units: Int32Array;
}

type Summary = (side: WeightedSide, counts: Int32Array) => number;

function weightedSide(values: readonly (readonly number[])[], unitOf: readonly number[]): WeightedSide {
  const answers = values
    .flatMap((own, index) => own.map((value) => ({ value, unit: unitOf[index] ?? 0 })))
    .sort((a, b) => a.value - b.value);
  return {
    values: Float64Array.from(answers, ({ value }) => value),
    units: Int32Array.from(answers, ({ unit }) => unit),
  };
}

/** The smallest value that at least this share does not exceed, as in the table of usage. */
function quantile(share: number): Summary {
  return ({ values, units }, counts) => {
    let total = 0;
    for (const unit of units) total += counts[unit]!;
    let seen = 0;
    for (const [index, unit] of units.entries()) {
      seen += counts[unit]!;
      if (seen >= share * total && seen > 0) return values[index]!;
    }
    return NaN;
  };
}

function mean({ values, units }: WeightedSide, counts: Int32Array): number {
  let sum = 0;
  let total = 0;
  for (const [index, unit] of units.entries()) {
    sum += values[index]! * counts[unit]!;
    total += counts[unit]!;
  }
  return sum / total;
}
