// A classifier's answers one by one: what business metrics, fairness and the search for slices look at.
import type { ClassificationMetric } from '../../formats/gate-metrics.ts';
import { brierScores, logLosses } from '../../statistics/classification.ts';
import type { Arms, RowAnswers, Side } from '../task.ts';
import type { Arm, Sample } from './sample.ts';

export function rowAnswers(sample: Sample, arms: Arms<Arm>): RowAnswers {
  const { classes, positive } = sample;
  const armOf = (side: Side): Arm => arms[side]!;
  return {
    classes,
    ...(positive !== undefined && { positive }),
    ...(sample.sampling !== undefined && { sampling: sample.sampling }),
    truth: (row) => sample.labels[row]!,
    prediction: (side, row) => armOf(side).predicted[row]!,
    ...(positive !== undefined && {
      probability: (side: Side, row: number) => armOf(side).probabilities?.[row * classes.length + positive],
    }),
  };
}

/** Metrics of decisions: a row is right or wrong. */
const ofDecisions: readonly string[] = [
  'accuracy',
  'balanced-accuracy',
  'f1',
  'precision',
  'recall',
  'mcc',
] satisfies ClassificationMetric[];

/** Wrong decisions for metrics of decisions, log-loss for itself, and squared errors for what else speaks of probabilities. */
export function rowLosses(sample: Sample, arm: Arm, metric: string): Float64Array {
  const { probabilities, predicted } = arm;
  const classes = sample.classes.length;
  if (probabilities === undefined || ofDecisions.includes(metric))
    return Float64Array.from(predicted, (answer, row) => (answer === sample.labels[row] ? 0 : 1));
  return metric === 'log-loss'
    ? logLosses(sample.labels, probabilities, classes)
    : brierScores(sample.labels, probabilities, classes);
}
