// The metrics a policy can name: what each is called, which way is better, and its value for one model.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { expectedCalibrationError } from '../../statistics/calibration.ts';
import {
  accuracyOf,
  balancedAccuracyOf,
  brierScores,
  confusionTable,
  logLosses,
  mean,
  precisionRecallOf,
  rocAuc,
  type ConfusionTable,
} from '../../statistics/classification.ts';
import type { Measured, MetricTraits } from '../task.ts';
import { confidenceOf, isOfClass, probabilitiesOf, type Arm, type Sample } from './sample.ts';

interface ClassificationTraits extends MetricTraits {
  readonly needs: 'classes' | 'probabilities';
}

export const metricTraits: Readonly<Record<ClassificationMetric, ClassificationTraits>> = {
  'log-loss': { title: 'log-loss', direction: 'lower', unit: 'number', needs: 'probabilities' },
  brier: { title: 'Brier score', direction: 'lower', unit: 'number', needs: 'probabilities' },
  'roc-auc': { title: 'ROC AUC', direction: 'higher', unit: 'number', needs: 'probabilities' },
  f1: { title: 'F1', direction: 'higher', unit: 'number', needs: 'classes' },
  accuracy: { title: 'accuracy', direction: 'higher', unit: 'share', needs: 'classes' },
  'balanced-accuracy': { title: 'balanced accuracy', direction: 'higher', unit: 'share', needs: 'classes' },
  precision: { title: 'precision', direction: 'higher', unit: 'share', needs: 'classes' },
  recall: { title: 'recall', direction: 'higher', unit: 'share', needs: 'classes' },
  ece: { title: 'calibration error (ECE)', direction: 'lower', unit: 'share', needs: 'probabilities' },
};

/** Metrics that are functions of the confusion table alone. */
export type CountMetric = 'accuracy' | 'balanced-accuracy' | 'precision' | 'recall' | 'f1';
export type ProbabilityMetric = Exclude<ClassificationMetric, CountMetric>;

export const isCountMetric = (name: ClassificationMetric): name is CountMetric =>
  metricTraits[name].needs === 'classes';

/** @param positive class index; left out, precision, recall and F1 are macro averages */
export function countMetricOf(name: CountMetric, table: ConfusionTable, positive?: number): number | null {
  if (name === 'accuracy') return accuracyOf(table);
  if (name === 'balanced-accuracy') return balancedAccuracyOf(table);
  return precisionRecallOf(table, positive)?.[name] ?? null;
}

export function measure(name: ClassificationMetric, sample: Sample, arm: Arm): Measured {
  const classes = sample.classes.length;
  if (sample.labels.length === 0) return { value: null, reason: 'there are no rows' };
  if (isCountMetric(name)) {
    const value = countMetricOf(name, confusionTable(sample.labels, arm.predicted, classes), sample.positive);
    return value === null ? { value, reason: 'there are no rows' } : { value };
  }
  const { probabilities } = arm;
  if (probabilities === undefined) return { value: null, reason: 'the model gives classes, no probabilities' };
  const valued = (value: number | null, reason: string): Measured => (value === null ? { value, reason } : { value });
  switch (name) {
    case 'log-loss':
      return valued(mean(logLosses(sample.labels, probabilities, classes)), 'there are no rows');
    case 'brier':
      return valued(mean(brierScores(sample.labels, probabilities, classes)), 'there are no rows');
    case 'ece': {
      const { chance, came } = confidenceOf(sample, probabilities);
      return valued(expectedCalibrationError(chance, came), 'there are no rows');
    }
    case 'roc-auc':
      return rocAucOf(sample, probabilities);
  }
}

/** With two classes the positive one's AUC; with more the plain mean of each class against the rest (scikit-learn's `ovr`, `macro`). */
function rocAucOf(sample: Sample, probabilities: Float64Array): Measured {
  const classes = sample.classes.length;
  const spoken = sample.positive === undefined ? sample.classes.map((_, index) => index) : [sample.positive];
  let sum = 0;
  for (const index of spoken) {
    const area = rocAuc(probabilitiesOf(probabilities, classes, index), isOfClass(sample.labels, index));
    if (area === null) {
      const only = sample.labels.every((label) => label === sample.labels[0]);
      const reason = only
        ? `all rows are of class "${sample.classes[sample.labels[0]!]}"`
        : `no row is of class "${sample.classes[index]}"`;
      return { value: null, reason };
    }
    sum += area;
  }
  return { value: sum / spoken.length };
}
