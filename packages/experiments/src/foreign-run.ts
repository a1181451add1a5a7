// A run as another tool has it, in words all tools share; and what it becomes here.
import {
  canonicalJson,
  makeUlid,
  runSchema,
  type ParamValue,
  type Problem,
  type Run,
  type RunArtifact,
  type RunInput,
  type RunOrigin,
  type Sha256,
  type StoredRun,
} from '@pawl/core';
import { writeHistory, type MetricPoint } from './metric-history.ts';

export type Tool = 'mlflow' | 'wandb' | 'dvc';

export interface ForeignRun {
  readonly tool: Tool;
  /** The tool's own id of the run; unique within the tool. */
  readonly id: string;
  /** What it is a run of: MLflow's experiment, W&B's project. */
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** In the tool's own word: `FINISHED`, `crashed`. */
  readonly status: string;
  /** It ended, and not well. */
  readonly failed: boolean;
  readonly origin: RunOrigin;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** The value that stands for the whole run. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly history: readonly MetricPoint[];
  readonly tags: Readonly<Record<string, string>>;
  /** Tags that only the tool itself can use: kept aside, so that lists stay light and an export loses nothing. */
  readonly ownTags?: Readonly<Record<string, string>>;
  readonly inputs: readonly RunInput[];
  readonly artifacts: readonly RunArtifact[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Further members of the record's `imported`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Set when the run is one of ours that had been exported: its id and what was said of it here. */
  readonly ours?: { readonly id: string; readonly imported?: unknown };
}

/** Longer tags are kept beside the tags: every list of runs carries these. */
const longestTag = 200;
const longestName = 200;

/**
 * The id is made of the start and a hash of the tool's id, so that a second import is the same run. Always of kind
 * `training` and without a verdict: what comes from outside is no evidence for a gate.
 */
export function storedRunOf(
  run: ForeignRun,
  sha256: Sha256,
): { readonly stored: StoredRun; readonly problems: readonly Problem[] } {
  const history = writeHistory(run.history);
  const [tags, longTags] = splitTags(run.tags);
  const kept = { ...run.ownTags, ...longTags };
  const digests = Object.fromEntries(Object.entries(history.files).map(([file, text]) => [file, sha256(text)]));
  const imported = run.ours?.imported ?? {
    tool: run.tool,
    id: run.id,
    status: run.status,
    ...run.extra,
    ...(Object.keys(kept).length > 0 && { tags: kept }),
    ...(run.name.length > longestName && { experiment: run.name }),
  };
  const record: Run = {
    schema: runSchema,
    id: run.ours?.id ?? foreignId(run, sha256),
    kind: 'training',
    name: run.name.slice(0, longestName) || run.tool,
    status: run.failed ? 'failed' : 'finished',
    headline: headlineOf(run.failed, run.metrics),
    startedAt: new Date(run.startedAt).toISOString(),
    ...(run.endedAt !== undefined && { endedAt: new Date(run.endedAt).toISOString() }),
    origin: run.origin,
    inputs: [...run.inputs],
    params: { ...run.params },
    // JSON holds neither NaN nor Infinity: the value is null then, and the history says what it was.
    metrics: Object.fromEntries(
      Object.entries(run.metrics).map(([name, value]) => [name, { value: Number.isFinite(value) ? value : null }]),
    ),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(run.artifacts.length > 0 && { artifacts: [...run.artifacts] }),
    results: digests,
    ...(run.environment !== undefined && { environment: { ...run.environment } }),
    imported,
  };
  // Through canonical JSON once, as the store does: members without a value are gone, and two imports compare.
  const stored = { run: JSON.parse(canonicalJson(record)) as Run, results: history.files };
  return { stored, problems: history.dropped === 0 ? [] : [tooLong(run, history.dropped)] };
}

/** ULID of the run's start, with the hash of tool and id for chance. */
export function foreignId(
  { tool, id, startedAt }: Pick<ForeignRun, 'tool' | 'id' | 'startedAt'>,
  sha256: Sha256,
): string {
  const hex = sha256(`${tool}:${id}`).replace(/^sha256:/, '');
  return makeUlid(
    Math.trunc(startedAt),
    Uint8Array.from({ length: 10 }, (_, byte) => parseInt(hex.slice(byte * 2, byte * 2 + 2), 16)),
  );
}

/** How many metrics a list has room for. */
const shownMetrics = 4;

function headlineOf(failed: boolean, metrics: Readonly<Record<string, number>>): string {
  const all = Object.entries(metrics);
  const words = all.slice(0, shownMetrics).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  const more = all.length > shownMetrics ? [`${all.length - shownMetrics} more`] : [];
  return [...(failed ? ['failed'] : []), ...(words.length === 0 ? ['no metrics'] : words), ...more]
    .join(', ')
    .slice(0, 400);
}

function splitTags(tags: Readonly<Record<string, string>>): readonly [Record<string, string>, Record<string, string>] {
  const all = Object.entries(tags);
  const isShort = ([, value]: readonly [string, string]): boolean => value.length <= longestTag;
  return [Object.fromEntries(all.filter(isShort)), Object.fromEntries(all.filter((tag) => !isShort(tag)))];
}

const tooLong = (run: ForeignRun, dropped: number): Problem => ({
  code: 'IMPORT_HISTORY_CUT',
  severity: 'warning',
  message: `Run ${run.id} has more metric steps than a run may carry; the last ${dropped} are left out.`,
  hint: 'The values of the whole run are complete; keep the full history as an artifact.',
});
