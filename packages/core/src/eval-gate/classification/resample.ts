// What the bootstrap evaluates on each draw of rows: every metric's paired difference, all in one loop.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { binOf } from '../../statistics/calibration.ts';
import { brierScores, confusionTable, logLosses, topKHits } from '../../statistics/classification.ts';
import { weightedMean } from '../../statistics/sampling.ts';
import { scoreAreas } from '../../statistics/score-areas.ts';
import { noSettings, topDepth, type SettingsOf } from '../metric-settings.ts';
import type { Evaluator } from '../paired-estimates.ts';
import { classesSpokenOf, countMetricOf, isCountMetric, type CountMetric, type ProbabilityMetric } from './metrics.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

type Weights = Int32Array | Float64Array;
/** A statistic of one model under row weights. */
type Weighted = (weights: Weights) => number;

export interface Pair {
  readonly sample: Sample;
  readonly candidate: Arm;
  readonly baseline: Arm;
  /** How metrics are computed; left out, as they are without settings. */
  readonly settings?: SettingsOf;
}

/** @returns for row weights, candidate − baseline of each metric in the order given; NaN where a draw has no value */
export function differenceEvaluator(pair: Pair, names: readonly ClassificationMetric[]): Evaluator {
  const { sample, settings = noSettings } = pair;
  const classes = sample.classes.length;
  const tables = names.some(isCountMetric);
  const others = new Map<ClassificationMetric, readonly [Weighted, Weighted]>(
    names
      .filter((name): name is ProbabilityMetric => !isCountMetric(name))
      .map((name) => [name, [weighted(name, pair, pair.candidate), weighted(name, pair, pair.baseline)] as const]),
  );
  return (weights) => {
    const [a, b] = [pair.candidate, pair.baseline].map((arm) =>
      tables ? confusionTable(sample.labels, arm.predicted, classes, weights) : undefined,
    );
    return names.map((name) => {
      const both = others.get(name);
      if (both !== undefined) return both[0](weights) - both[1](weights);
      const value = (table: typeof a): number =>
        table === undefined
          ? Number.NaN
          : (countMetricOf(name as CountMetric, table, { settings, positive: sample.positive }) ?? Number.NaN);
      return value(a) - value(b);
    });
  };
}

function weighted(name: ProbabilityMetric, { sample, settings = noSettings }: Pair, arm: Arm): Weighted {
  const { probabilities } = arm;
  const { labels } = sample;
  const classes = sample.classes.length;
  if (probabilities === undefined) return () => Number.NaN;
  const mean =
    (values: Float64Array): Weighted =>
    (weights) =>
      weightedMean(values, weights);
  if (name === 'log-loss') return mean(logLosses(labels, probabilities, classes));
  if (name === 'brier') return mean(brierScores(labels, probabilities, classes));
  if (name === 'top-k') {
    const k = topDepth(settings(name));
    return k >= classes ? () => Number.NaN : mean(Float64Array.from(topKHits(labels, probabilities, classes, k)));
  }
  if (name === 'ece') return weightedCalibration(sample, probabilities);
  const areas = classesSpokenOf(sample).map((index) =>
    scoreAreas(probabilitiesOf(probabilities, classes, index), isOfClass(labels, index)),
  );
  return (weights) =>
    areas.reduce(
      (sum, area) => sum + ((name === 'roc-auc' ? area.roc(weights) : area.averagePrecision(weights)) ?? Number.NaN),
      0,
    ) / areas.length;
}

function weightedCalibration(sample: Sample, probabilities: Float64Array): Weighted {
  const { chance, came } = confidenceOf(sample, probabilities);
  const bins = 10;
  const bin = Uint8Array.from(chance, (value) => binOf(value, bins));
  const miss = chance.map((value, row) => value - came[row]!);
  const gap = new Float64Array(bins);
  return (weights) => {
    gap.fill(0);
    let all = 0;
    for (let row = 0; row < bin.length; row++) {
      gap[bin[row]!]! += weights[row]! * miss[row]!;
      all += weights[row]!;
    }
    return gap.reduce((sum, value) => sum + Math.abs(value), 0) / all;
  };
}
