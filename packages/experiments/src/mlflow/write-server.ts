// Our runs to a tracking server. Found again by the tag `pawl.run_id`, so that a second push, or one after a crash, adds nothing twice.
import { listAt, textAt } from '../shape.ts';
import { MlflowRefusal, type MlflowClient } from './client.ts';
import { pawlTags } from './mlflow-run.ts';
import type { OutgoingPoint, OutgoingRun } from './outgoing-run.ts';
import { pages } from './read-server.ts';
import type { MlflowTarget } from './write-file-store.ts';

/** What one `runs/log-batch` takes: 1,000 metrics, 100 parameters, 100 tags, 1 MB. */
const batch = { metrics: 1000, params: 100, tags: 100, characters: 700_000 };

export function serverTarget(client: MlflowClient): MlflowTarget {
  const experiments = new Map<string, string>();
  return {
    write: async (run) => {
      if (run.mlflowId !== undefined && (await exists(client, run.mlflowId)))
        return { id: run.mlflowId, present: true };
      const experiment = experiments.get(run.experiment) ?? (await experimentId(client, run.experiment));
      experiments.set(run.experiment, experiment);
      const found = await findRun(client, experiment, run.id);
      if (found?.ended === true) return { id: found.id, present: true };
      // Created and never ended: an earlier push was cut off. MLflow takes the same points and tags again as no change.
      const id = found?.id ?? (await createRun(client, experiment, run));
      await logAll(client, id, run);
      await client.post('runs/update', { run_id: id, status: run.status, end_time: run.endTime });
      return { id, present: false };
    },
  };
}

async function exists(client: MlflowClient, id: string): Promise<boolean> {
  try {
    await client.get('runs/get', { run_id: id });
    return true;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.refusal === 'RESOURCE_DOES_NOT_EXIST') return false;
    throw error;
  }
}

async function experimentId(client: MlflowClient, name: string): Promise<string> {
  try {
    const found = await client.get('experiments/get-by-name', { experiment_name: name });
    const id = textAt(found, 'experiment', 'experiment_id');
    if (id !== undefined) return id;
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.refusal !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
  return textAt(await client.post('experiments/create', { name }), 'experiment_id') ?? '';
}

async function findRun(
  client: MlflowClient,
  experiment: string,
  pawlId: string,
): Promise<{ readonly id: string; readonly ended: boolean } | undefined> {
  const body = { experiment_ids: [experiment], filter: `tags.\`${pawlTags.runId}\` = '${pawlId}'`, max_results: 1 };
  for await (const run of pages(client, 'runs/search', 'runs', body)) {
    const id = textAt(run, 'info', 'run_id');
    if (id !== undefined) return { id, ended: textAt(run, 'info', 'status') !== 'RUNNING' };
  }
  return undefined;
}

async function createRun(client: MlflowClient, experiment: string, run: OutgoingRun): Promise<string> {
  const made = await client.post('runs/create', {
    experiment_id: experiment,
    user_id: run.user,
    run_name: run.name,
    start_time: run.startTime,
    tags: [{ key: pawlTags.runId, value: run.id }],
  });
  return textAt(made, 'run', 'info', 'run_id') ?? '';
}

async function logAll(client: MlflowClient, id: string, run: OutgoingRun): Promise<void> {
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => ({ key, value }));
  for (const params of chunks(pairs(run.params), batch.params))
    await client.post('runs/log-batch', { run_id: id, params });
  for (const tags of chunks(pairs(run.tags), batch.tags)) await client.post('runs/log-batch', { run_id: id, tags });
  for (const metrics of chunks(run.history.map(metricOf), batch.metrics))
    await client.post('runs/log-batch', { run_id: id, metrics });
  const datasets = run.datasets.map(({ name, digest, sourceType, source, context }) => ({
    dataset: { name, digest, source_type: sourceType, source },
    tags: context === undefined ? [] : [{ key: 'mlflow.data.context', value: context }],
  }));
  if (datasets.length > 0) await client.post('runs/log-inputs', { run_id: id, datasets });
}

/** JSON has no NaN; protobuf's JSON writes it, and Infinity, as text. */
const metricOf = ({ metric, value, step, time }: OutgoingPoint) => ({
  key: metric,
  value: Number.isFinite(value) ? value : String(value),
  timestamp: time,
  step,
});

function* chunks<T>(items: readonly T[], count: number): Generator<readonly T[]> {
  let chunk: T[] = [];
  let characters = 0;
  for (const item of items) {
    const size = JSON.stringify(item).length;
    if (chunk.length === count || (chunk.length > 0 && characters + size > batch.characters)) {
      yield chunk;
      chunk = [];
      characters = 0;
    }
    chunk.push(item);
    characters += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** Ids of runs that this server holds for a commit, newest first: what a model version may be linked with. */
export async function runsOfCommit(
  client: MlflowClient,
  experiment: string,
  commit: string,
): Promise<readonly string[]> {
  try {
    const id = textAt(
      await client.get('experiments/get-by-name', { experiment_name: experiment }),
      'experiment',
      'experiment_id',
    );
    const answer = await client.post('runs/search', {
      experiment_ids: id === undefined ? [] : [id],
      filter: `tags.\`mlflow.source.git.commit\` = '${commit}'`,
      order_by: ['attributes.start_time DESC'],
      max_results: 10,
    });
    return listAt(answer, 'runs').flatMap((run) => textAt(run, 'info', 'run_id') ?? []);
  } catch (error) {
    if (error instanceof MlflowRefusal) return [];
    throw error;
  }
}
