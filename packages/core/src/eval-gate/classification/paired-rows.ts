// Both classifiers' metrics row by row: values where the metric is a mean of rows, else how much each row moves it.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { calibrationInfluence } from '../../statistics/calibration.ts';
import { brierScores, confusionTable, logLosses, topKHits } from '../../statistics/classification.ts';
import { tableInfluence } from '../../statistics/confusion-influence.ts';
import { isPlain, weightedMean, type Sampling } from '../../statistics/sampling.ts';
import { scoreAreas } from '../../statistics/score-areas.ts';
import { noSettings, topDepth } from '../metric-settings.ts';
import type { PairedRows } from '../paired-estimates.ts';
import { averageOf, classesSpokenOf, isCountMetric, type CountMetric } from './metrics.ts';
import type { Pair } from './resample.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

/** Undefined where a side has no value. */
export function pairedRows(name: ClassificationMetric, pair: Pair, sampling: Sampling): PairedRows | undefined {
  if (isCountMetric(name)) return pairedCounts(name, pair, sampling);
  const both = (of: (arm: Arm) => Float64Array | undefined, mean: boolean, method: string): PairedRows | undefined => {
    const [candidate, baseline] = [of(pair.candidate), of(pair.baseline)];
    return candidate && baseline && { candidate, baseline, mean, method };
  };
  const { sample, settings = noSettings } = pair;
  const { labels, classes } = sample;
  const { weights } = sampling;
  const given = (of: (probabilities: Float64Array) => Float64Array | undefined) => (arm: Arm) =>
    arm.probabilities && of(arm.probabilities);
  switch (name) {
    case 'log-loss':
      return both(
        given((p) => logLosses(labels, p, classes.length)),
        true,
        'paired means',
      );
    case 'brier':
      return both(
        given((p) => brierScores(labels, p, classes.length)),
        true,
        'paired means',
      );
    case 'top-k': {
      const k = topDepth(settings(name));
      if (k >= classes.length) return undefined;
      const rows = both(
        given((p) => Float64Array.from(topKHits(labels, p, classes.length, k))),
        true,
        'paired means',
      );
      // One unseen row each way, as for accuracy.
      return rows && withUnseen(rows, sampling, 2);
    }
    case 'ece': {
      const of = given((p) => {
        const { chance, came } = confidenceOf(sample, p);
        return calibrationInfluence(chance, came, 10, weights);
      });
      return both(of, false, 'paired means of row influences');
    }
    case 'roc-auc':
    case 'pr-auc': {
      const rest = sample.positive === undefined ? ', one class against the rest' : '';
      return both(
        given((p) => areaInfluence(name, sample, p, weights)),
        false,
        `row influences${rest}`,
      );
    }
  }
}

/** Variance that unseen rows bring, in the unit of the sum of weights: as many as `rows`, of the mean weight. */
function withUnseen(rows: PairedRows, sampling: Sampling, squares: number): PairedRows {
  if (isPlain(sampling)) return rows;
  const { weights } = sampling;
  const usual = weights === undefined ? 1 : weights.reduce((sum, weight) => sum + weight, 0) / sampling.rows;
  return { ...rows, unseen: usual ** 2 * squares };
}

function areaInfluence(
  name: 'roc-auc' | 'pr-auc',
  sample: Sample,
  probabilities: Float64Array,
  weights: Float64Array | undefined,
): Float64Array | undefined {
  const spoken = classesSpokenOf(sample);
  const sum = new Float64Array(sample.labels.length);
  for (const index of spoken) {
    const areas = scoreAreas(
      probabilitiesOf(probabilities, sample.classes.length, index),
      isOfClass(sample.labels, index),
    );
    const influence = name === 'roc-auc' ? areas.rocInfluence(weights) : areas.averagePrecisionInfluence(weights);
    if (influence === null) return undefined;
    for (let row = 0; row < sum.length; row++) sum[row]! += influence[row]! / spoken.length;
  }
  return sum;
}

function pairedCounts(name: CountMetric, pair: Pair, sampling: Sampling): PairedRows | undefined {
  const { sample, settings = noSettings } = pair;
  const { labels, positive } = sample;
  const k = sample.classes.length;
  const average = averageOf(name, settings, positive);
  const cellsOf = ({ predicted }: Arm): Float64Array | null =>
    tableInfluence(name, confusionTable(labels, predicted, k, sampling.weights), average);
  const [now, before] = [cellsOf(pair.candidate), cellsOf(pair.baseline)];
  if (now === null || before === null) return undefined;
  const ofRows = (cells: Float64Array, { predicted }: Arm): Float64Array =>
    Float64Array.from(labels, (label, row) => cells[label * k + predicted[row]!]!);
  const rows: PairedRows = {
    candidate: ofRows(now, pair.candidate),
    baseline: ofRows(before, pair.baseline),
    mean: name === 'accuracy',
    method: name === 'accuracy' ? 'paired means' : 'paired means of row influences',
  };
  return withUnseen(rows, sampling, unseenSquares(now, before, { sample, sampling, rows }));
}

/** One made-up row that only the candidate has right and one that only production has, spread as rows are over classes. */
function unseenSquares(
  now: Float64Array,
  before: Float64Array,
  { sample, sampling, rows }: { readonly sample: Sample; readonly sampling: Sampling; readonly rows: PairedRows },
): number {
  const k = sample.classes.length;
  const difference = weightedMean(rows.candidate, sampling.weights) - weightedMean(rows.baseline, sampling.weights);
  let squares = 0;
  for (let truth = 0; truth < k; truth++) {
    const share = weightedMean(Float64Array.from(isOfClass(sample.labels, truth)), sampling.weights);
    for (let wrong = 0; wrong < k; wrong++) {
      if (wrong === truth) continue;
      const [right, other] = [truth * k + truth, truth * k + wrong];
      const moves = [now[right]! - before[other]!, now[other]! - before[right]!];
      for (const move of moves) squares += (share / (k - 1)) * (move - difference) ** 2;
    }
  }
  return squares;
}
