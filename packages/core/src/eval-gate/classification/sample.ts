// The rows that both models are judged on, and what each model said about them.
import { samplingOf, type Sampling } from '../../statistics/sampling.ts';

export interface Sample {
  readonly ids: readonly string[];
  readonly classes: readonly string[];
  /** Class index of the truth, one per row. */
  readonly labels: Int32Array;
  /** With two classes, the one that precision, recall, F1 and AUC speak of. */
  readonly positive?: number;
  /** Weights, clusters, strata; left out, rows were drawn one by one and each counts once. */
  readonly sampling?: Sampling;
  /** Slice column → its value per row; null where there is none. */
  readonly slices: Readonly<Record<string, readonly (string | null)[]>>;
}

/** One model's answers. */
export interface Arm {
  /** n × k, row by row; left out by a model that only gives classes. */
  readonly probabilities?: Float64Array;
  /** Class index, one per row. */
  readonly predicted: Int32Array;
}

/** Classes of probabilities: the positive one from the threshold on, or with more than two the likeliest (the first of equals). */
export function predictedClasses(
  probabilities: Float64Array,
  classes: number,
  decision: { readonly positive?: number | undefined; readonly threshold: number },
): Int32Array {
  const predicted = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < predicted.length; row++) {
    if (decision.positive !== undefined) {
      const chance = probabilities[row * classes + decision.positive]!;
      predicted[row] = chance >= decision.threshold ? decision.positive : 1 - decision.positive;
      continue;
    }
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[row * classes + index]! > probabilities[row * classes + best]!) best = index;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** One class's column of the probabilities. */
export function probabilitiesOf(probabilities: Float64Array, classes: number, index: number): Float64Array {
  const column = new Float64Array(probabilities.length / classes);
  for (let row = 0; row < column.length; row++) column[row] = probabilities[row * classes + index]!;
  return column;
}

/** 1 where the row is of the class. */
export const isOfClass = (labels: Int32Array, index: number): Uint8Array =>
  Uint8Array.from(labels, (label) => (label === index ? 1 : 0));

/**
 * What calibration speaks of: with two classes the positive one's probability and whether it came true, with
 * more the predicted class's probability and whether it was right.
 */
export function confidenceOf(sample: Sample, probabilities: Float64Array): { chance: Float64Array; came: Uint8Array } {
  const classes = sample.classes.length;
  if (sample.positive !== undefined) {
    return {
      chance: probabilitiesOf(probabilities, classes, sample.positive),
      came: isOfClass(sample.labels, sample.positive),
    };
  }
  const likeliest = predictedClasses(probabilities, classes, { threshold: 0 });
  return {
    chance: Float64Array.from(likeliest, (index, row) => probabilities[row * classes + index]!),
    came: Uint8Array.from(likeliest, (index, row) => (index === sample.labels[row] ? 1 : 0)),
  };
}

/** Only the given rows, in their order, without their slices. */
export function sampleRows(sample: Sample, rows: Int32Array): Sample {
  return {
    ...sample,
    ids: Array.from(rows, (row) => sample.ids[row]!),
    labels: rows.map((row) => sample.labels[row]!),
    slices: {},
    ...(sample.sampling !== undefined && { sampling: samplingOf(sample.sampling, rows) }),
  };
}

export function armRows(arm: Arm, rows: Int32Array, classes: number): Arm {
  const predicted = rows.map((row) => arm.predicted[row]!);
  const { probabilities } = arm;
  if (probabilities === undefined) return { predicted };
  const taken = new Float64Array(rows.length * classes);
  rows.forEach((row, index) => {
    taken.set(probabilities.subarray(row * classes, (row + 1) * classes), index * classes);
  });
  return { predicted, probabilities: taken };
}
