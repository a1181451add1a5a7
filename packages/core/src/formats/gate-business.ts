// Metrics of a business: what an answer earns or costs, as an expression over columns or as a matrix.
import * as z from 'zod/mini';

const bound = (text: string) => z.optional(z.number().check(z.describe(text)));

export const BusinessMetric = z
  .strictObject({
    title: z.optional(z.string().check(z.minLength(1), z.describe('As reports say it. Left out, its name.'))),
    expression: z.optional(
      z
        .string()
        .check(
          z.describe(
            'What one row is worth: numbers, columns, label, prediction, probability, + - * /, comparisons, and, or, not, if(), min(), max(), abs(), log(), exp(), coalesce().',
          ),
        ),
    ),
    'cost-matrix': z.optional(
      z
        .record(z.string(), z.record(z.string(), z.number()))
        .check(
          z.describe('True class → predicted class → cost of one such row. A right answer costs 0 where left out.'),
        ),
    ),
    direction: z.optional(
      z.enum(['higher', 'lower']).check(z.describe('Which way is better. A cost matrix is lower by itself.')),
    ),
    unit: z.optional(z.string().check(z.describe('Written after the number, as `EUR`.'))),
    aggregate: z
      ._default(z.enum(['mean', 'sum']), 'mean')
      .check(z.describe('The mean of the rows, or their sum over the dataset.')),
    role: z
      ._default(z.enum(['key', 'guard']), 'key')
      .check(
        z.describe(
          'key: must be no worse than in production by more than the margin. guard: fails on its bounds only.',
        ),
      ),
    margin: z.optional(
      z
        .number()
        .check(z.minimum(0), z.describe('The largest loss against production that does not matter, in its unit.')),
    ),
    minimum: bound('Absolute: a candidate below this fails, whatever production does.'),
    maximum: bound('Absolute: a candidate above this fails, whatever production does.'),
  })
  .check(
    z.refine(
      (metric) => (metric.expression === undefined) !== (metric['cost-matrix'] === undefined),
      'give either "expression" or "cost-matrix"',
    ),
    z.refine(
      (metric) => metric.expression === undefined || metric.direction !== undefined,
      'say which "direction" is better: higher or lower',
    ),
    z.refine(
      (metric) => metric.role === 'guard' || metric.margin !== undefined,
      'a key metric needs a "margin", in its own unit; or make it "role: guard"',
    ),
  );
export type BusinessMetric = z.infer<typeof BusinessMetric>;

export const GateBusiness = z.record(
  z
    .string()
    .check(z.regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/, 'small letters, digits, "-" and "_" only, a letter first')),
  BusinessMetric,
);
export type GateBusiness = z.infer<typeof GateBusiness>;
