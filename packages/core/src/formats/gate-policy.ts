// *.gate.yml: what a model must show before it goes forward. Strict: an unknown key is a problem, never ignored.
import * as z from 'zod/mini';
import { GateBusiness } from './gate-business.ts';
import { GateBudgets, GateVariants } from './gate-costs.ts';
import { GateFairness } from './gate-fairness.ts';
import { GateOverride } from './gate-override.ts';
import { GateTaskName, GuardMetric, KeyMetric, MetricName } from './gate-metrics.ts';
import { GateEndpoint, GateEvals } from './gate-sources.ts';
import { GateSlices } from './gate-slices.ts';
import { isRegistryName } from './version-ref.ts';

const metricsOf = <S extends z.ZodMiniType>(each: S) =>
  z.strictObject({
    'log-loss': z.optional(each),
    brier: z.optional(each),
    'roc-auc': z.optional(each),
    'pr-auc': z.optional(each),
    f1: z.optional(each),
    accuracy: z.optional(each),
    'top-k': z.optional(each),
    'balanced-accuracy': z.optional(each),
    mcc: z.optional(each),
    precision: z.optional(each),
    recall: z.optional(each),
    ece: z.optional(each),
    rmse: z.optional(each),
    mae: z.optional(each),
    mape: z.optional(each),
    r2: z.optional(each),
    'quantile-loss': z.optional(each),
    ndcg: z.optional(each),
    map: z.optional(each),
    mrr: z.optional(each),
    'recall-at-k': z.optional(each),
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
  task: z
    .enum([...GateTaskName.options, 'eval-run'])
    .check(
      z.describe(
        'What the model predicts: classes, numbers, or an order of items. eval-run: nothing is run, the cases of an eval run in the store are judged by what `evals` asks.',
      ),
    ),
  model: z.optional(
    z
      .string()
      .check(
        z.describe(
          "Path of the model's ONNX file in the repository: the candidate when none is given, and where a baseline's commit holds its own.",
        ),
      ),
  ),
  data: z.prefault(
    z.strictObject({
      path: z.optional(
        z
          .string()
          .check(
            z.describe(
              "The dataset that both models are judged on: Parquet, CSV or JSON. Left out, the candidate's predictions file holds the labels.",
            ),
          ),
      ),
      training: z.optional(
        z
          .string()
          .check(
            z.describe('The data the candidate was trained on: test rows that occur there are counted and warned of.'),
          ),
      ),
      id: z._default(column('Column that names a row, unique: the two models are compared row by row.'), 'id'),
      label: z._default(
        column(
          'Column with the truth: the class, the number, or in a ranking how relevant the item is (0: not at all).',
        ),
        'label',
      ),
      query: z.optional(
        column('In a ranking, the column that says to which query an item belongs: queries are compared one by one.'),
      ),
      weight: z.optional(
        column(
          "Column with the weight of each row (of each query in a ranking), 0 or more: every metric is weighted by it, as by scikit-learn's sample_weight.",
        ),
      ),
      cluster: z.optional(
        column(
          'Column whose equal values mark rows that are not independent (one user, one document): intervals then rest on the number of clusters.',
        ),
      ),
      strata: z.optional(
        column(
          'Column with the stratum each row was sampled from: intervals then leave out the spread between strata.',
        ),
      ),
      classes: z.optional(
        z
          .array(z.union([z.string(), z.number(), z.boolean()]))
          .check(
            z.minLength(2),
            z.describe(
              "The classes in the order of the model's probabilities. Left out, the labels that occur, sorted.",
            ),
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
      'known-features': z.optional(
        z
          .array(z.string())
          .check(
            z.describe(
              'Features that may say the label, since they are known when the model is asked: they are not told as leaks.',
            ),
          ),
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
    {},
  ),
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
      bound: z.optional(
        z
          .boolean()
          .check(
            z.describe(
              'Predictions that stand for a model must name it: its SHA-256 ("sha256:…") in the column "model_digest". Left out, one that is named must be the right one, and what names none is said to be unchecked.',
            ),
          ),
      ),
      prediction: z.optional(
        column(
          'Column with the predicted class where there are no probabilities, the predicted number, or in a ranking the item\'s score. Left out, "prediction", in a ranking "score".',
        ),
      ),
    }),
  ),
  threshold: z
    ._default(z.number().check(z.minimum(0), z.maximum(1)), 0.5)
    .check(z.describe('With two classes, a row is called positive when its probability is at least this.')),
  metrics: z
    ._default(metricsOf(KeyMetric), {})
    .check(
      z.describe(
        'Key metrics, at least one: the candidate must be no worse than production by more than the margin in each.',
      ),
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
  endpoint: z.optional(
    GateEndpoint.check(z.describe('How a live endpoint is asked, where candidate or baseline is the address of one.')),
  ),
  evals: z.optional(GateEvals.check(z.describe('What is asked of an eval run in the store, with `task: eval-run`.'))),
  slices: z.optional(GateSlices.check(z.describe('Slices that are found by a search, beside those of `data.slices`.'))),
  fairness: z
    ._default(GateFairness, [])
    .check(z.describe('Differences between groups of rows that may not be large, nor grow: fairness.')),
  business: z
    ._default(GateBusiness, {})
    .check(z.describe('What answers earn or cost, by name: compared as other metrics are.')),
  override: z.optional(GateOverride.check(z.describe('Who may force this model past its gate.'))),
  budgets: z.optional(
    GateBudgets.check(
      z.describe(
        'What running the model may cost, each absolutely, against production, or both; measured by the gate itself.',
      ),
    ),
  ),
  variants: z.optional(
    GateVariants.check(
      z.describe(
        'Optimised copies of the model (quantised, converted), each judged against it as a candidate of its own: the input `variant` names one.',
      ),
    ),
  ),
  advisory: z._default(z.boolean(), false).check(z.describe('Report the verdict, and never fail the job.')),
});
export type GatePolicy = z.infer<typeof GatePolicy>;
