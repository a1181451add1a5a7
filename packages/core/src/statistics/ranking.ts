// Metrics of one ranked list, equal to scikit-learn's where it has them (fixtures/oracles/ranking). Lists are independent,
// items of one list are not: a comparison pairs lists, and the mean runs over lists.

/** One query's items. */
export interface RankedList {
  /** How good each item is, ≥ 0; above 0 is relevant. */
  readonly relevance: Float64Array;
  /** What the model says; higher comes first. */
  readonly scores: Float64Array;
}

/**
 * Normalised discounted cumulative gain of the first k: gain = relevance, discount = 1 / log₂(rank + 1)
 * (Järvelin, Kekäläinen 2002); items of equal score share their places' mean discount (McSherry, Najork 2008).
 * @returns 0 for a list without a relevant item, as scikit-learn has it
 */
export function ndcg({ relevance, scores }: RankedList, k = Number.POSITIVE_INFINITY): number {
  const best = gainOf(relevance, relevance, k);
  return best === 0 ? 0 : gainOf(relevance, scores, k) / best;
}

function gainOf(relevance: Float64Array, scores: Float64Array, k: number): number {
  const order = orderOf(scores);
  let gain = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let tied = 0;
    let discounts = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++) {
      tied += relevance[order[end]!]!;
      if (end < k) discounts += 1 / Math.log2(end + 2);
    }
    gain += (tied / (end - start)) * discounts;
    start = end;
  }
  return gain;
}

/**
 * Average precision: Σ (Rₙ − Rₙ₋₁) · Pₙ over distinct scores. Its mean over lists is MAP; of one list of rows it is the
 * area under the precision-recall curve. Null without a relevant item.
 */
export function averagePrecision({ relevance, scores }: RankedList): number | null {
  const order = orderOf(scores);
  const all = relevance.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  if (all === 0) return null;
  let found = 0;
  let sum = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    let tied = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      if (relevance[order[end]!]! > 0) tied += 1;
    found += tied;
    sum += (tied / all) * (found / end);
    start = end;
  }
  return sum;
}

/** 1 / rank of the first relevant item; among equal scores it stands in the middle. 0 without one. */
export function reciprocalRank({ relevance, scores }: RankedList): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let item = 0; item < scores.length; item++) if (relevance[item]! > 0) top = Math.max(top, scores[item]!);
  if (top === Number.NEGATIVE_INFINITY) return 0;
  let before = 0;
  let equal = 0;
  for (const score of scores) {
    if (score > top) before += 1;
    else if (score === top) equal += 1;
  }
  return 1 / (before + (equal + 1) / 2);
}

/** Share of the relevant items among the first k; items of equal score at the border count in part. Null without a relevant item. */
export const recallAt = (list: RankedList, k: number): number | null => recallUpTo(list, k)?.at(-1) ?? null;

/** Recall at 1, 2, … k, or at as many as the list has items: never empty, but null without a relevant item. */
export function recallUpTo({ relevance, scores }: RankedList, k: number): Float64Array | null {
  const order = orderOf(scores);
  const all = relevance.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
  if (all === 0) return null;
  const recalls = new Float64Array(Math.min(k, order.length));
  let found = 0;
  for (let start = 0; start < recalls.length;) {
    let end = start;
    let tied = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      if (relevance[order[end]!]! > 0) tied += 1;
    for (let depth = start; depth < Math.min(end, recalls.length); depth++)
      recalls[depth] = (found + (tied * (depth + 1 - start)) / (end - start)) / all;
    found += tied;
    start = end;
  }
  return recalls;
}

const orderOf = (scores: Float64Array): Uint32Array =>
  Uint32Array.from(scores, (_, item) => item).sort((a, b) => scores[b]! - scores[a]!);
