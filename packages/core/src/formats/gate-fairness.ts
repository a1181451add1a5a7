// What a gate policy asks of the differences between groups of people.
import * as z from 'zod/mini';

export const FairnessMetric = z.enum(['demographic-parity', 'equal-opportunity', 'equalised-odds']);
export type FairnessMetric = z.infer<typeof FairnessMetric>;

export const FairnessRule = z
  .strictObject({
    column: z.string().check(z.minLength(1), z.describe('Column whose values are the groups, as `sex`.')),
    metric: FairnessMetric.check(
      z.describe(
        'demographic-parity: the share called positive. equal-opportunity: that share of the truly positive (true positive rate). equalised-odds: the larger difference of true and false positive rates.',
      ),
    ),
    maximum: z.optional(
      z
        .number()
        .check(
          z.gt(0),
          z.maximum(1),
          z.describe(
            'The largest difference allowed between any two groups. Surely within passes, surely outside fails, anything else is inconclusive.',
          ),
        ),
    ),
    'minimum-ratio': z.optional(
      z
        .number()
        .check(
          z.gt(0),
          z.lt(1),
          z.describe('The smallest ratio allowed between any two groups; 0.8 is the four-fifths rule.'),
        ),
    ),
    margin: z.optional(
      z
        .number()
        .check(
          z.minimum(0),
          z.describe('How much larger than in production the difference may become without mattering.'),
        ),
    ),
    cuts: z.optional(
      z
        .array(z.number())
        .check(
          z.minLength(1),
          z.describe('For a column of numbers: where it is cut into groups, ascending. [30, 60] makes three.'),
        ),
    ),
    except: z
      ._default(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])), [])
      .check(
        z.describe(
          'Values that are not compared, as `other`; `null` for rows without one. The report names them with their rows.',
        ),
      ),
    'minimum-rows': z
      ._default(z.int().check(z.minimum(1)), 30)
      .check(
        z.describe(
          'Rows that count (for equal opportunity, truly positive ones) below which a group cannot be measured. It is named, and the rule does not pass without it unless `except` says so.',
        ),
      ),
  })
  .check(
    z.refine(
      (rule) => rule.maximum !== undefined || rule['minimum-ratio'] !== undefined || rule.margin !== undefined,
      'nothing is asked of it: give "maximum", "minimum-ratio" or "margin"',
    ),
    z.refine(
      ({ cuts = [] }) => cuts.every((cut, index) => index === 0 || cut > cuts[index - 1]!),
      '"cuts" must ascend',
    ),
  );
export type FairnessRule = z.infer<typeof FairnessRule>;

export const GateFairness = z.array(FairnessRule);
export type GateFairness = z.infer<typeof GateFairness>;
