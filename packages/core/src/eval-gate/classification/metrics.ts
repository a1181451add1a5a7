// The metrics a policy can name: what each is called, which way is better, and its value for one model.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { expectedCalibrationError } from '../../statistics/calibration.ts';
import {
  brierScores,
  confusionTable,
  logLosses,
  rocAuc,
  topKHits,
  type ConfusionTable,
} from '../../statistics/classification.ts';
import { tableMetric, type TableAverage, type TableMetric } from '../../statistics/confusion-influence.ts';
import { weightedMean } from '../../statistics/sampling.ts';
import { plainAveragePrecision, scoreAreas } from '../../statistics/score-areas.ts';
import { noSettings, topDepth, type SettingsOf } from '../metric-settings.ts';
import type { Measured, MetricTraits } from '../task.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

interface ClassificationTraits extends MetricTraits {
  readonly needs: 'classes' | 'probabilities';
}

export const metricTraits: Readonly<Record<ClassificationMetric, ClassificationTraits>> = {
  'log-loss': { title: 'log-loss', direction: 'lower', unit: 'number', needs: 'probabilities' },
  brier: { title: 'Brier score', direction: 'lower', unit: 'number', needs: 'probabilities' },
  'roc-auc': { title: 'ROC AUC', direction: 'higher', unit: 'number', needs: 'probabilities' },
  'pr-auc': { title: 'PR AUC', direction: 'higher', unit: 'number', needs: 'probabilities' },
  f1: { title: 'F1', direction: 'higher', unit: 'number', needs: 'classes' },
  accuracy: { title: 'accuracy', direction: 'higher', unit: 'share', needs: 'classes' },
  'top-k': { title: 'top-5 accuracy', direction: 'higher', unit: 'share', needs: 'probabilities' },
  'balanced-accuracy': { title: 'balanced accuracy', direction: 'higher', unit: 'share', needs: 'classes' },
  mcc: { title: 'MCC', direction: 'higher', unit: 'number', needs: 'classes' },
  precision: { title: 'precision', direction: 'higher', unit: 'share', needs: 'classes' },
  recall: { title: 'recall', direction: 'higher', unit: 'share', needs: 'classes' },
  ece: { title: 'calibration error (ECE)', direction: 'lower', unit: 'share', needs: 'probabilities' },
};

export function classificationTraits(name: ClassificationMetric, settings: SettingsOf): MetricTraits {
  const traits: MetricTraits = metricTraits[name];
  if (name === 'top-k') return { ...traits, title: `top-${topDepth(settings(name))} accuracy` };
  const { average } = settings(name);
  return average === undefined ? traits : { ...traits, title: `${traits.title} (${average})` };
}

/** Metrics that are functions of the confusion table alone. */
export type CountMetric = TableMetric;
export type ProbabilityMetric = Exclude<ClassificationMetric, CountMetric>;

export const isCountMetric = (name: ClassificationMetric): name is CountMetric =>
  metricTraits[name].needs === 'classes';

/** Over which classes a metric speaks: as the policy says, else the positive one where there is one, else macro. */
export function averageOf(
  name: ClassificationMetric,
  settings: SettingsOf,
  positive: number | undefined,
): TableAverage {
  const { average } = settings(name);
  return average ?? (positive === undefined ? 'macro' : { positive });
}

/** How a metric of the confusion table is computed. */
export interface CountSetting {
  readonly settings: SettingsOf;
  readonly positive: number | undefined;
}

export const countMetricOf = (name: CountMetric, table: ConfusionTable, { settings, positive }: CountSetting) =>
  tableMetric(name, table, averageOf(name, settings, positive));

export function measure(
  name: ClassificationMetric,
  sample: Sample,
  arm: Arm,
  settings: SettingsOf = noSettings,
): Measured {
  const { labels, positive } = sample;
  const classes = sample.classes.length;
  const weights = sample.sampling?.weights;
  const none = labels.length === 0 ? 'there are no rows' : 'no row here has a weight';
  if (labels.length === 0 || weights?.every((weight) => weight === 0) === true) return { value: null, reason: none };
  if (isCountMetric(name)) {
    const value = countMetricOf(name, confusionTable(labels, arm.predicted, classes, weights), { settings, positive });
    return value === null ? { value, reason: none } : { value };
  }
  const { probabilities } = arm;
  if (probabilities === undefined) return { value: null, reason: 'the model gives classes, no probabilities' };
  switch (name) {
    case 'log-loss':
      return { value: weightedMean(logLosses(labels, probabilities, classes), weights) };
    case 'brier':
      return { value: weightedMean(brierScores(labels, probabilities, classes), weights) };
    case 'ece': {
      const { chance, came } = confidenceOf(sample, probabilities);
      const value = expectedCalibrationError(chance, came, 10, weights);
      return value === null ? { value, reason: none } : { value };
    }
    case 'top-k': {
      const k = topDepth(settings(name));
      if (k >= classes) return { value: null, reason: `with ${classes} classes the true one is always among ${k}` };
      return { value: weightedMean(Float64Array.from(topKHits(labels, probabilities, classes, k)), weights) };
    }
    case 'roc-auc':
    case 'pr-auc':
      return areaOf(name, sample, probabilities);
  }
}

/** The classes that areas speak of: the positive one, or with more than two each against the rest. */
export const classesSpokenOf = ({ positive, classes }: Sample): readonly number[] =>
  positive === undefined ? classes.map((_, index) => index) : [positive];

/** With two classes the positive one's area; with more the plain mean of each class against the rest (scikit-learn's `ovr`, `macro`). */
function areaOf(name: 'roc-auc' | 'pr-auc', sample: Sample, probabilities: Float64Array): Measured {
  const { labels, classes, sampling } = sample;
  const spoken = classesSpokenOf(sample);
  let sum = 0;
  for (const index of spoken) {
    const [scores, positives] = [probabilitiesOf(probabilities, classes.length, index), isOfClass(labels, index)];
    const area = areaUnder(name, scores, positives, sampling?.weights);
    if (area === null) return { value: null, reason: oneClassReason(sample, index) };
    sum += area;
  }
  return { value: sum / spoken.length };
}

function areaUnder(
  name: 'roc-auc' | 'pr-auc',
  scores: Float64Array,
  positives: Uint8Array,
  weights: Float64Array | undefined,
): number | null {
  if (weights === undefined)
    return name === 'roc-auc' ? rocAuc(scores, positives) : plainAveragePrecision(scores, positives);
  const areas = scoreAreas(scores, positives);
  return name === 'roc-auc' ? areas.roc(weights) : areas.averagePrecision(weights);
}

function oneClassReason({ labels, classes, sampling }: Sample, index: number): string {
  const counted = labels.filter((_, row) => sampling?.weights?.[row] !== 0);
  const only = counted.every((label) => label === counted[0]);
  return only ? `all rows are of class "${classes[counted[0]!]}"` : `no row is of class "${classes[index]}"`;
}
