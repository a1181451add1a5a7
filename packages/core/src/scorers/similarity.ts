// Similarity of meaning: the arithmetic on vectors that an embedder gives.
import type { Score, Scorer, ScorerTable } from './scorer.ts';
import { badValue, cannotTell } from './verdicts.ts';

type Vector = readonly number[];

export const cosine = (a: Vector, b: Vector): number => {
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
};

export const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

export const euclidean = (a: Vector, b: Vector): number =>
  Math.sqrt(a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0));

interface Judged {
  readonly pass: boolean;
  readonly score: number;
}

/** Near enough or, with `not-`, far enough; a share of rounding is forgiven on the side of passing, as promptfoo does. */
type Judge = (measured: number, threshold: number, negated: boolean) => Judged;

const similar: Judge = (measured, threshold, negated) => ({
  pass: negated ? measured <= threshold + Number.EPSILON : measured >= threshold - Number.EPSILON,
  score: negated ? 1 - measured : measured,
});

/** A distance: small is near, and 1 / (1 + distance) the score. */
const near: Judge = (measured, threshold, negated) => ({
  pass: negated ? measured >= threshold - Number.EPSILON : measured <= threshold + Number.EPSILON,
  score: negated ? 1 - 1 / (1 + measured) : 1 / (1 + measured),
});

const similarity =
  (type: string, measure: (a: Vector, b: Vector) => number, judge: Judge): Scorer =>
  async ({ assertion: { value, negated, threshold = 0.75, provider }, answer: { text } }, world) => {
    const expected = [value].flat();
    if (expected.length === 0 || !expected.every((item): item is string => typeof item === 'string'))
      return badValue(type, 'a text, or a list of texts,');
    const embedder = await world.embedder?.(provider);
    if (embedder === undefined)
      return cannotTell(`"${type}" needs an embedding model and none is set`, 'Set one for the suite.');
    const embedded = await embedder.embed([text, ...expected]);
    if ('failure' in embedded) return cannotTell(embedded.failure, embedded.hint);
    const [answer, ...wanted] = embedded.vectors;
    const usable = wanted.length === expected.length && wanted.every(({ length }) => length === answer?.length);
    if (answer === undefined || answer.length === 0 || !usable)
      return cannotTell(`the embedding model ${embedder.id} gave vectors that cannot be compared`, 'Check the model.');
    const measured = wanted.map((vector) => measure(vector, answer));
    if (!measured.every(Number.isFinite))
      return cannotTell(`the embedding model ${embedder.id} gave vectors that are no numbers`, 'Check the model.');
    const judged = measured.map((one) => judge(one, threshold, negated));
    return told(judged, measured, { type, threshold, negated, costUsd: embedded.costUsd });
  };

interface Told {
  readonly type: string;
  readonly threshold: number;
  readonly negated: boolean;
  readonly costUsd: number | undefined;
}

/**
 * Of several texts one must be near, the first that is gives the score, and where none is the best does.
 * With `not-` all must be far; the first that is not, else the least far gives the score.
 */
function told(
  judged: readonly Judged[],
  measured: readonly number[],
  { type, threshold, negated, costUsd }: Told,
): Score {
  const settling = judged.findIndex(({ pass }) => pass !== negated);
  const order = judged.map(({ score }, index) => ({ score, index })).toSorted((a, b) => b.score - a.score);
  const extreme = (negated ? order.at(-1) : order[0])?.index ?? 0;
  const at = settling === -1 ? extreme : settling;
  const { pass, score } = judged[at] ?? { pass: false, score: 0 };
  return {
    pass,
    score,
    reason: `${type} is ${(measured[at] ?? 0).toFixed(4)}${negated ? ' with "not-"' : ''}; the threshold is ${threshold}.`,
    ...(costUsd !== undefined && { costUsd }),
  };
}

export const similarityScorers: ScorerTable = new Map([
  ['similar', similarity('similar', cosine, similar)],
  ['similar:cosine', similarity('similar:cosine', cosine, similar)],
  ['similar:dot', similarity('similar:dot', dot, similar)],
  ['similar:euclidean', similarity('similar:euclidean', euclidean, near)],
]);
