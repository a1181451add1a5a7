// From the lines of a run to what it came to: last values, the history of each metric, what was said last.
import type { Problem } from '../formats/problem.ts';
import type { ParamValue, RunArtifact, RunInput } from '../formats/run.ts';
import type { LogEntry, MetricEntry, RunStatus } from './entry.ts';

export interface Folded {
  /** In the order in which they were first logged; each with its points as they were logged. */
  readonly metrics: ReadonlyMap<string, readonly MetricEntry[]>;
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly tags: ReadonlyMap<string, string>;
  readonly artifacts: readonly RunArtifact[];
  readonly inputs: readonly RunInput[];
  readonly end?: { readonly status: RunStatus; readonly at: string };
  readonly problems: readonly Problem[];
}

/** The first end counts: what comes after it is told, and is not part of the run, so that ending twice gives one record. */
export function foldEntries(entries: readonly LogEntry[]): Folded {
  const ended = entries.findIndex(({ type }) => type === 'end');
  const counted = ended < 0 ? entries : entries.slice(0, ended);
  const late = ended < 0 ? 0 : entries.slice(ended).filter(({ type }) => type !== 'end').length;
  const problems: Problem[] = late === 0 ? [] : [afterTheEnd(late)];
  const metrics = new Map<string, MetricEntry[]>();
  const params = new Map<string, ParamValue>();
  const tags = new Map<string, string>();
  const artifacts = new Map<string, RunArtifact>();
  const inputs = new Map<string, RunInput>();
  for (const entry of counted) {
    if (entry.type === 'metric') {
      const points = metrics.get(entry.name);
      if (points === undefined) metrics.set(entry.name, [entry]);
      else points.push(entry);
    } else if (entry.type === 'param') {
      if (params.has(entry.name) && params.get(entry.name) !== entry.value) problems.push(changedParam(entry));
      params.set(entry.name, entry.value);
    } else if (entry.type === 'tag') tags.set(entry.name, entry.value);
    else if (entry.type === 'artifact') artifacts.set(entry.artifact.name, entry.artifact);
    else if (entry.type === 'input')
      inputs.set(`${entry.input.role} ${entry.input.path ?? entry.input.digest}`, entry.input);
  }
  const end = entries[ended];
  return {
    metrics,
    params,
    tags,
    artifacts: [...artifacts.values()],
    inputs: [...inputs.values()],
    ...(end?.type === 'end' && { end: { status: end.status, at: end.at } }),
    problems,
  };
}

/** The value at the highest step; among those of one step, and where there are none, the one that was logged last. */
export function lastPoint(points: readonly MetricEntry[]): MetricEntry | undefined {
  let last: MetricEntry | undefined;
  // A value without a step says how it came out in the end: it stands after every step.
  const order = ({ step = Number.POSITIVE_INFINITY }: MetricEntry): number => step;
  for (const point of points) if (last === undefined || order(point) >= order(last)) last = point;
  return last;
}

const afterTheEnd = (late: number): Problem => ({
  code: 'RUN_LOGGED_AFTER_END',
  severity: 'warning',
  message: `${late === 1 ? 'One value was' : `${late} values were`} logged after the run had ended, and ${late === 1 ? 'is' : 'are'} not in the record.`,
  hint: 'End a run after every process that logs to it.',
});

const changedParam = ({ name, value }: { readonly name: string; readonly value: ParamValue }): Problem => ({
  code: 'RUN_PARAM_CHANGED',
  severity: 'warning',
  message: `The param "${name}" was logged with different values; the record keeps the last, ${JSON.stringify(value)}.`,
  hint: 'A param is set once; what changes while a run goes on is a metric.',
});
