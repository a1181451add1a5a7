// What labels say of a judge's numbers: means that are right however wrong the judge is, and as sharp as it is right.
import { predictionPoweredMean, type PredictionPowered } from '../statistics/index.ts';

/** A judge's score of one answer, and a person's where there is one. 0 to 1. */
export interface MaybeLabelled {
  readonly judge: number;
  readonly human?: number;
}

/** One case on both sides. */
export interface LabelledPair {
  readonly after: MaybeLabelled;
  readonly before: MaybeLabelled;
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
 * Prediction-powered means of both sides and of the paired difference.
 * @returns undefined with fewer than `least` pairs labelled on both sides: the interval leans on the normal
 * distribution, and on fewer it would be a promise
 */
export function correctedDifference(
  pairs: readonly LabelledPair[],
  { level = 0.95, least = 30 }: { readonly level?: number; readonly least?: number } = {},
): CorrectedDifference | undefined {
  const differences = pairs.map(({ after, before }): MaybeLabelled => ({
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
    difference: corrected(differences, level),
  };
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
