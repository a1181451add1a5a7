// What a gate policy says of the cost of running a model, and of its optimised variants.
import * as z from 'zod/mini';

export const Budget = z.strictObject({
  maximum: z.optional(
    z
      .number()
      .check(
        z.positive(),
        z.describe('Absolute: a candidate that surely needs more fails, whatever production needs.'),
      ),
  ),
  margin: z.optional(
    z
      .number()
      .check(
        z.minimum(0),
        z.describe(
          'How much more than production is allowed, as a share of what production needs: 0.1 is 10 %. Left out, 0.1; beside a maximum, nothing is asked against production.',
        ),
      ),
  ),
});
export type Budget = z.infer<typeof Budget>;

/** Spelled as in policies, records and reports. */
export const BudgetName = z.enum([
  'latency-p50-ms',
  'latency-p95-ms',
  'batch-latency-p50-ms',
  'batch-latency-p95-ms',
  'size-mb',
  'memory-mb',
]);
export type BudgetName = z.infer<typeof BudgetName>;

const budget = (text: string) => z.optional(Budget.check(z.describe(text)));

export const GateBudgets = z.strictObject({
  'latency-p50-ms': budget('Median time of one row, in milliseconds, when the gate runs the model.'),
  'latency-p95-ms': budget('Time of one row that 95 of 100 calls keep, in milliseconds.'),
  'batch-latency-p50-ms': budget('Median time of a batch of 256 rows, in milliseconds.'),
  'batch-latency-p95-ms': budget('Time of a batch of 256 rows that 95 of 100 calls keep, in milliseconds.'),
  'size-mb': budget("The model's file, in megabytes of 1,000,000 bytes."),
  'memory-mb': budget('How much a fresh process grows when it loads the model and runs a batch, in megabytes.'),
});
export type GateBudgets = z.infer<typeof GateBudgets>;

export const GateVariants = z.array(
  z.strictObject({
    name: z.string().check(z.minLength(1), z.describe('What the input `variant` calls it: `int8`.')),
    path: z.string().check(z.minLength(1), z.describe('Path of its ONNX file in the repository.')),
  }),
);
export type GateVariants = z.infer<typeof GateVariants>;
