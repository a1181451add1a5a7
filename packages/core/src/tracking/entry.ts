// A run that is still open, as lines of JSON: the first says how it started, each further line one thing that was
// logged. Lines are only ever appended, so that processes that log at once lose nothing.
import * as z from 'zod/mini';
import type { Problem, Read } from '../formats/problem.ts';
import { ParamValue, RunArtifact, RunInput, RunOrigin } from '../formats/run.ts';

export const runLogSchema = 'pawl.run-log/1';

/** What `pawl run log` records. A gate's verdict is never logged by hand: only the gate's own command records one. */
export const LoggedKind = z.enum(['training']);
export type LoggedKind = z.infer<typeof LoggedKind>;

export const RunStatus = z.enum(['finished', 'failed']);
export type RunStatus = z.infer<typeof RunStatus>;

/** A number, or what JSON cannot hold of one, tagged as in canonical JSON. */
export const TaggedNumber = z.union([z.number(), z.enum(['#number:NaN', '#number:Infinity', '#number:-Infinity'])]);
export type TaggedNumber = z.infer<typeof TaggedNumber>;

/** What a metric may say besides its value; see `Metric` of the run's record. */
export const metricFacts = {
  n: z.optional(z.number()),
  interval: z.optional(z.tuple([z.number(), z.number()])),
  level: z.optional(z.number()),
  direction: z.optional(z.enum(['higher', 'lower'])),
  unit: z.optional(z.string()),
};

export const RunStart = z.looseObject({
  type: z.literal('start'),
  schema: z.literal(runLogSchema),
  id: z.string(),
  kind: LoggedKind,
  name: z.string(),
  startedAt: z.string(),
  origin: RunOrigin,
  environment: z.record(z.string(), z.string()),
  /** The changes to tracked files since the commit, as `git apply` takes them. */
  diff: z.optional(z.string()),
  /** The process that logs, where it lives as long as the run; a run logged by single commands has none. */
  process: z.optional(z.looseObject({ pid: z.number(), host: z.string() })),
});
export type RunStart = z.infer<typeof RunStart>;

export const MetricEntry = z.looseObject({
  type: z.literal('metric'),
  name: z.string(),
  value: TaggedNumber,
  step: z.optional(z.number()),
  /** ISO 8601. */
  at: z.string(),
  ...metricFacts,
});
export type MetricEntry = z.infer<typeof MetricEntry>;

export const LogEntry = z.discriminatedUnion('type', [
  MetricEntry,
  z.looseObject({ type: z.literal('param'), name: z.string(), value: ParamValue }),
  z.looseObject({ type: z.literal('tag'), name: z.string(), value: z.string() }),
  z.looseObject({ type: z.literal('artifact'), artifact: RunArtifact }),
  z.looseObject({ type: z.literal('input'), input: RunInput }),
  z.looseObject({ type: z.literal('end'), status: RunStatus, at: z.string() }),
]);
export type LogEntry = z.infer<typeof LogEntry>;

export const tagged = (value: number): TaggedNumber =>
  Number.isFinite(value)
    ? value
    : Number.isNaN(value)
      ? '#number:NaN'
      : value > 0
        ? '#number:Infinity'
        : '#number:-Infinity';

export const isFiniteValue = (value: TaggedNumber): value is number => typeof value === 'number';

/** Lines for one append. The break in front sets them apart from a line that a killed process left half written. */
export const logLines = (entries: readonly (RunStart | LogEntry)[]): string =>
  `\n${entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')}`;

export interface RunLog {
  readonly start: RunStart;
  readonly entries: readonly LogEntry[];
}

/** Lines that were cut off are told and left out; without a readable start there is no run. */
export function readRunLog(text: string, file: string): Read<RunLog> {
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  const [first, ...rest] = lines.map(({ line, number }) => ({ value: parsed(line), number }));
  const start = RunStart.safeParse(first?.value);
  if (!start.success) return { problems: [unreadableStart(file)] };
  const problems: Problem[] = [];
  const entries: LogEntry[] = [];
  for (const { value, number } of rest) {
    const entry = LogEntry.safeParse(value);
    if (entry.success) entries.push(entry.data);
    else problems.push(unreadableLine(file, number));
  }
  return { value: { start: start.data, entries }, problems };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const unreadableStart = (file: string): Problem => ({
  code: 'RUN_LOG_UNREADABLE',
  severity: 'error',
  message: 'The open run cannot be read: its first line is damaged, or was written by a newer Pawl.',
  hint: 'Upgrade Pawl, or drop the run with `pawl run end ID --drop`.',
  file,
});

const unreadableLine = (file: string, line: number): Problem => ({
  code: 'RUN_LOG_LINE_LOST',
  severity: 'warning',
  message: 'A line of the open run is damaged and is not in the record.',
  hint: 'A process was killed, or the disk was full, while it logged.',
  file,
  line,
});
