// A mean of human labels, sharpened by a judge's scores on many more items; right however wrong the judge is.
import { normalQuantile } from './normal.ts';

export interface PredictionPowered {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** How much the judge counted: 0 not at all, 1 fully. */
  readonly weight: number;
}

export interface LabelledScores {
  /** Human labels of the labelled items. */
  readonly human: readonly number[];
  /** The judge's scores of the same items. */
  readonly judge: readonly number[];
  /** The judge's scores of the items without labels. */
  readonly unlabelled: readonly number[];
}

/**
 * θ = λ·mean(f on unlabelled) + mean(Y − λ·f on labelled), variance λ²·Var(f)/N + Var(Y − λ·f)/n
 * (Angelopoulos et al. 2023, Science 382:669; λ as in PPI++, arXiv:2311.01453, eq. 6, which a useless judge drives to 0).
 * @param options `weight` fixes λ; by default it is chosen. `level` is two-sided.
 * @returns NaN bounds with fewer than two labels
 */
export function predictionPoweredMean(
  { human, judge, unlabelled }: LabelledScores,
  { weight, level = 0.95 }: { readonly weight?: number; readonly level?: number } = {},
): PredictionPowered {
  const lambda = unlabelled.length < 2 ? 0 : (weight ?? chosenWeight({ human, judge, unlabelled }));
  const residuals = human.map((label, index) => label - lambda * (judge[index] ?? 0));
  const mean = (lambda === 0 ? 0 : lambda * average(unlabelled)) + average(residuals);
  const spread = lambda === 0 ? 0 : (lambda ** 2 * populationVariance(unlabelled)) / unlabelled.length;
  const error = Math.sqrt(spread + (human.length < 2 ? Number.NaN : populationVariance(residuals) / human.length));
  const reach = normalQuantile(0.5 + level / 2) * error;
  return { mean, low: mean - reach, high: mean + reach, weight: lambda };
}

function chosenWeight({ human, judge, unlabelled }: LabelledScores): number {
  const [humanMean, judgeMean] = [average(human), average(judge)];
  const covariance = average(human.map((label, index) => (label - humanMean) * ((judge[index] ?? 0) - judgeMean)));
  const spread = populationVariance([...judge, ...unlabelled]);
  if (spread === 0) return 0;
  const lambda = covariance / ((1 + human.length / unlabelled.length) * spread);
  return Math.min(1, Math.max(0, lambda));
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function populationVariance(values: readonly number[]): number {
  const mean = average(values);
  return average(values.map((value) => (value - mean) ** 2));
}
