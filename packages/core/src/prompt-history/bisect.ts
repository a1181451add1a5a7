// Which version something fell at: a binary search that is told how each version stands and names the next to look at.
// A version that cannot be told apart is stepped over, and then the answer is a range.

/**
 * `good`: as it was before the fall. `bad`: as it is after it. `unclear`: the evidence is too thin for either.
 * `unreadable`: it cannot be evaluated at all.
 */
export type VersionState = 'good' | 'bad' | 'unclear' | 'unreadable';

export interface BisectPosition {
  /** The last version known to be good: the fall is after it. */
  readonly good: number;
  /** The first version known to be bad: the fall is at it or before. */
  readonly bad: number;
  /** To be looked at next; undefined when there is nothing left to look at. */
  readonly next?: number;
}

/**
 * @param states oldest first, undefined where nobody has looked; the first is good and the last bad
 * @throws Error when the ends are not: the caller has a bug
 */
export function bisectPosition(states: readonly (VersionState | undefined)[]): BisectPosition {
  const good = states.lastIndexOf('good');
  const bad = states.indexOf('bad');
  if (good < 0 || bad <= good) throw new Error('the ends of a search are not told apart');
  const middle = (good + bad) / 2;
  let next: number | undefined;
  for (let index = good + 1; index < bad; index++) {
    if (states[index] !== undefined) continue;
    if (next === undefined || Math.abs(index - middle) < Math.abs(next - middle)) next = index;
  }
  return { good, bad, ...(next !== undefined && { next }) };
}

/** Versions to look at when every look settles. @param versions that may be the one, at least 1 */
export const bisectSteps = (versions: number): number => Math.ceil(Math.log2(versions));

/** How often a case was right, of so many times. */
export interface RightOf {
  readonly right: number;
  readonly of: number;
}

/** What each side may err with. */
const alpha = 0.05;

/**
 * Whether one case is right less often at the bad end, beyond chance: Fisher's exact test, one-sided, at 5 %.
 * Three of three against none of three is the least that is.
 */
export function caseFell(good: RightOf, bad: RightOf): boolean {
  const right = good.right + bad.right;
  let tail = 0;
  for (let more = good.right; more <= Math.min(right, good.of); more++)
    tail += choose(good.of, more) * choose(bad.of, right - more);
  return tail / choose(good.of + bad.of, right) <= alpha;
}

/**
 * Which end a version is like by one case, answer after answer: Wald's sequential probability ratio test at 5 % on
 * either side (Wald 1945, Ann. Math. Stat. 16:117), which holds whenever one stops. Each end's rate is taken as
 * (right + ½) / (of + 1), so that an end that was never wrong may still be some day.
 */
export function likeWhichEnd(
  answers: readonly boolean[],
  ends: { readonly good: RightOf; readonly bad: RightOf },
): 'good' | 'bad' | 'unclear' {
  const [good, bad] = [rateOf(ends.good), rateOf(ends.bad)];
  const enough = Math.log((1 - alpha) / alpha);
  let evidence = 0;
  for (const right of answers) {
    evidence += right ? Math.log(good / bad) : Math.log((1 - good) / (1 - bad));
    if (evidence >= enough) return 'good';
    if (evidence <= -enough) return 'bad';
  }
  return 'unclear';
}

const rateOf = ({ right, of }: RightOf): number => (right + 0.5) / (of + 1);

function choose(from: number, count: number): number {
  if (count < 0 || count > from) return 0;
  let ways = 1;
  for (let index = 1; index <= count; index++) ways = (ways * (from - count + index)) / index;
  return ways;
}
