// The metrics of predicted numbers: what each is called, its value for one model, and both models' row by row.
import type { RegressionMetric } from '../../formats/gate-metrics.ts';
import {
  absoluteErrors,
  percentageErrors,
  quantileLosses,
  rootMeanSquareInfluence,
  rSquared,
  rSquaredInfluence,
  squaredErrors,
} from '../../statistics/regression.ts';
import { weightedMean } from '../../statistics/sampling.ts';
import { quantileOfLoss, type SettingsOf } from '../metric-settings.ts';
import type { Evaluator, PairedMetrics, PairedRows } from '../paired-estimates.ts';
import type { Measured, MetricTraits } from '../task.ts';
import type { NumberArm, NumberSample } from './sample.ts';

export function regressionTraits(name: RegressionMetric, settings: SettingsOf): MetricTraits {
  const lower = { direction: 'lower', unit: 'number' } as const;
  switch (name) {
    case 'rmse':
      return { title: 'RMSE', ...lower };
    case 'mae':
      return { title: 'MAE', ...lower };
    case 'mape':
      return { title: 'MAPE', direction: 'lower', unit: 'share' };
    case 'r2':
      return { title: 'R²', direction: 'higher', unit: 'number' };
    case 'quantile-loss':
      return { title: `quantile loss (${quantileOfLoss(settings(name))})`, ...lower };
  }
}

export function measureNumbers(
  name: RegressionMetric,
  { truth, sampling }: NumberSample,
  { predicted }: NumberArm,
  settings: SettingsOf,
): Measured {
  const { weights } = sampling;
  if (truth.length === 0) return { value: null, reason: 'there are no rows' };
  const value = valueOf(name, { truth, predicted, weights, settings });
  if (value === null) return { value, reason: 'the truth is the same on every row' };
  if (Number.isFinite(value)) return { value };
  const noWeight = weights !== undefined && weights.every((weight) => weight === 0);
  return { value: null, reason: noWeight ? 'no row here has a weight' : 'it is too large for a number' };
}

interface Side {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  readonly weights: ArrayLike<number> | undefined;
  readonly settings: SettingsOf;
}

function valueOf(name: RegressionMetric, side: Side): number | null {
  const { truth, predicted, weights } = side;
  if (name === 'r2') return rSquared(truth, predicted, weights);
  const mean = weightedMean(lossesOf(name, side), weights);
  return name === 'rmse' ? Math.sqrt(mean) : mean;
}

/** One number a row: RMSE is the root of their mean, the others are their mean. */
function lossesOf(name: Exclude<RegressionMetric, 'r2'>, { truth, predicted, settings }: Side): Float64Array {
  switch (name) {
    case 'rmse':
      return squaredErrors(truth, predicted);
    case 'mae':
      return absoluteErrors(truth, predicted);
    case 'mape':
      return percentageErrors(truth, predicted);
    case 'quantile-loss':
      return quantileLosses(truth, predicted, quantileOfLoss(settings(name)));
  }
}

/** One number a row, higher is worse, that stands for the metric: R² by its squared errors. */
export const numberLosses = (
  name: RegressionMetric,
  { truth, sampling: { weights } }: NumberSample,
  { predicted }: NumberArm,
  settings: SettingsOf,
): Float64Array => lossesOf(name === 'r2' ? 'rmse' : name, { truth, predicted, weights, settings });

export interface NumberPair {
  readonly sample: NumberSample;
  readonly candidate: NumberArm;
  readonly baseline: NumberArm;
  readonly settings: SettingsOf;
}

export function pairedNumbers({ sample, candidate, baseline, settings }: NumberPair): PairedMetrics<RegressionMetric> {
  const { sampling, truth } = sample;
  const sideOf = ({ predicted }: NumberArm): Side => ({ truth, predicted, weights: sampling.weights, settings });
  const [one, other] = [sideOf(candidate), sideOf(baseline)];
  return {
    sampling,
    rows: (name) => pairedRows(name, one, other),
    evaluator: (names) => evaluatorOf(names, one, other),
  };
}

function pairedRows(name: RegressionMetric, one: Side, other: Side): PairedRows | undefined {
  if (name === 'r2' || name === 'rmse') {
    const influence = ({ truth, predicted, weights }: Side): Float64Array | null =>
      name === 'r2' ? rSquaredInfluence(truth, predicted, weights) : rootMeanSquareInfluence(truth, predicted, weights);
    const [candidate, baseline] = [influence(one), influence(other)];
    if (candidate === null || baseline === null) return undefined;
    return { candidate, baseline, mean: false, method: 'paired means of row influences' };
  }
  return { candidate: lossesOf(name, one), baseline: lossesOf(name, other), mean: true, method: 'paired means' };
}

function evaluatorOf(names: readonly RegressionMetric[], one: Side, other: Side): Evaluator {
  const each = names.map((name) => {
    if (name === 'r2') {
      // The spread of the truth is the same on both sides: R² differs by the mean squared errors over it.
      const extra = difference(squaredErrors(one.truth, one.predicted), squaredErrors(other.truth, other.predicted));
      return (weights: Int32Array | Float64Array) => -weightedMean(extra, weights) / spreadUnder(one.truth, weights);
    }
    const [losses, before] = [lossesOf(name, one), lossesOf(name, other)];
    if (name !== 'rmse') {
      const extra = difference(losses, before);
      return (weights: Int32Array | Float64Array) => weightedMean(extra, weights);
    }
    return (weights: Int32Array | Float64Array) =>
      Math.sqrt(weightedMean(losses, weights)) - Math.sqrt(weightedMean(before, weights));
  });
  return (weights) => each.map((metric) => metric(weights));
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, row) => value - b[row]!);

/** NaN where the drawn truth does not vary. */
function spreadUnder(truth: Float64Array, weights: Int32Array | Float64Array): number {
  const center = weightedMean(truth, weights);
  let sum = 0;
  let all = 0;
  for (let row = 0; row < truth.length; row++) {
    sum += weights[row]! * (truth[row]! - center) ** 2;
    all += weights[row]!;
  }
  return sum > 0 ? sum / all : Number.NaN;
}
