// pawl.yml: the inputs that a repository's actions and commands share. It only saves typing: every input can
// be given without it, and what is given wins.
import * as z from 'zod/mini';
import type { PlaceOfInput } from './inputs.ts';
import type { Problem } from './problem.ts';
import { parseYaml, readYaml } from './read-yaml.ts';
import { RunKind } from './run-kind.ts';
import type { Slug } from './verdict.ts';

const InputValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
/** Inputs of one feature by name, as in the action's `with:`. */
const FeatureInputs = z.optional(z.record(z.string(), InputValue));

/** What must hold before a label moves. A policy speaks of names by glob, and of labels by name. */
export const PromotionPolicy = z.strictObject({
  name: z._default(z.string().check(z.minLength(1), z.maxLength(200)), '**'),
  labels: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  /** Kinds of runs that must have passed on exactly these bytes. Left out: the gate for `production`, nothing for others. */
  requires: z.optional(z.array(z.enum(['eval-gate', 'prompt-regression', 'deploy']))),
  /** Names or e-mail addresses as Git has them, or GitHub handles with an @. */
  who: z.optional(z.array(z.string().check(z.minLength(1))).check(z.minLength(1))),
  /** How old a passing run may be: `12h`, `30d`, `8w`. */
  'max-age': z.optional(z.string().check(z.regex(/^[1-9]\d{0,4}[hdw]$/))),
  /** A run counts only if no predictions stood for a model without naming it. */
  'bound-predictions': z.optional(z.boolean()),
  /** Where the model lies, when neither a *.deploy.yml nor a *.gate.yml names it. */
  path: z.optional(z.string()),
});
export type PromotionPolicy = z.infer<typeof PromotionPolicy>;

/** Days or weeks, `90d`, `12w`; or `forever`. */
const KeptFor = z.string().check(z.regex(/^(?:[1-9]\d{0,4}[dw]|forever)$/));

/** How long runs are kept. For `results` and `runs` each, the first rule that fits a run and names an age decides. */
export const RetentionRule = z.strictObject({
  kind: z.optional(RunKind),
  /** What was judged, by name; `*` stands for any letters. */
  name: z.optional(z.string().check(z.minLength(1))),
  /** `*` stands for any letters: `release/*`. */
  branch: z.optional(z.string().check(z.minLength(1))),
  'pull-request': z.optional(z.boolean()),
  /** The files beside a run's record: examples, tables. */
  results: z.optional(KeptFor),
  /** The records themselves. Left out everywhere, they are kept forever. */
  runs: z.optional(KeptFor),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

export const Config = z.strictObject({
  store: z.optional(
    z.strictObject({
      /** Git remote that holds the runs. Left out, `origin`; where there is none, the local repository keeps them. */
      remote: z.optional(z.string()),
      'ref-prefix': z._default(z.string().check(z.regex(/^refs\/[a-z0-9/-]+$/)), 'refs/pawl'),
      /** What `pawl store prune` drops, before the built-in rules: results of pull requests 90 days, others 400. */
      retention: z.optional(z.array(RetentionRule)),
      /** Write a checkpoint of every compaction to a branch that the host can protect. */
      ledger: z.optional(z.boolean()),
      /** Sign what is stored as the user's Git signs (`gpg.format`, `user.signingKey`). */
      sign: z.optional(z.boolean()),
    }),
  ),
  registry: z.optional(z.strictObject({ promotion: z.optional(z.array(PromotionPolicy)) })),
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
