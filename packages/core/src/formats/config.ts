// pawl.yml: the inputs that a repository's actions and commands share. It only saves typing: every input can
// be given without it, and what is given wins.
import * as z from 'zod/mini';
import type { Problem } from './problem.ts';
import type { Slug } from './verdict.ts';

const InputValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
/** Inputs of one feature by name, as in the action's `with:`. */
const FeatureInputs = z.optional(z.record(z.string(), InputValue));

export const Config = z.strictObject({
  store: z.optional(
    z.strictObject({
      /** Git remote that holds the runs; without such a remote they stay in the local repository. */
      remote: z._default(z.string(), 'origin'),
      'ref-prefix': z._default(z.string().check(z.regex(/^refs\/[a-z0-9/-]+$/)), 'refs/pawl'),
    }),
  ),
  'data-validation': FeatureInputs,
  'eval-gate': FeatureInputs,
  'prompt-regression': FeatureInputs,
  'drift-report': FeatureInputs,
  deploy: FeatureInputs,
});
export type Config = z.infer<typeof Config>;

/** The inputs of a feature as written in pawl.yml, in the form in which inputs are given: text. */
export function configuredInputs(config: Config, slug: Slug): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config[slug] ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join('\n') : String(value),
    ]),
  );
}

/** Given inputs over configured ones; empty text counts as not given. */
export function mergeInputs(
  configured: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const present = Object.entries(given).filter((entry): entry is [string, string] => (entry[1] ?? '').trim() !== '');
  return { ...configured, ...Object.fromEntries(present) };
}

/** Says of a problem with an input that it was written in pawl.yml, where that is so. */
export function blameConfig(problem: Problem, configured: Readonly<Record<string, string>>): Problem {
  const named = Object.keys(configured).some(
    (name) => problem.message.includes(`"${name}"`) || problem.message.includes(`--${name}`),
  );
  return named ? { ...problem, file: 'pawl.yml' } : problem;
}
