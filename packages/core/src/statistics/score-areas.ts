// Areas under the curves of a score, under any weights of the rows: sorted once, then one walk for each set of weights.
// ROC: ties count half. Precision-recall: average precision, Σ (Rₙ − Rₙ₋₁) · Pₙ, as scikit-learn has it.
import { splitScores } from './classification.ts';
import { orderFromHigh } from './order-of.ts';

/** Null where positives, or for ROC negatives, weigh nothing. */
export interface ScoreAreas {
  roc(weights?: ArrayLike<number>): number | null;
  averagePrecision(weights?: ArrayLike<number>): number | null;
  /** One number a row: their weighted mean is the area, their spread gives its standard error. */
  rocInfluence(weights?: ArrayLike<number>): Float64Array | null;
  averagePrecisionInfluence(weights?: ArrayLike<number>): Float64Array | null;
}

/** @param positives 1 where the row is positive */
export function scoreAreas(scores: Float64Array, positives: Uint8Array): ScoreAreas {
  const ranked = rankedBy(scores);
  return {
    roc: (weights) => rocArea(ranked, positives, weights),
    averagePrecision: (weights) => averagePrecision(ranked, positives, weights),
    rocInfluence: (weights) => rocInfluence(ranked, positives, weights),
    averagePrecisionInfluence: (weights) => averagePrecisionInfluence(ranked, positives, weights),
  };
}

/** `averagePrecision` without weights, by sorting values alone: several times faster on many rows. */
export function plainAveragePrecision(scores: Float64Array, positives: Uint8Array): number | null {
  const { above, below } = splitScores(scores, positives);
  if (above.length === 0) return null;
  above.sort();
  below.sort();
  let sum = 0;
  let [a, b] = [above.length - 1, below.length - 1];
  while (a >= 0) {
    const score = above[a]!;
    let next = a;
    while (next >= 0 && above[next] === score) next -= 1;
    while (b >= 0 && below[b]! >= score) b -= 1;
    const found = above.length - 1 - next;
    sum += ((a - next) * found) / (found + below.length - 1 - b);
    a = next;
  }
  return sum / above.length;
}

/** Rows from the highest score down, and where each group of equal scores ends. */
interface Ranked {
  readonly order: Uint32Array;
  readonly ends: Uint32Array;
}

type Weights = ArrayLike<number> | undefined;

function rankedBy(scores: Float64Array): Ranked {
  const order = orderFromHigh(scores);
  const ends: number[] = [];
  for (let place = 1; place <= order.length; place++) {
    if (place === order.length || scores[order[place]!] !== scores[order[place - 1]!]) ends.push(place);
  }
  return { order, ends: Uint32Array.from(ends) };
}

function rocArea({ order, ends }: Ranked, positives: Uint8Array, weights: Weights): number | null {
  let above = 0;
  let below = 0;
  let wins = 0;
  let place = 0;
  for (let group = 0; group < ends.length; group++) {
    let tiedAbove = 0;
    let tiedBelow = 0;
    for (const end = ends[group]!; place < end; place++) {
      const row = order[place]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      if (positives[row] === 1) tiedAbove += weight;
      else tiedBelow += weight;
    }
    wins += tiedBelow * (above + tiedAbove / 2);
    above += tiedAbove;
    below += tiedBelow;
  }
  return above > 0 && below > 0 ? wins / (above * below) : null;
}

function averagePrecision({ order, ends }: Ranked, positives: Uint8Array, weights: Weights): number | null {
  let found = 0;
  let seen = 0;
  let sum = 0;
  let place = 0;
  for (let group = 0; group < ends.length; group++) {
    let tied = 0;
    for (const end = ends[group]!; place < end; place++) {
      const row = order[place]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      if (positives[row] === 1) tied += weight;
      seen += weight;
    }
    found += tied;
    if (tied > 0) sum += (tied * found) / seen;
  }
  return found > 0 ? sum / found : null;
}

/** Weight of positives and of all rows at or above each group's score. */
interface Above {
  readonly positive: Float64Array;
  readonly all: Float64Array;
}

function aboveOf({ order, ends }: Ranked, positives: Uint8Array, weights: Weights): Above {
  const above = { positive: new Float64Array(ends.length), all: new Float64Array(ends.length) };
  let positive = 0;
  let all = 0;
  let place = 0;
  ends.forEach((end, group) => {
    for (; place < end; place++) {
      const row = order[place]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      all += weight;
      if (positives[row] === 1) positive += weight;
    }
    above.positive[group] = positive;
    above.all[group] = all;
  });
  return above;
}

/** DeLong's placements, scaled by how much of the weight is of the row's kind. */
function rocInfluence(ranked: Ranked, positives: Uint8Array, weights: Weights): Float64Array | null {
  const area = rocArea(ranked, positives, weights);
  if (area === null) return null;
  const { order, ends } = ranked;
  const { positive, all } = aboveOf(ranked, positives, weights);
  const [ofPositives, ofAll] = [positive.at(-1)!, all.at(-1)!];
  const ofNegatives = ofAll - ofPositives;
  const influence = new Float64Array(order.length);
  let place = 0;
  ends.forEach((end, group) => {
    const before = group === 0 ? 0 : positive[group - 1]!;
    const beforeNegative = group === 0 ? 0 : all[group - 1]! - before;
    const negatives = all[group]! - positive[group]!;
    const beaten = (ofNegatives - (negatives + beforeNegative) / 2) / ofNegatives;
    const beatenBy = (before + positive[group]!) / 2 / ofPositives;
    for (; place < end; place++) {
      const row = order[place]!;
      influence[row] =
        positives[row] === 1
          ? area + ((beaten - area) * ofAll) / ofPositives
          : area + ((beatenBy - area) * ofAll) / ofNegatives;
    }
  });
  return influence;
}

/**
 * By the delta method, for AP = E[y·P(S)] / π with P(s) the precision and Q(s) the share of rows at or above s:
 * AP + y·(P(s) − AP) / π + (1/π) · Σ over positives of score t ≤ s of (y − P(t)) / Q(t).
 */
function averagePrecisionInfluence(ranked: Ranked, positives: Uint8Array, weights: Weights): Float64Array | null {
  const area = averagePrecision(ranked, positives, weights);
  if (area === null) return null;
  const { order, ends } = ranked;
  const { positive, all } = aboveOf(ranked, positives, weights);
  const total = all.at(-1)!;
  const share = positive.at(-1)! / total;
  const influence = new Float64Array(order.length);
  let [gain, loss] = [0, 0];
  for (let group = ends.length - 1; group >= 0; group--) {
    const from = group === 0 ? 0 : ends[group - 1]!;
    const tied = positive[group]! - (group === 0 ? 0 : positive[group - 1]!);
    const precision = all[group] === 0 ? 0 : positive[group]! / all[group]!;
    if (tied > 0) {
      gain += tied / all[group]!;
      loss += (tied * precision) / all[group]!;
    }
    for (let place = from; place < ends[group]!; place++) {
      const row = order[place]!;
      const own = positives[row] === 1;
      influence[row] = area + ((own ? precision - area + gain : 0) - loss) / share;
    }
  }
  return influence;
}
