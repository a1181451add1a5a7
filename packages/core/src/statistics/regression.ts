// Errors of a regression, equal to scikit-learn's (fixtures/oracles/regression). Each is given row by row, so that a
// paired comparison and its interval need nothing else.

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

/** 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; null where the truth does not vary or there are fewer than two rows. */
export function rSquared(truth: Float64Array, predicted: Float64Array): number | null {
  if (truth.length < 2) return null;
  const spread = spreadOf(truth);
  if (spread === 0) return null;
  const missed = squaredErrors(truth, predicted).reduce((sum, value) => sum + value, 0);
  return 1 - missed / spread;
}

/**
 * One number a row whose mean is R², and whose spread gives R²'s standard error: the influence function
 * R² + [(1 − R²)·(y − ȳ)² − (y − ŷ)²] · n / Σ(y − ȳ)² (delta method for a ratio of means; the mean's own influence is of second order).
 */
export function rSquaredInfluence(truth: Float64Array, predicted: Float64Array): Float64Array | null {
  const value = rSquared(truth, predicted);
  if (value === null) return null;
  const n = truth.length;
  const center = truth.reduce((sum, one) => sum + one, 0) / n;
  const spread = spreadOf(truth);
  return truth.map(
    (one, row) => value + (((1 - value) * (one - center) ** 2 - (one - predicted[row]!) ** 2) * n) / spread,
  );
}

/** One number a row whose mean is the RMSE, by the delta method: RMSE + ((y − ŷ)² − MSE) / (2·RMSE). */
export function rootMeanSquareInfluence(truth: Float64Array, predicted: Float64Array): Float64Array {
  const errors = squaredErrors(truth, predicted);
  const meanSquare = errors.reduce((sum, value) => sum + value, 0) / errors.length;
  const root = Math.sqrt(meanSquare);
  return errors.map((error) => (root === 0 ? 0 : root + (error - meanSquare) / (2 * root)));
}

function spreadOf(values: Float64Array): number {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0);
}
