// The metrics a gate policy can name, and what it can ask of each.
import * as z from 'zod/mini';

const bound = (text: string) => z.optional(z.number().check(z.describe(text)));

const bounds = {
  minimum: bound('Absolute: a candidate below this fails, whatever production does.'),
  maximum: bound('Absolute: a candidate above this fails, whatever production does.'),
};

/** How a metric is computed, where it leaves a choice; `settingsOf` says which metric has which. */
const settings = {
  k: z.optional(
    z
      .int()
      .check(
        z.minimum(1),
        z.describe(
          'ndcg, recall-at-k, top-k: how many of the first count. Left out: all for ndcg, 10 for recall-at-k, 5 for top-k.',
        ),
      ),
  ),
  average: z.optional(
    z
      .enum(['macro', 'micro', 'weighted'])
      .check(
        z.describe(
          'precision, recall, f1: the average over the classes. Left out: the positive class alone where there is one, else macro.',
        ),
      ),
  ),
  quantile: z.optional(
    z
      .number()
      .check(z.gt(0), z.lt(1), z.describe('quantile-loss: the quantile that the model predicts. Left out, 0.5.')),
  ),
};

const demands = {
  margin: z.optional(
    z
      .number()
      .check(
        z.minimum(0),
        z.describe(
          "The largest loss against production that does not matter, in the metric's own unit (0.01 of accuracy is one point). Left out, 0.01. 0 asks for a candidate that is surely better.",
        ),
      ),
  ),
  gain: z.optional(
    z
      .number()
      .check(
        z.minimum(0),
        z.describe(
          "Instead of a margin: the least improvement over production that must be surely shown, in the metric's own unit.",
        ),
      ),
  ),
  ...bounds,
};

const noWorseOrBetter = z.refine<{ margin?: number | undefined; gain?: number | undefined }>(
  ({ margin, gain }) => margin === undefined || gain === undefined,
  'a margin (no worse) or a gain (better), not both',
);

export const KeyMetric = z.strictObject({ ...demands, ...settings }).check(noWorseOrBetter);
export type KeyMetric = z.infer<typeof KeyMetric>;

export const GuardMetric = z.strictObject({ ...bounds, ...settings });
export type GuardMetric = z.infer<typeof GuardMetric>;

/** For metrics that leave no choice in how they are computed. */
export const PlainKeyMetric = z.strictObject(demands).check(noWorseOrBetter);
export const PlainGuardMetric = z.strictObject(bounds);

export type MetricSettings = Pick<KeyMetric, keyof typeof settings>;

/**
 * Metrics of classes and their probabilities, in the order they are shown: what judges whole probabilities first,
 * then ranking, then decisions at the threshold.
 */
export const ClassificationMetric = z.enum([
  'log-loss',
  'brier',
  'roc-auc',
  'pr-auc',
  'f1',
  'accuracy',
  'top-k',
  'balanced-accuracy',
  'mcc',
  'precision',
  'recall',
  'ece',
]);
export type ClassificationMetric = z.infer<typeof ClassificationMetric>;

/** Metrics of predicted numbers. */
export const RegressionMetric = z.enum(['rmse', 'mae', 'mape', 'r2', 'quantile-loss']);
export type RegressionMetric = z.infer<typeof RegressionMetric>;

/** Metrics of ranked lists: each is a mean over queries. */
export const RankingMetric = z.enum(['ndcg', 'map', 'mrr', 'recall-at-k']);
export type RankingMetric = z.infer<typeof RankingMetric>;

/** Every metric the gate knows, spelled as in policies, records and reports. */
export const MetricName = z.enum([
  ...ClassificationMetric.options,
  ...RegressionMetric.options,
  ...RankingMetric.options,
]);
export type MetricName = z.infer<typeof MetricName>;

export const GateTaskName = z.enum(['classification', 'regression', 'ranking']);
export type GateTaskName = z.infer<typeof GateTaskName>;

export const metricsOfTask: Readonly<Record<GateTaskName, readonly MetricName[]>> = {
  classification: ClassificationMetric.options,
  regression: RegressionMetric.options,
  ranking: RankingMetric.options,
};

/** The settings that a metric has; none where it is not named. */
export const settingsOf: Readonly<Partial<Record<MetricName, readonly (keyof MetricSettings)[]>>> = {
  precision: ['average'],
  recall: ['average'],
  f1: ['average'],
  'top-k': ['k'],
  ndcg: ['k'],
  'recall-at-k': ['k'],
  'quantile-loss': ['quantile'],
};
