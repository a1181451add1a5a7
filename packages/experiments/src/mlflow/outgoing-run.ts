// One of our runs in MLflow's terms: names it accepts, values it accepts, and what an import needs to make the same run of it.
import { ulidTime, type Problem, type Run, type RunInput } from '@pawl/core';
import type { MetricPoint } from '../metric-history.ts';
import { at, membersOf, textAt } from '../shape.ts';
import { pawlTags, type MlflowDataset } from './mlflow-run.ts';

export type OutgoingPoint = Required<MetricPoint>;

export interface OutgoingRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly user: string;
  readonly status: 'FINISHED' | 'FAILED' | 'KILLED';
  readonly startTime: number;
  readonly endTime: number;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly history: readonly OutgoingPoint[];
  readonly datasets: readonly MlflowDataset[];
  /** MLflow's id of the run it is nested in, as it was there. */
  readonly parent?: string;
  /** MLflow's id of the run, where it came from MLflow. */
  readonly mlflowId?: string;
}

/** https://github.com/mlflow/mlflow/blob/master/mlflow/utils/validation.py */
const limits = { key: 250, param: 6000, tag: 5000, datasetDigest: 36, artifacts: 100 };

/** @param history of the run's results; a metric without one gets a single point */
export function outgoingRunOf(
  run: Run,
  history: readonly MetricPoint[],
): { readonly run: OutgoingRun; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const names = acceptableNames([...Object.keys(run.metrics), ...history.map(({ metric }) => metric)]);
  const paramNames = acceptableNames(Object.keys(run.params));
  const imported = membersOf(at(run, 'imported'));
  const written = allTags(run, imported);
  const tagNames = acceptableNames(Object.keys(written));
  const renamed = Object.fromEntries(
    [...names, ...paramNames, ...tagNames].flatMap(([from, to]) => (from === to ? [] : [[to, from]])),
  );
  if (Object.keys(renamed).length > 0) problems.push(renamedKeys(run, Object.values(renamed)));
  const clip = (text: string, limit: number, what: string): string => {
    if (text.length <= limit) return text;
    problems.push(clipped(run, what, limit));
    return text.slice(0, limit);
  };
  const startTime = ulidTime(run.id);
  const endTime = run.endedAt === undefined ? startTime : Date.parse(run.endedAt);
  const tags = {
    ...Object.fromEntries(
      Object.entries(written).map(([key, value]) => [
        tagNames.get(key) ?? key,
        clip(value, limits.tag, `tag "${key}"`),
      ]),
    ),
    ...artifactTags(run, problems),
    ...(Object.keys(renamed).length > 0 && {
      [pawlTags.renamed]: clip(JSON.stringify(renamed), limits.tag, 'the list of renamed keys'),
    }),
    ...(imported !== undefined && {
      [pawlTags.imported]: clip(JSON.stringify(imported), limits.tag, 'where it was imported from'),
    }),
  };
  const mlflowId = textAt(imported, 'tool') === 'mlflow' ? textAt(imported, 'id') : undefined;
  return {
    run: {
      id: run.id,
      experiment: run.name,
      name: written['mlflow.runName'] ?? `${run.kind} ${run.id}`,
      user: run.origin.actor ?? '',
      status: statusOf(run, textAt(imported, 'status')),
      startTime,
      endTime,
      params: Object.fromEntries(
        Object.entries(run.params).map(([key, value]) => [
          paramNames.get(key) ?? key,
          clip(String(value), limits.param, `parameter "${key}"`),
        ]),
      ),
      tags,
      history: pointsOf(run, history, endTime).map((point) => ({
        ...point,
        metric: names.get(point.metric) ?? point.metric,
      })),
      datasets: run.inputs.map(datasetOf),
      ...(run.tags?.['mlflow.parentRunId'] !== undefined && { parent: run.tags['mlflow.parentRunId'] }),
      ...(mlflowId !== undefined && /^[a-zA-Z0-9][\w-]{0,255}$/.test(mlflowId) && { mlflowId }),
    },
    problems,
  };
}

function allTags(run: Run, imported: unknown): Readonly<Record<string, string>> {
  const { commit, branch, dirty, actor } = run.origin;
  const kept = Object.entries(membersOf(at(imported, 'tags')) ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  return {
    ...(commit !== undefined && { 'mlflow.source.git.commit': commit }),
    ...(branch !== undefined && { 'mlflow.source.git.branch': branch }),
    ...(dirty === true && { 'mlflow.source.git.dirty': 'true' }),
    ...(actor !== undefined && { 'mlflow.user': actor }),
    'mlflow.runName': `${run.kind} ${run.id}`,
    ...(run.headline !== undefined && { 'mlflow.note.content': run.headline }),
    ...run.tags,
    ...Object.fromEntries(kept),
    [pawlTags.runId]: run.id,
    [pawlTags.kind]: run.kind,
    ...(run.verdict !== undefined && { [pawlTags.verdict]: run.verdict }),
  };
}

/** MLflow copies no digests and no addresses: each artifact travels as a tag. */
function artifactTags(run: Run, problems: Problem[]): Readonly<Record<string, string>> {
  const artifacts = run.artifacts ?? [];
  const written = artifacts.map((artifact) => JSON.stringify(artifact));
  const fit = written.slice(0, limits.artifacts).filter((text) => text.length <= limits.tag);
  if (fit.length < artifacts.length)
    problems.push({
      code: 'EXPORT_ARTIFACTS_CUT',
      severity: 'warning',
      message: `Of the ${artifacts.length} artifacts of run ${run.id}, ${fit.length} are listed in MLflow.`,
      hint: 'The run here names them all.',
    });
  return Object.fromEntries(fit.map((text, index) => [`${pawlTags.artifact}${String(index).padStart(3, '0')}`, text]));
}

/** A metric without a history has one point, at the run's end. MLflow knows no value without a step: it stands at the last. */
function pointsOf(run: Run, history: readonly MetricPoint[], endTime: number): readonly OutgoingPoint[] {
  const last = new Map<string, number>();
  for (const { metric, step = 0 } of history) last.set(metric, Math.max(step, last.get(metric) ?? step));
  const single = Object.entries(run.metrics).flatMap(([metric, { value }]): readonly MetricPoint[] =>
    last.has(metric) || value === null ? [] : [{ metric, value }],
  );
  return [...history, ...single].map(({ metric, value, step = last.get(metric) ?? 0, time = endTime }) => ({
    metric,
    value,
    step: Math.trunc(step),
    time: Math.trunc(time),
  }));
}

function datasetOf(input: RunInput): MlflowDataset {
  const { name, source, sourceType, context } = input as RunInput & Readonly<Record<string, unknown>>;
  // Came from MLflow: it goes back as it was.
  if (input.digest.startsWith('mlflow:') && typeof source === 'string')
    return {
      name: typeof name === 'string' ? name : 'dataset',
      digest: input.digest.slice('mlflow:'.length),
      sourceType: typeof sourceType === 'string' ? sourceType : 'local',
      source,
      ...(typeof context === 'string' && { context }),
    };
  return {
    name: input.path ?? input.role,
    digest: input.digest.replace(/^\w+:/, '').slice(0, limits.datasetDigest),
    sourceType: 'pawl',
    source: JSON.stringify({ uri: input.path ?? '', pawl: input }),
    context: input.role,
  };
}

function statusOf(run: Run, imported: string | undefined): OutgoingRun['status'] {
  if (imported === 'FAILED' || imported === 'KILLED') return imported;
  if (run.status === 'failed' || run.verdict === 'error') return 'FAILED';
  return 'FINISHED';
}

/**
 * MLflow's names hold letters, digits, `_ - . : /` and spaces, and are paths that mean themselves. Others get `_` for
 * what is not allowed, a number when that name is taken, and are told.
 */
export function acceptableNames(keys: readonly string[]): ReadonlyMap<string, string> {
  const wanted = [...new Set(keys)].toSorted();
  const taken = new Set(wanted.filter((key) => acceptable(key) === key));
  const names = new Map<string, string>();
  for (const key of wanted) {
    const base = acceptable(key);
    let name = base;
    for (let count = 2; name !== key && taken.has(name); count++) name = `${base.slice(0, limits.key - 4)}_${count}`;
    taken.add(name);
    names.set(key, name);
  }
  return names;
}

function acceptable(key: string): string {
  const parts = key
    .replace(/[^\p{L}\p{N}_.\- :/]/gu, '_')
    .split('/')
    .map((part) => (part === '' || part === '.' || part === '..' ? '_' : part));
  return parts.join('/').slice(0, limits.key);
}

const renamedKeys = (run: Run, keys: readonly string[]): Problem => ({
  code: 'EXPORT_KEYS_RENAMED',
  severity: 'warning',
  message: `Run ${run.id}: MLflow does not allow the names ${keys
    .slice(0, 5)
    .map((key) => JSON.stringify(key.slice(0, 60)))
    .join(', ')}${keys.length > 5 ? ` and ${keys.length - 5} more` : ''}.`,
  hint: `They are renamed there; the tag "${pawlTags.renamed}" says how.`,
});

const clipped = (run: Run, what: string, limit: number): Problem => ({
  code: 'EXPORT_VALUE_CUT',
  severity: 'warning',
  message: `Run ${run.id}: ${what} is longer than the ${limit} characters that MLflow takes.`,
  hint: 'It is cut there; the run here has it whole.',
});
