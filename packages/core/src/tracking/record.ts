// The record of a logged run, and its result files.
import type { Sha256 } from '../formats/canonical.ts';
import type { Problem } from '../formats/problem.ts';
import { runSchema } from '../formats/schema-names.ts';
import type { Metric, Run } from '../formats/run.ts';
import type { StoredRun } from '../ports/store.ts';
import { isFiniteValue, type MetricEntry, type RunLog } from './entry.ts';
import { foldEntries, lastPoint } from './fold.ts';
import { writeHistory } from './metric-history.ts';

export interface Recorded {
  readonly stored: StoredRun;
  /** Warnings: what the record does not hold as it was logged. */
  readonly problems: readonly Problem[];
}

/** A pure function of the log, so that ending a run a second time gives the same record. @throws when the log has no end: the caller has a bug */
export function recordRun(log: RunLog, sha256: Sha256): Recorded {
  const { start, entries } = log;
  const folded = foldEntries(entries);
  const { end } = folded;
  if (end === undefined) throw new Error(`Run ${start.id} has not ended.`);
  const last = [...folded.metrics].flatMap(([name, points]) => {
    const point = lastPoint(points);
    return point === undefined ? [] : [[name, point] as const];
  });
  const history = writeHistory(folded.metrics);
  const results = { ...history.files, ...(start.diff !== undefined && { 'dirty.diff': start.diff }) };
  const run: Run = {
    schema: runSchema,
    id: start.id,
    kind: start.kind,
    name: start.name,
    status: end.status,
    headline: headlineOf(end.status, last),
    startedAt: start.startedAt,
    endedAt: end.at,
    origin: start.origin,
    inputs: [...folded.inputs],
    params: Object.fromEntries(folded.params),
    metrics: Object.fromEntries(last.map(([name, point]) => [name, metricOf(point)])),
    ...(folded.tags.size > 0 && { tags: Object.fromEntries(folded.tags) }),
    ...(folded.artifacts.length > 0 && { artifacts: [...folded.artifacts] }),
    results: Object.fromEntries(Object.entries(results).map(([file, text]) => [file, sha256(text)])),
    environment: start.environment,
  };
  return {
    stored: { run, results },
    problems: [...folded.problems, ...history.problems, ...last.flatMap(([name, point]) => notFinite(name, point))],
  };
}

function metricOf({ value, step, n, interval, level, direction, unit }: MetricEntry): Metric {
  return {
    value: isFiniteValue(value) ? value : null,
    ...(step !== undefined && { step }),
    ...(n !== undefined && { n }),
    ...(interval !== undefined && { interval }),
    ...(level !== undefined && { level }),
    ...(direction !== undefined && { direction }),
    ...(unit !== undefined && { unit }),
  };
}

/** How many metrics a list has room for. */
const shownMetrics = 4;

function headlineOf(status: 'finished' | 'failed', metrics: readonly (readonly [string, MetricEntry])[]): string {
  const words = metrics.slice(0, shownMetrics).map(([name, { value, unit }]) => {
    const number = isFiniteValue(value) ? String(Number(value.toPrecision(4))) : value.replace('#number:', '');
    return `${name} ${number}${unit === undefined ? '' : ` ${unit}`}`;
  });
  const more = metrics.length - shownMetrics;
  return [
    ...(status === 'failed' ? ['failed'] : []),
    ...(words.length === 0 && status === 'finished' ? ['no metrics'] : words),
    ...(more > 0 ? [`${more} more`] : []),
  ].join(', ');
}

const notFinite = (name: string, { value }: MetricEntry): readonly Problem[] =>
  isFiniteValue(value)
    ? []
    : [
        {
          code: 'RUN_METRIC_NOT_FINITE',
          severity: 'warning',
          message: `The metric "${name}" is ${value.replace('#number:', '')}: the record says null, and metrics.jsonl what it was.`,
          hint: 'Look at the training: a value that is no number is never better or worse than another.',
        },
      ];
