// Paired differences to one of three verdicts, after one look at the evidence or several.
import {
  boundedInterval,
  casesToSettle,
  judgeNonInferiority,
  midPMcNemar,
  pairedMean,
  type DifferenceInterval,
} from '../statistics/index.ts';

/** The evidence so far: one difference of scores, −1 … 1, per case. A later look has more repeats or more cases. */
export interface Look {
  readonly differences: readonly number[];
  /** One name per difference, where cases come from one source. */
  readonly clusters?: readonly string[];
}

export interface Tolerance {
  /** The largest loss that does not matter. */
  readonly margin: number;
  /** How many looks were planned before the first was taken; each gets its part of the 5 %. 1 … 5. */
  readonly plannedLooks?: number;
}

export interface Judgement {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** The interval that decided: two-sided at 1 − 2α of the look, 90 % when there is one. */
  readonly decided: DifferenceInterval;
  /** The 95 % interval, which people are shown. */
  readonly shown: DifferenceInterval;
  /** From 1: the look that settled it, or the last. */
  readonly look: number;
  /** Cases that would probably settle it; undefined when it is settled or no number would. */
  readonly casesNeeded?: number;
}

/** One-sided 5 % over all looks: Pocock's boundaries 1.645, 1.875, 1.992, 2.067, 2.122 as levels (Jennison, Turnbull 2000, table 2.1). */
const alphaOfLooks = [0.05, 0.030396, 0.023185, 0.019369, 0.01692] as const;

/** What one look may err with on either side. @throws Error beyond five looks: the caller has a bug */
export function alphaOfLook(plannedLooks: number): number {
  const alpha = alphaOfLooks[plannedLooks - 1];
  if (alpha === undefined) throw new Error(`${plannedLooks} looks are planned`);
  return alpha;
}

/**
 * The first look that settles holds. A pass or a fail is a `judgeNonInferiority` of the interval; a fail must
 * also stand up to the mid-p McNemar test, since the score interval is a little quick when three or four
 * cases differ and all of them for the worse.
 * @throws Error without a look, or with more looks than planned or than five: the caller has a bug
 */
export function judgeComparison(looks: readonly Look[], { margin, plannedLooks = 1 }: Tolerance): Judgement {
  if (looks.length > plannedLooks) throw new Error(`${looks.length} of ${plannedLooks} looks`);
  const alpha = alphaOfLook(plannedLooks);
  let judgement: Judgement | undefined;
  for (const [index, look] of looks.entries()) {
    judgement = judgeLook(look, { margin, alpha, look: index + 1 });
    if (judgement.verdict !== 'inconclusive') break;
  }
  if (judgement === undefined) throw new Error('judged without a look');
  return judgement;
}

export interface LookTolerance {
  readonly margin: number;
  readonly alpha: number;
  /** From 1. */
  readonly look: number;
}

/** One look by itself. */
export function judgeLook({ differences, clusters }: Look, { margin, alpha, look }: LookTolerance): Judgement {
  const { verdict, decided } = lookVerdict({ differences, ...(clusters !== undefined && { clusters }) }, margin, alpha);
  const shown = boundedInterval(differences, 0.025, clusters);
  if (verdict !== 'inconclusive') return { verdict, decided, shown, look };
  const { difference } = decided;
  // Of cases that come from few sources each is worth less than one.
  const variance =
    clusters === undefined
      ? differences.reduce((sum, value) => sum + (value - difference) ** 2, 0) / differences.length
      : differences.length * pairedMean(differences, clusters).standardError ** 2;
  const casesNeeded = casesToSettle({ difference, variance }, margin, { alpha, power: 0.8 });
  return { verdict, decided, shown, look, ...(Number.isFinite(casesNeeded) && { casesNeeded }) };
}

/** The verdict alone, for those who ask it at several levels. */
export function lookVerdict(
  { differences, clusters }: Look,
  margin: number,
  alpha: number,
): Pick<Judgement, 'verdict' | 'decided'> {
  const decided = boundedInterval(differences, alpha, clusters);
  const verdict = judgeNonInferiority(decided, margin);
  const quick = verdict === 'fail' && clusters === undefined && !failsExactly(differences, alpha);
  return { verdict: quick ? 'inconclusive' : verdict, decided };
}

function failsExactly(differences: readonly number[], alpha: number): boolean {
  let worse = 0;
  let better = 0;
  for (const value of differences) {
    if (!Number.isInteger(value)) return true;
    if (value < 0) worse += 1;
    if (value > 0) better += 1;
  }
  return midPMcNemar(worse, better).pWorse <= alpha;
}
