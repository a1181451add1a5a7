// What a gate policy says of slices that are found, not named.
import * as z from 'zod/mini';

export const SliceSearch = z.strictObject({
  columns: z.optional(
    z
      .array(z.string())
      .check(
        z.minLength(1),
        z.describe(
          'Only these columns. Left out, every column of the dataset but id, label, predictions and those in `except`.',
        ),
      ),
  ),
  except: z
    ._default(z.array(z.string()), [])
    .check(z.describe('Columns that are not searched, as those that only exist after the outcome.')),
  depth: z
    ._default(z.union([z.literal(1), z.literal(2)]), 2)
    .check(z.describe('1: single conditions. 2: pairs of them too, as `carrier = HA and month ≥ 11`.')),
  'minimum-rows': z.optional(
    z
      .int()
      .check(
        z.minimum(20),
        z.describe('Rows a slice must have in the half it is tested on. Left out, `minimum-slice-rows`.'),
      ),
  ),
  bins: z
    ._default(z.int().check(z.minimum(2), z.maximum(20)), 4)
    .check(z.describe('Into how many parts of equal size a column of numbers is cut.')),
  tested: z
    ._default(z.int().check(z.minimum(1), z.maximum(200)), 20)
    .check(z.describe('How many of the slices found in one half of the rows are tested on the other.')),
});
export type SliceSearch = z.infer<typeof SliceSearch>;

export const GateSlices = z.strictObject({
  auto: z
    .union([z.boolean(), SliceSearch])
    .check(
      z.describe(
        'Look for slices with a loss by itself: one half of the rows is searched, the other tests what was found. `true`, or a map with `columns`, `except`, `depth`, `bins`, `minimum-rows`, `tested`.',
      ),
    ),
});
export type GateSlices = z.infer<typeof GateSlices>;
