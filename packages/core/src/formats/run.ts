// A run: the immutable record of one execution. `schema: pawl.run/1`; unknown fields are kept.
import * as z from 'zod/mini';
import { RunKind } from './run-kind.ts';
import { runSchema } from './schema-names.ts';
import { Verdict } from './verdict.ts';

/** A named aggregate, with its uncertainty where it has one. */
export const Metric = z.looseObject({
  value: z.nullable(z.number()),
  /** Cases or rows the value was computed of. */
  n: z.optional(z.number()),
  /** Confidence interval of `value`, or of `difference` when that is given. */
  interval: z.optional(z.tuple([z.number(), z.number()])),
  /** Confidence level of the interval, 0.95 for 95 %. */
  level: z.optional(z.number()),
  baseline: z.optional(z.nullable(z.number())),
  /** Candidate − baseline on the same cases. */
  difference: z.optional(z.nullable(z.number())),
  direction: z.optional(z.enum(['higher', 'lower'])),
  unit: z.optional(z.string()),
  /** The training step at which the value was logged; the history lies in metrics.jsonl. */
  step: z.optional(z.number()),
  verdict: z.optional(Verdict),
  /** What the rows of a gate could show with a chance of 80 %, in the metric's unit, positive. */
  smallestLoss: z.optional(z.number()),
  smallestGain: z.optional(z.number()),
});
export type Metric = z.infer<typeof Metric>;

/** A file the run read: what makes two runs comparable. */
export const RunInput = z.looseObject({
  role: z.enum(['data', 'suite', 'prompt', 'policy', 'model', 'predictions', 'cassette', 'deployment', 'config']),
  path: z.optional(z.string()),
  digest: z.string(),
  bytes: z.optional(z.number()),
});
export type RunInput = z.infer<typeof RunInput>;

/** A file the run made, or a thing it refers to, by digest: a model, a plot, a log. Over 1 MB it lies elsewhere. */
export const RunArtifact = z.looseObject({
  name: z.string(),
  digest: z.string(),
  bytes: z.optional(z.number()),
  /** Where it lies: a path in the repository, or an address (`s3://`, `https://`, `dvc:`, `lfs:`, `gha-artifact:`). */
  uri: z.optional(z.string()),
  /** When the address stops working, ISO 8601. */
  expiresAt: z.optional(z.string()),
});
export type RunArtifact = z.infer<typeof RunArtifact>;

/** Which step of which CI job made the run: a newer attempt of the same producer supersedes the older in lists. */
export const RunProducer = z.looseObject({ key: z.string(), attempt: z.number() });
export type RunProducer = z.infer<typeof RunProducer>;

export const ParamValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type ParamValue = z.infer<typeof ParamValue>;

/** Where the code stood, and who ran it. */
export const RunOrigin = z.looseObject({
  repository: z.optional(z.string()),
  /** The head commit, never a pull request's merge commit. */
  commit: z.optional(z.string()),
  branch: z.optional(z.string()),
  dirty: z.optional(z.boolean()),
  pullRequest: z.optional(z.number()),
  actor: z.optional(z.string()),
  /** Link to the workflow run. */
  url: z.optional(z.string()),
  /** `fork` marks a record that came through a fork's artifact: shown, never a baseline. */
  trust: z.optional(z.enum(['own', 'fork'])),
});
export type RunOrigin = z.infer<typeof RunOrigin>;

export const BaselineSource = z.looseObject({
  /** `none`: there is no baseline yet, and only the absolute policies judged. */
  source: z.enum(['label', 'version', 'ref', 'merge-base', 'file', 'none']),
  name: z.optional(z.string()),
  version: z.optional(z.string()),
  commit: z.optional(z.string()),
  /** When that version was committed, ISO 8601. */
  date: z.optional(z.string()),
  /** Said when something else than what was asked for serves as baseline. */
  substituted: z.optional(z.string()),
});
export type BaselineSource = z.infer<typeof BaselineSource>;

export const Run = z.looseObject({
  schema: z.literal(runSchema),
  id: z.string().check(z.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)),
  kind: RunKind,
  /** What was judged: a dataset, model, prompt or deployment by its name. */
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  verdict: z.optional(Verdict),
  /** An advisory run reports and never fails. */
  advisory: z.optional(z.boolean()),
  /**
   * Of an eval: metrics whose scores came, in whole or in part, from judges without a certificate, and why. `pass-rate`,
   * `score` or `score/NAME`; empty where there are none. A record without it does not know.
   */
  uncertified: z.optional(z.record(z.string(), z.string())),
  /** How a logged run ended; a run that judges has a verdict instead. */
  status: z.optional(z.enum(['finished', 'failed'])),
  headline: z.optional(z.string()),
  startedAt: z.string(),
  endedAt: z.optional(z.string()),
  origin: RunOrigin,
  /** The judged thing's own digest: what `deploy` asks a passing gate run for. */
  subject: z.optional(z.looseObject({ name: z.string(), digest: z.string(), version: z.optional(z.string()) })),
  baseline: z.optional(BaselineSource),
  inputs: z.array(RunInput),
  params: z.record(z.string(), ParamValue),
  metrics: z.record(z.string(), Metric),
  /** Said by whoever logged the run: `team=search`. */
  tags: z.optional(z.record(z.string(), z.string())),
  artifacts: z.optional(z.array(RunArtifact)),
  producer: z.optional(RunProducer),
  /** Digest of every file in the run's results, by file name. */
  results: z.record(z.string(), z.string()),
  costUsd: z.optional(z.number()),
  environment: z.optional(z.record(z.string(), z.string())),
});
export type Run = z.infer<typeof Run>;

/** What lists show of a run: one line of the store's index. */
export const RunSummary = z.looseObject({
  id: z.string(),
  kind: RunKind,
  name: z.string(),
  verdict: z.optional(Verdict),
  status: z.optional(z.enum(['finished', 'failed'])),
  headline: z.optional(z.string()),
  startedAt: z.string(),
  commit: z.optional(z.string()),
  branch: z.optional(z.string()),
  pullRequest: z.optional(z.number()),
  actor: z.optional(z.string()),
  /** Digest of the judged thing. */
  subject: z.optional(z.string()),
  /** The metrics' values alone. */
  metrics: z.record(z.string(), z.nullable(z.number())),
  /** Texts longer than 100 characters are left out: lists filter and sort by short ones. */
  params: z.optional(z.record(z.string(), ParamValue)),
  tags: z.optional(z.record(z.string(), z.string())),
  trust: z.optional(z.enum(['own', 'fork'])),
  producer: z.optional(RunProducer),
  costUsd: z.optional(z.number()),
});
export type RunSummary = z.infer<typeof RunSummary>;

export function summaryOf(run: Run): RunSummary {
  const { id, kind, name, verdict, status, headline, startedAt, origin, subject, tags, producer, costUsd } = run;
  const params = Object.entries(run.params).filter(([, value]) => String(value).length <= 100);
  return {
    id,
    kind,
    name,
    ...(verdict !== undefined && { verdict }),
    ...(status !== undefined && { status }),
    ...(headline !== undefined && { headline }),
    startedAt,
    ...(origin.commit !== undefined && { commit: origin.commit }),
    ...(origin.branch !== undefined && { branch: origin.branch }),
    ...(origin.pullRequest !== undefined && { pullRequest: origin.pullRequest }),
    ...(origin.actor !== undefined && { actor: origin.actor }),
    ...(subject !== undefined && { subject: subject.digest }),
    metrics: Object.fromEntries(Object.entries(run.metrics).map(([metric, { value }]) => [metric, value])),
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(tags !== undefined && { tags }),
    ...(origin.trust === 'fork' && { trust: origin.trust }),
    ...(producer !== undefined && { producer }),
    ...(costUsd !== undefined && { costUsd }),
  };
}

/**
 * An operation: something said about a run or a rollout later on (a rollout's step, a note, a pin, a
 * tombstone). Write-once like a run; what holds now is the replay of all operations in order of id.
 */
export const Operation = z.looseObject({
  schema: z.literal('pawl.op/1'),
  id: z.string().check(z.regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)),
  kind: z.enum(['rollout', 'note', 'pin', 'tombstone']),
  /** Id of the run or rollout it speaks of; a tombstone of a run's results alone speaks of `<id>/results`. */
  about: z.string(),
  at: z.string(),
  actor: z.optional(z.string()),
  data: z.record(z.string(), z.unknown()),
});
export type Operation = z.infer<typeof Operation>;
