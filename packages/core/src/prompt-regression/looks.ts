// When the evidence is looked at, and what a score was at each look: repeats come in rounds, one of each case and side
// at a time, and asking ends with the first look that settles.
import type { EvalCase } from '../formats/eval-suite.ts';
import type { PromptPolicy } from './policy.ts';
import type { SideResult } from './results.ts';

/** More looks would cost each of them its level, and save little. */
const mostLooks = 5;

/**
 * The rounds after which is judged, planned before the first is asked: from `repeats` up to `maxRepeats`, five at most
 * and evenly spread. One look without room between them.
 */
export function lookRounds(repeats: number, maxRepeats: number): readonly number[] {
  const most = Math.max(repeats, maxRepeats);
  const looks = Math.min(mostLooks, most - repeats + 1);
  return Array.from({ length: looks }, (_, index) =>
    looks === 1 ? most : Math.round(repeats + ((most - repeats) * index) / (looks - 1)),
  );
}

export interface RoundsPlan {
  /** Rising. */
  readonly looks: readonly number[];
  readonly repeatsOf: (item: EvalCase) => number;
}

/** A case that names its own number of repeats has them all before the first look. */
export function planRounds(
  { repeats, maxRepeats }: Pick<PromptPolicy, 'repeats' | 'maxRepeats'>,
  cases: readonly EvalCase[],
): RoundsPlan {
  const own = cases.reduce((most, item) => Math.max(most, item.repeats ?? 0), 0);
  const looks = lookRounds(repeats, maxRepeats ?? repeats);
  const first = Math.max(own, looks[0] ?? 1);
  const rising = looks.map((rounds) => Math.max(rounds, first));
  const most = looks.at(-1) ?? repeats;
  return { looks: [...new Set(rising)], repeatsOf: (item) => item.repeats ?? most };
}

/** How a score is read: its mean over all repeats, which is at hand, and of one repeat. */
export interface ScoreReader {
  readonly mean: (side: SideResult) => number | undefined;
  readonly repeat: (repeat: SideResult['repeats'][number]) => number | undefined;
}

export const passReader: ScoreReader = { mean: ({ pass }) => pass, repeat: ({ pass }) => Number(pass) };

export const scoreReader = (place: number): ScoreReader => ({
  mean: ({ scores }) => scores[place],
  repeat: ({ named }) => named[place],
});

/**
 * Mean over the repeats of the first `rounds` rounds; undefined where the case has no such score.
 * @param rounds Infinity for all that there are
 */
export function scoreAt(side: SideResult, read: ScoreReader, rounds: number): number | undefined {
  if (rounds === Infinity) return read.mean(side);
  let sum = 0;
  let count = 0;
  for (const each of side.repeats) {
    const value = each.repeat < rounds ? read.repeat(each) : undefined;
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}
