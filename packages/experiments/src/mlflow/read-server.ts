// Runs of a tracking server, page by page, with every metric's history. A SQLite or PostgreSQL store is read this way only.
import { problemOfExpected, type Problem } from '@pawl/core';
import { ExchangeError } from '../exchange-error.ts';
import type { MetricPoint } from '../metric-history.ts';
import { at, listAt, numberAt, textAt } from '../shape.ts';
import { MlflowRefusal, type MlflowClient } from './client.ts';
import type { MlflowArtifact, MlflowDataset } from './mlflow-run.ts';
import type { FoundRun } from './read-file-store.ts';

const pageSize = 100;
const historyPage = 10_000;
const mostPoints = 1_000_000;
const mostArtifacts = 10_000;
const deepest = 16;
/** A server that turns pages for ever is not worth waiting for. */
const mostPages = 10_000;

/**
 * @param experiments only these, by name or id; all without it
 * @throws ExchangeError when the server cannot be reached, or lacks a wanted experiment
 */
export async function* readServer(client: MlflowClient, experiments: readonly string[] = []): AsyncGenerator<FoundRun> {
  const known: { readonly id: string; readonly name: string }[] = [];
  for await (const one of pages(client, 'experiments/search', 'experiments', { max_results: pageSize })) {
    const id = textAt(one, 'experiment_id');
    if (id !== undefined) known.push({ id, name: textAt(one, 'name') ?? id });
  }
  for (const wanted of experiments) {
    if (!known.some(({ id, name }) => id === wanted || name === wanted))
      throw new ExchangeError(
        'MLFLOW_EXPERIMENT_UNKNOWN',
        `There is no experiment "${wanted}".`,
        `There are: ${known.map(({ name }) => name).join(', ')}.`,
      );
  }
  for (const { id, name } of known) {
    if (experiments.length > 0 && !experiments.includes(id) && !experiments.includes(name)) continue;
    const body = { experiment_ids: [id], max_results: pageSize, order_by: ['attributes.start_time ASC'] };
    for await (const run of pages(client, 'runs/search', 'runs', body)) yield await completed(client, run, name);
  }
}

/** Items of all pages of a `POST …/search`. */
export async function* pages(
  client: MlflowClient,
  path: string,
  member: string,
  body: Readonly<Record<string, unknown>>,
): AsyncGenerator<unknown> {
  let token = '';
  for (let page = 0; page < mostPages; page++) {
    const answer = await client.post(path, { ...body, ...(token !== '' && { page_token: token }) });
    yield* listAt(answer, member);
    token = textAt(answer, 'next_page_token') ?? '';
    if (token === '') return;
  }
}

async function completed(client: MlflowClient, run: unknown, experiment: string): Promise<FoundRun> {
  const id = textAt(run, 'info', 'run_id') ?? textAt(run, 'info', 'run_uuid');
  const startTime = numberAt(run, 'info', 'start_time');
  if (
    id === undefined ||
    startTime === undefined ||
    !Number.isSafeInteger(startTime) ||
    startTime < 0 ||
    startTime > 8.64e15
  )
    return { problems: [nameless(id)] };
  try {
    const endTime = numberAt(run, 'info', 'end_time');
    const name = textAt(run, 'info', 'run_name');
    const user = textAt(run, 'info', 'user_id');
    const artifactUri = textAt(run, 'info', 'artifact_uri');
    const listed = await listArtifacts(client, id);
    return {
      run: {
        id,
        experiment,
        ...(name !== undefined && { name }),
        ...(user !== undefined && { user }),
        status: textAt(run, 'info', 'status') ?? 'RUNNING',
        startTime,
        ...(endTime !== undefined && endTime > 0 && { endTime }),
        ...(artifactUri !== undefined && { artifactUri }),
        params: pairs(listAt(run, 'data', 'params')),
        tags: pairs(listAt(run, 'data', 'tags')),
        history: await histories(client, id, listAt(run, 'data', 'metrics')),
        datasets: listAt(run, 'inputs', 'dataset_inputs').map(datasetOf),
        artifacts: listed.artifacts,
      },
      problems: listed.problems,
    };
  } catch (error) {
    // Of this run alone; a server that is gone ends the import.
    if (!(error instanceof MlflowRefusal)) throw error;
    return { problems: [{ ...problemOfExpected(error), message: `Run ${id}: ${error.message}` }] };
  }
}

async function histories(
  client: MlflowClient,
  run: string,
  metrics: readonly unknown[],
): Promise<readonly MetricPoint[]> {
  const history: MetricPoint[] = [];
  for (const key of metrics.flatMap((metric) => textAt(metric, 'key') ?? []).toSorted()) {
    let token = '';
    do {
      const answer = await client.get('metrics/get-history', {
        run_id: run,
        metric_key: key,
        max_results: String(historyPage),
        ...(token !== '' && { page_token: token }),
      });
      const points = listAt(answer, 'metrics');
      history.push(...points.flatMap((point) => pointOf(point, key)));
      if (history.length > mostPoints)
        throw new MlflowRefusal('TOO_LARGE', `it has more than ${mostPoints} metric steps.`, 'It is left out.');
      token = points.length === 0 ? '' : (textAt(answer, 'next_page_token') ?? '');
    } while (token !== '');
  }
  return history;
}

function pointOf(point: unknown, metric: string): readonly MetricPoint[] {
  const value = numberAt(point, 'value');
  if (value === undefined) return [];
  const time = numberAt(point, 'timestamp');
  return [{ metric, value: infinite(value), step: numberAt(point, 'step') ?? 0, ...(time !== undefined && { time }) }];
}

/** MLflow's SQL store cannot hold ±Infinity and writes the largest double instead; no metric is that by measure. */
const infinite = (value: number): number =>
  Math.abs(value) === Number.MAX_VALUE ? Math.sign(value) * Number.POSITIVE_INFINITY : value;

const pairs = (items: readonly unknown[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    items.flatMap((item) => {
      const key = textAt(item, 'key');
      return key === undefined ? [] : [[key, textAt(item, 'value') ?? '']];
    }),
  );

function datasetOf(input: unknown): MlflowDataset {
  const context = pairs(listAt(input, 'tags'))['mlflow.data.context'];
  return {
    name: textAt(input, 'dataset', 'name') ?? '',
    digest: textAt(input, 'dataset', 'digest') ?? '',
    sourceType: textAt(input, 'dataset', 'source_type') ?? '',
    source: textAt(input, 'dataset', 'source') ?? '',
    ...(context !== undefined && { context }),
  };
}

/** A server without an artifact store still has runs: what it says becomes a warning. */
async function listArtifacts(
  client: MlflowClient,
  run: string,
): Promise<{ readonly artifacts: readonly MlflowArtifact[]; readonly problems: readonly Problem[] }> {
  const artifacts: MlflowArtifact[] = [];
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  try {
    for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
      const { path, depth } = next;
      let token = '';
      do {
        const answer = await client.get('artifacts/list', {
          run_id: run,
          ...(path !== '' && { path }),
          ...(token !== '' && { page_token: token }),
        });
        for (const file of listAt(answer, 'files')) {
          const name = textAt(file, 'path') ?? '';
          const bytes = numberAt(file, 'file_size');
          if (at(file, 'is_dir') === true) {
            if (depth < deepest && name !== path) folders.push({ path: name, depth: depth + 1 });
          } else artifacts.push({ path: name, ...(bytes !== undefined && { bytes }) });
        }
        if (artifacts.length + folders.length > mostArtifacts)
          return { artifacts, problems: [unlisted(run, `it has more than ${mostArtifacts} files`)] };
        token = textAt(answer, 'next_page_token') ?? '';
      } while (token !== '');
    }
    return { artifacts, problems: [] };
  } catch (error) {
    if (!(error instanceof MlflowRefusal)) throw error;
    return { artifacts, problems: [unlisted(run, error.message)] };
  }
}

const unlisted = (run: string, why: string): Problem => ({
  code: 'MLFLOW_ARTIFACTS_UNLISTED',
  severity: 'warning',
  message: `The artifacts of run ${run} could not all be listed: ${why.replace(/\.$/, '')}.`,
  hint: 'The run itself is imported.',
});

const nameless = (id: string | undefined): Problem => ({
  code: 'MLFLOW_RUN_BROKEN',
  severity: 'error',
  message: `The server lists a run without ${id === undefined ? 'an id' : `a start (${id})`}.`,
  hint: 'It is left out.',
});
