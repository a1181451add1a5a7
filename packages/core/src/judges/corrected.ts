// What labels say of a judge's numbers: means that are right however wrong the judge is, and as sharp as it is right.
import { normalQuantile, predictionPoweredMean, type PredictionPowered } from '../statistics/index.ts';

/** A judge's score of one answer, and a person's where there is one. 0 to 1. */
export interface MaybeLabelled {
  readonly judge: number;
  readonly human?: number;
}

/** One case on both sides. */
export interface LabelledPair {
  readonly after: MaybeLabelled;
  readonly before: MaybeLabelled;
  /** Both answers are the same text: people, too, see no difference there, and nobody has to say so. */
  readonly same?: boolean;
}

export interface Corrected extends PredictionPowered {
  /** What the judge alone says. */
  readonly judge: number;
  readonly n: number;
  readonly labelled: number;
}

export interface CorrectedDifference {
  readonly after: Corrected;
  readonly before: Corrected;
  /** Candidate − baseline on the same cases; labelled where both answers are. */
  readonly difference: Corrected;
}

/**
 * Prediction-powered means of both sides and of the paired difference. Pairs of the same answer count as no difference,
 * and are no labels: as such they would be a part that is chosen for showing none. Where there are any the difference is
 * that of the others times their share, with the variance of both (post-stratification, Cochran 1977, §5A.9).
 * @returns undefined with fewer than `least` pairs labelled on both sides: the interval leans on the normal
 * distribution, and on fewer it would be a promise
 */
export function correctedDifference(
  pairs: readonly LabelledPair[],
  { level = 0.95, least = 30 }: { readonly level?: number; readonly least?: number } = {},
): CorrectedDifference | undefined {
  const open = pairs.filter(({ same }) => same !== true);
  const differences = open.map(({ after, before }): MaybeLabelled => ({
    judge: after.judge - before.judge,
    ...(after.human !== undefined && before.human !== undefined && { human: after.human - before.human }),
  }));
  if (differences.filter(({ human }) => human !== undefined).length < least) return undefined;
  return {
    after: corrected(
      pairs.map(({ after }) => after),
      level,
    ),
    before: corrected(
      pairs.map(({ before }) => before),
      level,
    ),
    difference: overall(corrected(differences, level), pairs, level),
  };
}

function overall(difference: Corrected, pairs: readonly LabelledPair[], level: number): Corrected {
  const n = pairs.length;
  const share = difference.n / n;
  const judge = pairs.reduce((sum, { after, before }) => sum + after.judge - before.judge, 0) / n;
  if (share === 1) return difference;
  const reach = (difference.high - difference.low) / 2;
  const z = normalQuantile(0.5 + level / 2);
  const whole = Math.sqrt((share * reach) ** 2 + (z * difference.mean) ** 2 * ((share * (1 - share)) / n));
  const mean = share * difference.mean;
  return { ...difference, mean, low: mean - whole, high: mean + whole, judge, n };
}

function corrected(items: readonly MaybeLabelled[], level: number): Corrected {
  const labelled = items.flatMap(({ judge, human }) => (human === undefined ? [] : [{ judge, human }]));
  const estimate = predictionPoweredMean(
    {
      human: labelled.map(({ human }) => human),
      judge: labelled.map(({ judge }) => judge),
      unlabelled: items.filter(({ human }) => human === undefined).map(({ judge }) => judge),
    },
    { level },
  );
  const sum = items.reduce((total, { judge }) => total + judge, 0);
  return { ...estimate, judge: sum / items.length, n: items.length, labelled: labelled.length };
}
