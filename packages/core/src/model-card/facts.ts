// What the runs of a model say that belongs into its card: numbers, data, and where all of it came from.
import type { Metric, Run, RunInput } from '../formats/run.ts';

/** The `pawl:` block of a card. Hugging Face keeps keys it does not know. */
export interface CardEvidence {
  readonly runs: readonly EvidenceOfRun[];
  readonly training?: EvidenceOfTraining;
}

export interface EvidenceOfRun {
  readonly id: string;
  readonly kind: string;
  readonly verdict?: string;
  /** The day it ran. */
  readonly date: string;
  /** The code's commit. */
  readonly commit?: string;
  /** Digest of the model or prompt that was judged. */
  readonly subject?: string;
  /** What it was compared with: `flight-delay@v1.0.0`. */
  readonly baseline?: string;
  readonly data?: readonly DataDigest[];
  /** By name as in model-index: rows, and the comparison with its interval. */
  readonly metrics?: Readonly<Record<string, MetricEvidence>>;
}

export interface DataDigest {
  readonly path?: string;
  readonly digest: string;
}

export interface MetricEvidence {
  readonly n?: number;
  readonly interval?: readonly [number, number];
  readonly level?: number;
  readonly baseline?: number;
  readonly difference?: number;
}

export interface EvidenceOfTraining {
  readonly run: string;
  readonly date: string;
  readonly commit?: string;
  readonly 'base-model'?: string;
  readonly data?: readonly DataDigest[];
}

/** Metrics that say how good a model is: no cost, no latency, no count of cases. */
export function qualityMetrics(
  run: Run,
): readonly (readonly [name: string, metric: Metric & { readonly value: number }])[] {
  return Object.entries(run.metrics).flatMap(([name, metric]) =>
    metric.value === null || metric.unit !== undefined || name.startsWith('newly-')
      ? []
      : [[name, { ...metric, value: metric.value }] as const],
  );
}

/** The data a run was judged or trained on. */
export const dataOf = (run: Run): readonly RunInput[] =>
  run.inputs.filter(({ role }) => role === 'data' || role === 'predictions');

/**
 * @param runs those that judged the model, newest of each kind
 * @param rename a metric's name in the card
 */
export function evidenceOf(
  runs: readonly Run[],
  training: Run | undefined,
  rename: (metric: string) => string,
): CardEvidence {
  return {
    runs: runs.map((run) => runEvidence(run, rename)),
    ...(training !== undefined && { training: trainingEvidence(training) }),
  };
}

function runEvidence(run: Run, rename: (metric: string) => string): EvidenceOfRun {
  const { id, kind, verdict, startedAt, origin, subject, baseline } = run;
  const metrics = qualityMetrics(run).flatMap(([name, metric]) => {
    const evidence = metricEvidence(metric);
    return Object.keys(evidence).length === 0 ? [] : [[rename(name), evidence] as const];
  });
  const against = baseline === undefined || baseline.source === 'none' ? undefined : baselineWords(baseline);
  return {
    id,
    kind,
    ...(verdict !== undefined && { verdict }),
    date: startedAt.slice(0, 10),
    ...(origin.commit !== undefined && { commit: origin.commit }),
    ...(subject !== undefined && { subject: subject.digest }),
    ...(against !== undefined && { baseline: against }),
    ...digestsOf(run),
    ...(metrics.length > 0 && { metrics: Object.fromEntries(metrics) }),
  };
}

function baselineWords({ name, version, commit, source }: NonNullable<Run['baseline']>): string {
  if (name !== undefined && version !== undefined) return `${name}@${version}`;
  return name ?? commit ?? source;
}

function metricEvidence({ n, interval, level, baseline, difference }: Metric): MetricEvidence {
  return {
    ...(n !== undefined && { n }),
    ...(baseline !== undefined && baseline !== null && { baseline: short(baseline) }),
    ...(difference !== undefined && difference !== null && { difference: short(difference) }),
    ...(interval !== undefined && { interval: [short(interval[0]), short(interval[1])] as const }),
    ...(level !== undefined && { level }),
  };
}

/** Base models are named by whoever trained: `base_model`, `base-model`, or `baseModel` among the run's parameters. */
export function baseModelOf({ params }: Run): string | undefined {
  for (const key of ['base_model', 'base-model', 'baseModel']) {
    const value = params[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function trainingEvidence(run: Run): EvidenceOfTraining {
  const base = baseModelOf(run);
  return {
    run: run.id,
    date: run.startedAt.slice(0, 10),
    ...(run.origin.commit !== undefined && { commit: run.origin.commit }),
    ...(base !== undefined && { 'base-model': base }),
    ...digestsOf(run),
  };
}

function digestsOf(run: Run): { readonly data?: readonly DataDigest[] } {
  const data = dataOf(run).map(({ path, digest }) => ({ ...(path !== undefined && { path }), digest }));
  return data.length === 0 ? {} : { data };
}

/** Six digits that mean something: more would be noise in a file that people read. */
const short = (value: number): number => Number(value.toPrecision(6));
