// A run as MLflow's REST API describes it; its file store is read into the same shape. What both become is decided here.
import {
  isUlid,
  ulidTime,
  type ParamValue,
  type Problem,
  type RunArtifact,
  type RunInput,
  type RunOrigin,
  type Sha256,
} from '@pawl/core';
import type { ForeignRun } from '../foreign-run.ts';
import type { MetricPoint } from '../metric-history.ts';
import { at, membersOf, textAt } from '../shape.ts';

export interface MlflowDataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  /** JSON text. */
  readonly source: string;
  readonly context?: string;
}

export interface MlflowArtifact {
  readonly path: string;
  readonly bytes?: number;
  readonly digest?: string;
}

export interface MlflowRun {
  readonly id: string;
  readonly experiment: string;
  readonly name?: string;
  readonly user?: string;
  readonly status: string;
  readonly startTime: number;
  readonly endTime?: number;
  readonly artifactUri?: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly history: readonly MetricPoint[];
  readonly datasets: readonly MlflowDataset[];
  readonly artifacts: readonly MlflowArtifact[];
}

/** Tags that an export of ours carries, so that an import is the same run again. */
export const pawlTags = {
  runId: 'pawl.run_id',
  kind: 'pawl.kind',
  verdict: 'pawl.verdict',
  headline: 'pawl.headline',
  imported: 'pawl.imported',
  renamed: 'pawl.renamed',
  parent: 'pawl.parent_run',
  artifact: 'pawl.artifact.',
} as const;

const shownSystemTags = new Set(['mlflow.runName', 'mlflow.parentRunId']);

export function foreignRunOfMlflow(
  run: MlflowRun,
  sha256: Sha256,
): { readonly run: ForeignRun; readonly problems: readonly Problem[] } {
  const ours = oursOf(run);
  const renamed = membersOf(parsed(run.tags[pawlTags.renamed])) ?? {};
  const original = (key: string): string => textAt(renamed, key) ?? key;
  const history = run.history.map((point) => ({ ...point, metric: original(point.metric) })).toSorted(inOrder);
  const parent = run.tags[pawlTags.parent];
  const plain = Object.entries({ ...run.tags, ...(parent !== undefined && { 'mlflow.parentRunId': parent }) }).filter(
    ([key]) => !key.startsWith('pawl.'),
  );
  const tags = plain.filter(([key]) => !key.startsWith('mlflow.') || shownSystemTags.has(key));
  const artifacts = readArtifacts(run, sha256);
  return {
    run: {
      tool: 'mlflow',
      id: run.id,
      name: run.experiment,
      startedAt: run.startTime,
      ...(run.endTime !== undefined && { endedAt: run.endTime }),
      status: run.status,
      failed: run.status === 'FAILED' || run.status === 'KILLED',
      origin: originOf(run),
      params: Object.fromEntries(Object.entries(run.params).map(([key, value]) => [original(key), paramOf(value)])),
      metrics: lastValues(history),
      history,
      tags: Object.fromEntries(tags.map(([key, value]) => [original(key), value])),
      ownTags: Object.fromEntries(plain.filter((tag) => !tags.includes(tag))),
      inputs: run.datasets.map(inputOf),
      artifacts: artifacts.listed,
      extra: {
        ...(run.artifactUri !== undefined && { artifactUri: run.artifactUri }),
        ...(run.user !== undefined && run.user !== '' && { user: run.user }),
      },
      ...(ours !== undefined && { ours }),
    },
    problems: artifacts.problems,
  };
}

/** A folder and a server list the same points differently. */
function inOrder(a: MetricPoint, b: MetricPoint): number {
  if (a.metric !== b.metric) return a.metric < b.metric ? -1 : 1;
  return (a.step ?? 0) - (b.step ?? 0) || (a.time ?? 0) - (b.time ?? 0);
}

/**
 * MLflow's rule: the value at the largest step, then the latest time, then the largest value.
 * https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/file_store.py (`_get_metric_from_file`)
 */
export function lastValues(history: readonly MetricPoint[]): Readonly<Record<string, number>> {
  const last = new Map<string, MetricPoint>();
  for (const point of history) {
    const known = last.get(point.metric);
    if (known === undefined || comesAfter(point, known)) last.set(point.metric, point);
  }
  return Object.fromEntries([...last].map(([metric, { value }]) => [metric, value]));
}

function comesAfter(a: MetricPoint, b: MetricPoint): boolean {
  const order = (a.step ?? 0) - (b.step ?? 0) || (a.time ?? 0) - (b.time ?? 0);
  return order > 0 || (order === 0 && a.value > b.value);
}

/** MLflow keeps every parameter as text. Numbers and the words of JSON are themselves again when nothing is lost by it. */
export function paramOf(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return text !== '' && Number.isFinite(Number(text)) && String(Number(text)) === text ? Number(text) : text;
}

function originOf({ tags, user }: MlflowRun): RunOrigin {
  const commit = tags['mlflow.source.git.commit'];
  const branch = tags['mlflow.source.git.branch'] ?? tags['mlflow.gitBranch'];
  const actor = tags['mlflow.user'] ?? user;
  return {
    ...(commit !== undefined && commit !== '' && { commit }),
    ...(branch !== undefined && branch !== '' && { branch }),
    ...(tags['mlflow.source.git.dirty']?.toLowerCase() === 'true' && { dirty: true }),
    ...(actor !== undefined && actor !== '' && { actor }),
  };
}

/** Exported by us: it keeps its id, as far as the claim agrees with the run's own start. */
function oursOf({ tags, startTime }: MlflowRun): ForeignRun['ours'] {
  const id = tags[pawlTags.runId];
  if (id === undefined || !isUlid(id) || ulidTime(id) !== startTime || tags[pawlTags.kind] !== 'training')
    return undefined;
  const imported = membersOf(parsed(tags[pawlTags.imported]));
  return { id, ...(imported !== undefined && { imported }) };
}

function inputOf({ name, digest, sourceType, source, context }: MlflowDataset): RunInput {
  const ours = membersOf(at(parsed(source), 'pawl'));
  if (ours !== undefined && typeof ours['digest'] === 'string' && typeof ours['role'] === 'string')
    return ours as RunInput;
  return {
    role: 'data',
    // MLflow's own digest: eight digits of an MD5 of a part of the rows.
    digest: `mlflow:${digest}`,
    name,
    source,
    sourceType,
    ...(context !== undefined && { context }),
  };
}

function readArtifacts(
  run: MlflowRun,
  sha256: Sha256,
): { readonly listed: readonly RunArtifact[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const restored = Object.entries(run.tags)
    .filter(([key]) => key.startsWith(pawlTags.artifact))
    .flatMap(([, text]): readonly RunArtifact[] => {
      const artifact = membersOf(parsed(text));
      const name = textAt(artifact, 'name');
      const digest = textAt(artifact, 'digest');
      return name === undefined || digest === undefined ? [] : [{ ...artifact, name, digest }];
    });
  const listed = run.artifacts.flatMap(({ path, bytes, digest }): readonly RunArtifact[] => {
    if (!isInside(path)) {
      problems.push(outside(run, path));
      return [];
    }
    const uri = run.artifactUri === undefined ? undefined : `${run.artifactUri.replace(/\/$/, '')}/${path}`;
    return [
      {
        name: path,
        // A server tells no digest: this one is of the address, and says so. It tells two listings apart, not two contents.
        digest: digest ?? sha256(`${uri ?? path}\0${bytes ?? ''}`).replace(/^sha256:/, 'address:'),
        ...(bytes !== undefined && { bytes }),
        ...(uri !== undefined && { uri }),
      },
    ];
  });
  return { listed: [...restored, ...listed].toSorted((a, b) => (a.name < b.name ? -1 : 1)), problems };
}

/** A relative path that stays where it is. */
export const isInside = (path: string): boolean =>
  path !== '' &&
  !path.startsWith('/') &&
  !path.includes('\\') &&
  !/^[A-Za-z]:/.test(path) &&
  !path.split('/').includes('..');

const outside = (run: MlflowRun, path: string): Problem => ({
  code: 'IMPORT_ARTIFACT_PATH',
  severity: 'warning',
  message: `Run ${run.id} lists an artifact outside its own folder: ${JSON.stringify(path.slice(0, 200))}.`,
  hint: 'It is left out; the rest of the run is imported.',
});

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
