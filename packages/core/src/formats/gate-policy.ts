// *.gate.yml: what a model must show before it goes forward. Strict: an unknown key is a problem, never ignored.
import * as z from 'zod/mini';
import { GuardMetric, KeyMetric, MetricName } from './gate-metrics.ts';
import { isRegistryName } from './version-ref.ts';

const metricsOf = <S extends z.ZodMiniType>(each: S) =>
  z.strictObject({
    'log-loss': z.optional(each),
    brier: z.optional(each),
    'roc-auc': z.optional(each),
    f1: z.optional(each),
    accuracy: z.optional(each),
    'balanced-accuracy': z.optional(each),
    precision: z.optional(each),
    recall: z.optional(each),
    ece: z.optional(each),
  });

const column = (text: string) => z.string().check(z.minLength(1), z.describe(text));

export const GatePolicy = z.strictObject({
  name: z
    .string()
    .check(
      z.refine(isRegistryName, 'letters, digits, "-", "_" and "/" only'),
      z.describe("The model's name in the registry."),
    ),
  description: z.optional(z.string()),
  task: z.literal('classification'),
  model: z.optional(
    z
      .string()
      .check(
        z.describe(
          "Path of the model's ONNX file in the repository: the candidate when none is given, and where a baseline's commit holds its own.",
        ),
      ),
  ),
  data: z.strictObject({
    path: z.optional(
      z
        .string()
        .check(
          z.describe(
            "The dataset that both models are judged on: Parquet, CSV or JSON. Left out, the candidate's predictions file holds the labels.",
          ),
        ),
    ),
    id: column('Column that names a row, unique: the two models are compared row by row.'),
    label: column('Column with the true class.'),
    classes: z.optional(
      z
        .array(z.union([z.string(), z.number(), z.boolean()]))
        .check(
          z.minLength(2),
          z.describe("The classes in the order of the model's probabilities. Left out, the labels that occur, sorted."),
        ),
    ),
    positive: z.optional(
      z
        .union([z.string(), z.number(), z.boolean()])
        .check(
          z.describe('With two classes, the one that precision, recall, F1 and AUC speak of. Left out, the second.'),
        ),
    ),
    slices: z._default(
      z
        .array(z.string())
        .check(z.describe('Columns whose values cut the rows into slices that are looked at one by one.')),
      [],
    ),
    features: z.optional(
      z
        .union([z.array(z.string()), z.record(z.string(), z.union([z.string(), z.array(z.string())]))])
        .check(
          z.describe(
            "The model's inputs by column: a map of input → column (or columns, for one input of many features), or a list for a model with one input. Left out, each input reads the column of its own name.",
          ),
        ),
    ),
  }),
  predictions: z.optional(
    z.strictObject({
      id: z.optional(column("Id column of predictions files. Left out, the dataset's.")),
      probability: z.optional(
        z
          .union([z.string(), z.record(z.string(), z.string())])
          .check(
            z.describe(
              'Column with the probability of the positive class, or a map of class → column. Left out, "probability", or "probability_<class>" for each class.',
            ),
          ),
      ),
      prediction: z.optional(
        column('Column with the predicted class, where there are no probabilities. Left out, "prediction".'),
      ),
    }),
  ),
  threshold: z
    ._default(z.number().check(z.minimum(0), z.maximum(1)), 0.5)
    .check(z.describe('With two classes, a row is called positive when its probability is at least this.')),
  metrics: metricsOf(KeyMetric).check(
    z.refine((metrics) => Object.keys(metrics).length > 0, 'at least one metric is needed'),
    z.describe('Key metrics: the candidate must be no worse than production by more than the margin in each.'),
  ),
  headline: z.optional(
    MetricName.check(
      z.describe('The key metric that the first line and the slices speak of. Left out, the first in the order above.'),
    ),
  ),
  guards: z
    ._default(metricsOf(GuardMetric), {})
    .check(z.describe('Shown beside the key metrics; they fail only on their absolute bounds.')),
  'minimum-rows': z
    ._default(z.int().check(z.minimum(10)), 100)
    .check(z.describe('With fewer rows the gate says inconclusive.')),
  'minimum-slice-rows': z
    ._default(z.int().check(z.minimum(20)), 100)
    .check(z.describe('Slices with fewer rows are not looked at.')),
  'max-slices-worse': z.optional(
    z
      .int()
      .check(
        z.minimum(0),
        z.describe(
          'The gate fails when more slices than this are surely worse in the headline metric. Left out, slices are only reported.',
        ),
      ),
  ),
  intervals: z
    ._default(z.enum(['auto', 'percentile', 'bca']), 'auto')
    .check(
      z.describe(
        'auto: exact or analytic where one is known (paired means, DeLong), bootstrap for the rest. percentile, bca: that bootstrap for every metric.',
      ),
    ),
  resamples: z
    ._default(z.int().check(z.minimum(200), z.maximum(100_000)), 2000)
    .check(z.describe('Bootstrap replicates.')),
  advisory: z._default(z.boolean(), false).check(z.describe('Report the verdict, and never fail the job.')),
});
export type GatePolicy = z.infer<typeof GatePolicy>;
