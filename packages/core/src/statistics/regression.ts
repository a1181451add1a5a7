// Errors of a regression, equal to scikit-learn's (fixtures/oracles/regression). Each is given row by row, so that a
// paired comparison and its interval need nothing else.
import { weightedMean } from './sampling.ts';

/** |y − ŷ|; their mean is MAE. */
export const absoluteErrors = (truth: Float64Array, predicted: Float64Array): Float64Array =>
  truth.map((value, row) => Math.abs(value - predicted[row]!));

/** (y − ŷ)²; the root of their mean is RMSE. */
export const squaredErrors = (truth: Float64Array, predicted: Float64Array): Float64Array =>
  truth.map((value, row) => (value - predicted[row]!) ** 2);

/** |y − ŷ| / max(|y|, 2⁻⁵²); their mean is MAPE, as a share. A truth of zero makes it enormous, as in scikit-learn. */
export const percentageErrors = (truth: Float64Array, predicted: Float64Array): Float64Array =>
  truth.map((value, row) => Math.abs(value - predicted[row]!) / Math.max(Math.abs(value), Number.EPSILON));

/** Pinball loss at a quantile: q·(y − ŷ) where the prediction is low, (1 − q)·(ŷ − y) where it is high. */
export const quantileLosses = (truth: Float64Array, predicted: Float64Array, quantile: number): Float64Array =>
  truth.map((value, row) => {
    const miss = value - predicted[row]!;
    return miss >= 0 ? quantile * miss : (quantile - 1) * miss;
  });

/** A weight of each row; left out, each counts once. */
type Weights = ArrayLike<number> | undefined;

/** 1 − Σ(y − ŷ)² / Σ(y − ȳ)², each row by its weight; null where the truth does not vary or there are fewer than two rows. */
export function rSquared(truth: Float64Array, predicted: Float64Array, weights?: Weights): number | null {
  if (truth.length < 2) return null;
  const spread = varianceOf(truth, weights);
  if (!(spread > 0) || !varies(truth, weights)) return null;
  return 1 - weightedMean(squaredErrors(truth, predicted), weights) / spread;
}

/**
 * One number a row whose mean is R², and whose spread gives R²'s standard error: the influence function
 * R² + [(1 − R²)·(y − ȳ)² − (y − ŷ)²] / mean((y − ȳ)²) (delta method for a ratio of means; the mean's own influence is of second order).
 */
export function rSquaredInfluence(
  truth: Float64Array,
  predicted: Float64Array,
  weights?: Weights,
): Float64Array | null {
  const value = rSquared(truth, predicted, weights);
  if (value === null) return null;
  const center = weightedMean(truth, weights);
  const spread = varianceOf(truth, weights);
  return truth.map((one, row) => value + ((1 - value) * (one - center) ** 2 - (one - predicted[row]!) ** 2) / spread);
}

/** One number a row whose mean is the RMSE, by the delta method: RMSE + ((y − ŷ)² − MSE) / (2·RMSE). */
export function rootMeanSquareInfluence(truth: Float64Array, predicted: Float64Array, weights?: Weights): Float64Array {
  const errors = squaredErrors(truth, predicted);
  const meanSquare = weightedMean(errors, weights);
  const root = Math.sqrt(meanSquare);
  return errors.map((error) => (root === 0 ? 0 : root + (error - meanSquare) / (2 * root)));
}

function varianceOf(values: Float64Array, weights: Weights): number {
  const center = weightedMean(values, weights);
  return weightedMean(
    values.map((value) => (value - center) ** 2),
    weights,
  );
}

/** By the values themselves: around a rounded mean, equal values seem to vary. */
function varies(values: Float64Array, weights: Weights): boolean {
  const counts = (row: number): boolean => weights === undefined || weights[row]! > 0;
  const first = values.findIndex((_, row) => counts(row));
  return values.some((value, row) => value !== values[first] && counts(row));
}
