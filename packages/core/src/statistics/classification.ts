// Metrics of a classifier, equal to scikit-learn's (fixtures/oracles/metrics). Labels and predictions are class indices 0 … k − 1.

/** k × k counts, row by row: row = truth, column = prediction. Counts may be weights. */
export interface ConfusionTable {
  readonly classes: number;
  readonly counts: Float64Array;
}

/** @param counts how often each row counts, or its weight; left out, once */
export function confusionTable(
  labels: Int32Array,
  predicted: Int32Array,
  classes: number,
  counts?: Int32Array | Float64Array,
): ConfusionTable {
  const table = new Float64Array(classes * classes);
  for (let row = 0; row < labels.length; row++) {
    const cell = labels[row]! * classes + predicted[row]!;
    table[cell]! += counts === undefined ? 1 : counts[row]!;
  }
  return { classes, counts: table };
}

/** Share of rows on the diagonal; null of no rows. */
export function accuracyOf({ classes, counts }: ConfusionTable): number | null {
  let right = 0;
  let all = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    all += counts[cell]!;
    if (cell % (classes + 1) === 0) right += counts[cell]!;
  }
  return all === 0 ? null : right / all;
}

/** Mean recall of the classes that occur in truth (scikit-learn drops the others too); null of no rows. */
export function balancedAccuracyOf({ classes, counts }: ConfusionTable): number | null {
  let sum = 0;
  let occurring = 0;
  for (let truth = 0; truth < classes; truth++) {
    let rows = 0;
    for (let said = 0; said < classes; said++) rows += counts[truth * classes + said]!;
    if (rows === 0) continue;
    occurring += 1;
    sum += counts[truth * (classes + 1)]! / rows;
  }
  return occurring === 0 ? null : sum / occurring;
}

export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * Precision, recall and F1 of one class, or their plain mean over the classes that occur in truth or in
 * predictions (`average='macro'`). What has nothing to divide by is 0, scikit-learn's `zero_division`.
 * @param positive index of the class; left out, macro average
 */
export function precisionRecallOf(table: ConfusionTable, positive?: number): PrecisionRecall | null {
  if (table.counts.every((count) => count === 0)) return null;
  if (positive !== undefined) return ofOneClass(table, positive).scores;
  const sum = { precision: 0, recall: 0, f1: 0 };
  let occurring = 0;
  for (let index = 0; index < table.classes; index++) {
    const { scores, occurs } = ofOneClass(table, index);
    if (!occurs) continue;
    occurring += 1;
    sum.precision += scores.precision;
    sum.recall += scores.recall;
    sum.f1 += scores.f1;
  }
  return { precision: sum.precision / occurring, recall: sum.recall / occurring, f1: sum.f1 / occurring };
}

function ofOneClass({ classes, counts }: ConfusionTable, index: number): { scores: PrecisionRecall; occurs: boolean } {
  const hits = counts[index * (classes + 1)]!;
  let truths = 0;
  let said = 0;
  for (let other = 0; other < classes; other++) {
    truths += counts[index * classes + other]!;
    said += counts[other * classes + index]!;
  }
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    scores: { precision: ratio(hits, said), recall: ratio(hits, truths), f1: ratio(2 * hits, truths + said) },
    occurs: truths + said > 0,
  };
}

/** Machine epsilon of a double: scikit-learn clips probabilities to [ε, 1 − ε]. */
const epsilon = Number.EPSILON;

/** −ln of the probability given to the true class, one per row, clipped as scikit-learn does. In nats. */
export function logLosses(labels: Int32Array, probabilities: Float64Array, classes: number): Float64Array {
  return Float64Array.from(labels, (label, row) => {
    const p = probabilities[row * classes + label]!;
    return -Math.log(Math.min(Math.max(p, epsilon), 1 - epsilon));
  });
}

/** Squared error of the probabilities, one per row: of the one probability with two classes, summed over the classes with more. */
export function brierScores(labels: Int32Array, probabilities: Float64Array, classes: number): Float64Array {
  const scale = classes === 2 ? 0.5 : 1;
  return Float64Array.from(labels, (label, row) => {
    let sum = 0;
    for (let index = 0; index < classes; index++) {
      const miss = probabilities[row * classes + index]! - (index === label ? 1 : 0);
      sum += miss * miss;
    }
    return scale * sum;
  });
}

export function mean(values: Float64Array): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, ties count half.
 * Null where one of the two does not occur: there is nothing to rank.
 * @param positives 1 where the row is positive
 */
export function rocAuc(scores: Float64Array, positives: Uint8Array): number | null {
  const { above, below } = splitScores(scores, positives);
  if (above.length === 0 || below.length === 0) return null;
  above.sort();
  below.sort();
  let wins = 0;
  let lower = 0;
  let notHigher = 0;
  for (const score of above) {
    while (lower < below.length && below[lower]! < score) lower += 1;
    while (notHigher < below.length && below[notHigher]! <= score) notHigher += 1;
    wins += (lower + notHigher) / 2;
  }
  return wins / (above.length * below.length);
}

export function splitScores(
  scores: Float64Array,
  positives: Uint8Array,
): { readonly above: Float64Array; readonly below: Float64Array } {
  let count = 0;
  for (const positive of positives) count += positive;
  const above = new Float64Array(count);
  const below = new Float64Array(scores.length - count);
  let a = 0;
  let b = 0;
  for (let row = 0; row < scores.length; row++) {
    if (positives[row] === 1) above[a++] = scores[row]!;
    else below[b++] = scores[row]!;
  }
  return { above, below };
}

/** Points of the ROC curve, false against true positive rate, from (0, 0) to (1, 1); thinned to about `limit` points. */
export function rocCurve(scores: Float64Array, positives: Uint8Array, limit = 100): [number, number][] {
  const { above, below } = splitScores(scores, positives);
  above.sort();
  below.sort();
  const thresholds = Float64Array.from(new Set(scores)).sort().reverse();
  const step = Math.max(1, Math.ceil(thresholds.length / limit));
  const points: [number, number][] = [[0, 0]];
  for (let index = step - 1; index < thresholds.length; index += step) {
    const threshold = thresholds[index]!;
    points.push([shareFrom(below, threshold), shareFrom(above, threshold)]);
  }
  if (points.at(-1)![0] < 1 || points.at(-1)![1] < 1) points.push([1, 1]);
  return points;
}

/** Share of sorted values that are at or above a threshold. */
const shareFrom = (sorted: Float64Array, threshold: number): number =>
  (sorted.length - countBelow(sorted, threshold)) / Math.max(1, sorted.length);

/** How many of the sorted values are smaller (`inclusive`: or equal). */
export function countBelow(sorted: Float64Array, value: number, inclusive = false): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value || (inclusive && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Matthews' correlation of truth and prediction, for any number of classes (Gorodkin 2004); 0 where one side names one
 * class alone, null of no rows.
 */
export function matthewsCorrelation({ classes, counts }: ConfusionTable): number | null {
  const truths = new Float64Array(classes);
  const said = new Float64Array(classes);
  let [right, all] = [0, 0];
  for (let cell = 0; cell < counts.length; cell++) {
    truths[Math.floor(cell / classes)]! += counts[cell]!;
    said[cell % classes]! += counts[cell]!;
    if (cell % (classes + 1) === 0) right += counts[cell]!;
    all += counts[cell]!;
  }
  if (all === 0) return null;
  let [together, truthSquares, saidSquares] = [0, 0, 0];
  for (let index = 0; index < classes; index++) {
    together += truths[index]! * said[index]!;
    truthSquares += truths[index]! ** 2;
    saidSquares += said[index]! ** 2;
  }
  const scale = Math.sqrt(all * all - saidSquares) * Math.sqrt(all * all - truthSquares);
  return scale === 0 ? 0 : (right * all - together) / scale;
}

/** Precision, recall and F1 over the classes weighted by their rows in truth (`average='weighted'`). */
export function weightedPrecisionRecall(table: ConfusionTable): PrecisionRecall | null {
  const rows = table.counts.reduce((sum, count) => sum + count, 0);
  if (rows === 0) return null;
  const sum = { precision: 0, recall: 0, f1: 0 };
  for (let index = 0; index < table.classes; index++) {
    const { scores } = ofOneClass(table, index);
    let weight = 0;
    for (let said = 0; said < table.classes; said++) weight += table.counts[index * table.classes + said]! / rows;
    sum.precision += weight * scores.precision;
    sum.recall += weight * scores.recall;
    sum.f1 += weight * scores.f1;
  }
  return sum;
}

/**
 * 1 where the true class is among the k likeliest. Of equal probabilities the higher class index comes first, as in
 * scikit-learn's `top_k_accuracy_score`.
 * @param probabilities n × classes, row by row
 */
export function topKHits(labels: Int32Array, probabilities: Float64Array, classes: number, k: number): Uint8Array {
  return Uint8Array.from(labels, (label, row) => {
    const own = probabilities[row * classes + label]!;
    let before = 0;
    for (let index = 0; index < classes; index++) {
      const other = probabilities[row * classes + index]!;
      if (other > own || (other === own && index > label)) before += 1;
    }
    return before < k ? 1 : 0;
  });
}
