// Parts of a gate policy that say where evidence comes from when it is no file: a live endpoint, an eval run in the store.
import * as z from 'zod/mini';
import { PlainGuardMetric, PlainKeyMetric } from './gate-metrics.ts';

const text = (description: string) => z.string().check(z.minLength(1), z.describe(description));
const name = z.string().check(z.minLength(1), z.maxLength(100));

/** What the gate must know of an endpoint beside its address, which is an input. */
export const GateEndpoint = z.strictObject({
  'api-key-env': z.optional(
    z
      .string()
      .check(
        z.regex(/^[A-Za-z_]\w*$/, 'the name of an environment variable'),
        z.describe('Name of the environment variable whose value is sent as bearer token. Left out, none is sent.'),
      ),
  ),
  timeout: z
    ._default(z.number().check(z.gt(0), z.maximum(3600)), 60)
    .check(z.describe('Seconds that one request may take.')),
  retries: z
    ._default(z.int().check(z.minimum(0), z.maximum(10)), 3)
    .check(
      z.describe('Attempts after the first, of a request that timed out or was told that the server is overloaded.'),
    ),
  'batch-rows': z
    ._default(z.int().check(z.minimum(1), z.maximum(100_000)), 256)
    .check(z.describe('KServe: rows in one request, at most.')),
  concurrency: z
    ._default(z.int().check(z.minimum(1), z.maximum(256)), 8)
    .check(z.describe('Language model: requests under way at a time, at most.')),
  system: z.optional(text('Language model: the system message.')),
  prompt: z.optional(
    text(
      "Language model: Jinja template of the user's message. Its variables are columns of the dataset; `labels` is the list of classes.",
    ),
  ),
});
export type GateEndpoint = z.infer<typeof GateEndpoint>;

/** An eval run's cases as rows. Its metrics have free names: what the suite scores is the suite's affair. */
export const GateEvals = z.strictObject({
  run: z.optional(text("Name of the prompt-regression runs, as in `pawl run list`. Left out, the policy's `name`.")),
  column: z.optional(text('Which column of a suite that has several (prompt and provider), by its label.')),
  'accept-advisory': z
    ._default(z.boolean(), false)
    .check(
      z.describe(
        'Take runs as evidence that were marked advisory. Metrics of judges without a certificate decide nothing all the same.',
      ),
    ),
  metrics: z.record(name, PlainKeyMetric).check(
    z.refine((metrics) => Object.keys(metrics).length > 0, 'at least one metric is needed'),
    z.describe(
      '`pass-rate`, `score` (the mean weighted score), `latency` (ms a case), `cost` (USD a case), or the name of a scorer; `score/NAME` where a scorer has one of these names.',
    ),
  ),
  guards: z
    ._default(z.record(name, PlainGuardMetric), {})
    .check(z.describe('Shown beside the metrics; they fail only on their absolute bounds.')),
});
export type GateEvals = z.infer<typeof GateEvals>;
