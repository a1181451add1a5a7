// MLflow's file store (`mlruns/`): a folder for an experiment, a folder for a run, a file for every metric, parameter
// and tag. Layout: https://github.com/mlflow/mlflow/blob/master/mlflow/store/tracking/file_store.py
import { problemOfExpected, type Problem } from '@pawl/core';
import { parse } from 'yaml';
import { ExchangeError } from '../exchange-error.ts';
import type { MetricPoint } from '../metric-history.ts';
import { at, membersOf, numberAt, readNumber, textAt, type Members } from '../shape.ts';
import { openSourceFolder, type SourceFolder } from '../source-folder.ts';
import type { MlflowArtifact, MlflowDataset, MlflowRun } from './mlflow-run.ts';

/** One run of a store: read, or why it could not be. */
export interface FoundRun {
  readonly run?: MlflowRun;
  readonly problems: readonly Problem[];
}

const metaLimit = 1_000_000;
const metricFileLimit = 50_000_000;
const textLimit = 1_000_000;
const mostFiles = 20_000;
const hashLimit = 1_000_000_000;
const reserved = new Set(['.trash', 'models', 'tags', 'datasets', 'traces']);

/**
 * @param experiments only these, by name or id; all without it
 * @throws ExchangeError when the folder is no MLflow file store, or lacks a wanted experiment
 */
export async function* readFileStore(path: string, experiments: readonly string[] = []): AsyncGenerator<FoundRun> {
  const folder = await openSourceFolder(path);
  const found = await experimentsOf(folder);
  if (found.known.length === 0 && found.problems.length === 0)
    throw new ExchangeError(
      'MLFLOW_NO_STORE',
      `"${path}" is no MLflow file store: none of its folders has a meta.yaml.`,
      'Name the folder "mlruns"; a SQLite store is read through its server: mlflow:http://…',
    );
  for (const problem of found.problems) yield { problems: [problem] };
  const names = new Set(found.known.flatMap(({ id, name }) => [id, name]));
  for (const wanted of experiments) {
    if (names.has(wanted)) continue;
    const known = found.known.map(({ name }) => name).join(', ');
    throw new ExchangeError('MLFLOW_EXPERIMENT_UNKNOWN', `There is no experiment "${wanted}".`, `There are: ${known}.`);
  }
  for (const experiment of found.known) {
    if (experiments.length > 0 && !experiments.includes(experiment.id) && !experiments.includes(experiment.name))
      continue;
    for (const id of await folder.names(experiment.id, 'folder')) {
      if (!reserved.has(id)) yield await readRun(folder, experiment, id);
    }
  }
}

interface Experiment {
  readonly id: string;
  readonly name: string;
}

async function experimentsOf(
  folder: SourceFolder,
): Promise<{ known: readonly Experiment[]; problems: readonly Problem[] }> {
  const known: Experiment[] = [];
  const problems: Problem[] = [];
  for (const id of await folder.names('.', 'folder')) {
    if (reserved.has(id)) continue;
    const meta = await readMeta(folder, `${id}/meta.yaml`);
    if ('problem' in meta) {
      // A folder without one belongs to somebody else; one with a broken one is an experiment that we cannot read.
      if (meta.problem !== undefined) problems.push(meta.problem);
      continue;
    }
    if (textAt(meta.value, 'lifecycle_stage') === 'deleted') continue;
    // The folder's name and not `experiment_id`: old stores wrote a number, which may be too large for one.
    known.push({ id, name: textAt(meta.value, 'name') ?? id });
  }
  return { known, problems };
}

async function readRun(folder: SourceFolder, experiment: Experiment, id: string): Promise<FoundRun> {
  const place = `${experiment.id}/${id}`;
  const meta = await readMeta(folder, `${place}/meta.yaml`);
  if ('problem' in meta) return { problems: meta.problem === undefined ? [noMeta(place)] : [meta.problem] };
  if (textAt(meta.value, 'lifecycle_stage') === 'deleted') return { problems: [] };
  const startTime = numberAt(meta.value, 'start_time');
  if (startTime === undefined || !Number.isSafeInteger(startTime) || startTime < 0 || startTime > 8.64e15)
    return { problems: [broken(`${place}/meta.yaml`, 'it has no start_time')] };
  try {
    const tags = await readTexts(folder, `${place}/tags`);
    const endTime = numberAt(meta.value, 'end_time');
    const name = tags['mlflow.runName'] ?? textAt(meta.value, 'run_name');
    const user = textAt(meta.value, 'user_id');
    const artifactUri = textAt(meta.value, 'artifact_uri');
    return {
      run: {
        id,
        experiment: experiment.name,
        ...(name !== undefined && { name }),
        ...(user !== undefined && { user }),
        status: statusOf(at(meta.value, 'status')),
        startTime,
        ...(endTime !== undefined && Number.isSafeInteger(endTime) && { endTime }),
        ...(artifactUri !== undefined && { artifactUri }),
        params: await readTexts(folder, `${place}/params`),
        tags,
        history: await readMetrics(folder, `${place}/metrics`),
        datasets: await readDatasets(folder, experiment.id, place),
        artifacts: await listArtifacts(folder, `${place}/artifacts`),
      },
      problems: [],
    };
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    return { problems: [{ ...problemOfExpected(error), file: place }] };
  }
}

type Meta = { readonly value: Members } | { readonly problem: Problem | undefined };

async function readMeta(folder: SourceFolder, file: string): Promise<Meta> {
  try {
    const text = await folder.text(file, metaLimit);
    if (text === undefined) return { problem: undefined };
    const value = membersOf(parse(text, { maxAliasCount: 10, logLevel: 'error' }));
    return value === undefined ? { problem: broken(file, 'it is no map') } : { value };
  } catch (error) {
    if (error instanceof ExchangeError) return { problem: { ...problemOfExpected(error), file } };
    return { problem: broken(file, 'it is no YAML') };
  }
}

async function readTexts(folder: SourceFolder, place: string): Promise<Readonly<Record<string, string>>> {
  const files = await folder.filesBelow(place, mostFiles);
  const texts: [string, string][] = [];
  for (const file of files) texts.push([file, (await folder.text(`${place}/${file}`, textLimit)) ?? '']);
  return Object.fromEntries(texts);
}

/** Lines of `time value step`; the oldest stores have no step, newer ones may add a dataset's name and digest. */
async function readMetrics(folder: SourceFolder, place: string): Promise<readonly MetricPoint[]> {
  const history: MetricPoint[] = [];
  for (const metric of await folder.filesBelow(place, mostFiles)) {
    const text = (await folder.text(`${place}/${metric}`, metricFileLimit)) ?? '';
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const [time = '', written = '', step = '0'] = line.trim().split(' ');
      const value = readNumber(written);
      if (value === undefined || !/^-?\d+$/.test(time) || !/^-?\d+$/.test(step))
        throw new ExchangeError(
          'MLFLOW_METRIC_BROKEN',
          `Line ${index + 1} of metric "${metric}" is no time, value and step.`,
          leftOut,
        );
      history.push({ metric, value, step: Number(step), time: Number(time) });
    }
  }
  return history;
}

async function readDatasets(
  folder: SourceFolder,
  experiment: string,
  place: string,
): Promise<readonly MlflowDataset[]> {
  const datasets: MlflowDataset[] = [];
  for (const input of await folder.names(`${place}/inputs`, 'folder')) {
    const link = await readMeta(folder, `${place}/inputs/${input}/meta.yaml`);
    if (!('value' in link) || textAt(link.value, 'source_type') !== 'DATASET') continue;
    const id = textAt(link.value, 'source_id') ?? '';
    if (!/^[\w-]+$/.test(id)) continue;
    const file = `${experiment}/datasets/${id}/meta.yaml`;
    const dataset = await readMeta(folder, file);
    if (!('value' in dataset)) {
      const { message = `${file} is missing.` } = dataset.problem ?? {};
      throw new ExchangeError('MLFLOW_DATASET_BROKEN', message, leftOut);
    }
    const context = textAt(link.value, 'tags', 'mlflow.data.context');
    datasets.push({
      name: textAt(dataset.value, 'name') ?? id,
      digest: String(at(dataset.value, 'digest') ?? ''),
      sourceType: textAt(dataset.value, 'source_type') ?? '',
      source: textAt(dataset.value, 'source') ?? '',
      ...(context !== undefined && { context }),
    });
  }
  return datasets;
}

async function listArtifacts(folder: SourceFolder, place: string): Promise<readonly MlflowArtifact[]> {
  const listed: MlflowArtifact[] = [];
  for (const path of await folder.filesBelow(place, mostFiles)) {
    const found = await folder.fingerprint(`${place}/${path}`, hashLimit);
    if (found !== undefined) listed.push({ path, ...found });
  }
  return listed;
}

/** meta.yaml has the number of the status, as protobuf counts them. */
const statuses: Readonly<Record<string, string>> = {
  1: 'RUNNING',
  2: 'SCHEDULED',
  3: 'FINISHED',
  4: 'FAILED',
  5: 'KILLED',
};

const statusOf = (status: unknown): string =>
  statuses[String(status)] ?? (typeof status === 'string' ? status : 'RUNNING');

const leftOut = 'The run is left out; mend the file, or delete the run in MLflow.';

const broken = (file: string, why: string): Problem => ({
  code: 'MLFLOW_META_BROKEN',
  severity: 'error',
  message: `${file} cannot be read: ${why}.`,
  hint: leftOut,
  file,
});

const noMeta = (place: string): Problem => ({
  code: 'MLFLOW_META_MISSING',
  severity: 'error',
  message: `${place} is no run of MLflow: it has no meta.yaml.`,
  hint: 'A run that is being written looks like this; import again when it has ended.',
  file: place,
});
