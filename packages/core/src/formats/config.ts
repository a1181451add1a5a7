// pawl.yml: what a repository's actions and commands share. Every input can be given without it, and inputs win.
import * as z from 'zod/mini';

export const Config = z.strictObject({
  store: z.optional(
    z.strictObject({
      /** Git remote that holds the runs; without one they stay in the local repository. */
      remote: z._default(z.string(), 'origin'),
      'ref-prefix': z._default(z.string().check(z.regex(/^refs\/[a-z0-9/-]+$/)), 'refs/pawl'),
    }),
  ),
  /** Named datasets: `pawl validate flights` and the actions' `data` input know them by name. */
  datasets: z.optional(
    z.record(
      z.string(),
      z.strictObject({ path: z.string(), suite: z.optional(z.string()), key: z.optional(z.string()) }),
    ),
  ),
  /** Model endpoints that speak OpenAI's API. The key is read from the named environment variable only. */
  providers: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        'base-url': z.string(),
        'api-key-env': z.optional(z.string()),
        /** Price in USD for a million tokens. */
        prices: z.optional(z.strictObject({ prompt: z.number(), completion: z.number() })),
      }),
    ),
  ),
});
export type Config = z.infer<typeof Config>;
