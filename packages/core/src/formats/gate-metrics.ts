// The metrics a gate policy can name, and what it can ask of each.
import * as z from 'zod/mini';

const bound = (text: string) => z.optional(z.number().check(z.describe(text)));

const bounds = {
  minimum: bound('Absolute: a candidate below this fails, whatever production does.'),
  maximum: bound('Absolute: a candidate above this fails, whatever production does.'),
};

export const KeyMetric = z.strictObject({
  margin: z
    ._default(z.number().check(z.minimum(0)), 0.01)
    .check(
      z.describe(
        "The largest loss against production that does not matter, in the metric's own unit (0.01 of accuracy is one point). 0 asks for a candidate that is surely better.",
      ),
    ),
  ...bounds,
});
export type KeyMetric = z.infer<typeof KeyMetric>;

export const GuardMetric = z.strictObject(bounds);
export type GuardMetric = z.infer<typeof GuardMetric>;

/**
 * Metrics of classes and their probabilities, in the order they are shown: what judges whole probabilities first,
 * then ranking, then decisions at the threshold.
 */
export const ClassificationMetric = z.enum([
  'log-loss',
  'brier',
  'roc-auc',
  'f1',
  'accuracy',
  'balanced-accuracy',
  'precision',
  'recall',
  'ece',
]);
export type ClassificationMetric = z.infer<typeof ClassificationMetric>;

/** Every metric the gate knows, spelled as in policies, records and reports. */
export const MetricName = ClassificationMetric;
export type MetricName = ClassificationMetric;
