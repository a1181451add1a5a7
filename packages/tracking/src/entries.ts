// From what somebody says about a run to the lines that are kept: digests taken, times set.
import { hasErrors, type Problem, type Read } from '@pawl/core';
import {
  plainParam,
  problemsOfValues,
  tagged,
  type LogEntry,
  type LoggedMetric,
  type LoggedValues,
} from '@pawl/core/tracking';
import type { World } from '@pawl/wiring';
import { artifactOf, inputsOf } from './files.ts';

/** @param at ISO 8601, of values that say no time of their own */
export async function entriesOf(world: World, values: LoggedValues, at: string): Promise<Read<readonly LogEntry[]>> {
  const problems: Problem[] = [...problemsOfValues(values)];
  if (hasErrors(problems)) return { problems };
  const entries: LogEntry[] = [
    ...Object.entries(values.params).map(([name, value]): LogEntry => ({
      type: 'param',
      name,
      value: plainParam(value),
    })),
    ...Object.entries(values.tags).map(([name, value]): LogEntry => ({ type: 'tag', name, value })),
    ...values.metrics.map((metric) => metricEntry(metric, at)),
  ];
  for (const artifact of values.artifacts) {
    const read = await artifactOf(world, artifact);
    problems.push(...read.problems);
    if (read.value !== undefined) entries.push({ type: 'artifact', artifact: read.value });
  }
  for (const data of values.data) {
    const read = await inputsOf(world, data);
    problems.push(...read.problems);
    for (const input of read.value ?? []) entries.push({ type: 'input', input });
  }
  return hasErrors(problems) ? { problems } : { value: entries, problems };
}

export const metricEntry = ({ value, at: own, ...metric }: LoggedMetric, at: string): LogEntry => ({
  type: 'metric',
  ...metric,
  value: tagged(value),
  at: own ?? at,
});
