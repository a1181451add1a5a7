// pawl.yml: the inputs that a repository's actions and commands share. It only saves typing: every input can
// be given without it, and what is given wins.
import * as z from 'zod/mini';
import type { PlaceOfInput } from './inputs.ts';
import type { Problem } from './problem.ts';
import { parseYaml, readYaml } from './read-yaml.ts';
import type { Slug } from './verdict.ts';

const InputValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
/** Inputs of one feature by name, as in the action's `with:`. */
const FeatureInputs = z.optional(z.record(z.string(), InputValue));

export const Config = z.strictObject({
  store: z.optional(
    z.strictObject({
      /** Git remote that holds the runs. Left out, `origin`; where there is none, the local repository keeps them. */
      remote: z.optional(z.string()),
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

/** Where a key stands: `placeOf('data-validation', 'suite')`. */
export type PlaceInConfig = (section: keyof Config, key: string) => ReturnType<PlaceOfInput>;

export interface ConfigFile {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly placeOf: PlaceInConfig;
}

/** @param text the file's, or undefined when there is none */
export function readConfig(text: string | undefined): ConfigFile {
  const nowhere: ConfigFile = { config: {}, problems: [], placeOf: () => undefined };
  if (text === undefined) return nowhere;
  const source = { text, file: configFile };
  const { value, problems } = readYaml(source, Config, 'CONFIG');
  const place = value === undefined ? undefined : parseYaml(source, 'CONFIG').value?.place;
  if (value === undefined || place === undefined) return { ...nowhere, problems };
  const isWritten = (section: keyof Config, key: string) => key in (value[section] ?? {});
  return {
    config: value,
    problems,
    placeOf: (section, key) => (isWritten(section, key) ? place([section], key) : undefined),
  };
}

const configFile = 'pawl.yml';

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
