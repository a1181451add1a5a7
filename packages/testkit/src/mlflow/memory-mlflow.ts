// The state and the rules of an MLflow server, in memory: experiments, runs, registered models, prompts.

export type Json = Record<string, unknown>;
interface Pair {
  readonly key: string;
  readonly value: string;
}
interface Run {
  readonly info: Json & { run_id: string; experiment_id: string; status: string };
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly points: (Json & { key: string; value: unknown; timestamp: number; step: number })[];
  /** Points that are there: MLflow takes the same one again as no change. */
  readonly known: Set<string>;
  readonly datasets: unknown[];
}
interface Version {
  readonly version: number;
  readonly body: Json;
}
interface Model {
  readonly name: string;
  readonly tags: readonly Pair[];
  readonly aliases: Map<string, string>;
  readonly versions: Version[];
}

/** What MLflow says no with: its code and its words. */
export class MlflowDoubleRefusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const promptTag = 'mlflow.prompt.is_prompt';
/** https://github.com/mlflow/mlflow/blob/master/mlflow/utils/validation.py */
const largestBatch = { metrics: 1000, params: 100, tags: 100 };

export type MlflowRoutes = Readonly<Record<string, (body: Json) => Json>>;

/** Path below /api/2.0/mlflow/ → what it does. */
export function mlflowRoutes(): MlflowRoutes {
  const experiments = new Map<string, string>([['0', 'Default']]);
  const runs = new Map<string, Run>();
  const models = new Map<string, Model>();
  const runOf = (id: unknown): Run => runs.get(String(id)) ?? missing(`Run with id=${String(id)} not found`);
  const modelOf = (name: unknown): Model =>
    models.get(String(name)) ?? missing(`Registered Model with name=${String(name)} not found`);
  const shown = ({ info, params, tags, points, datasets }: Run): Json => ({
    info,
    data: {
      params: pairs(params),
      tags: pairs(tags),
      metrics: [...new Map(points.map((point) => [point.key, point])).values()],
    },
    inputs: { dataset_inputs: datasets },
  });
  const shownModel = ({ name, tags, aliases }: Model): Json => ({
    name,
    tags,
    aliases: [...aliases].map(([alias, version]) => ({ alias, version })),
  });

  return {
    'experiments/search': (body) =>
      paged(
        [...experiments].map(([experiment_id, name]) => ({ experiment_id, name })),
        body,
        'experiments',
      ),
    'experiments/get-by-name': ({ experiment_name }) => {
      const [id] = [...experiments].find(([, name]) => name === experiment_name) ?? missing('no experiment');
      return { experiment: { experiment_id: id, name: experiment_name } };
    },
    'experiments/create': ({ name }) => {
      const experiment_id = String(experiments.size);
      experiments.set(experiment_id, String(name));
      return { experiment_id };
    },
    'runs/create': (body) => {
      const run_id = runs.size.toString(16).padStart(32, '0');
      const { experiment_id, run_name, start_time, user_id } = body;
      const info = {
        run_id,
        experiment_id: String(experiment_id),
        run_name,
        start_time,
        user_id,
        status: 'RUNNING',
        artifact_uri: `mlflow-artifacts:/${run_id}`,
      };
      const run: Run = { info, params: new Map(), tags: new Map(), points: [], known: new Set(), datasets: [] };
      for (const { key, value } of (body['tags'] ?? []) as readonly Pair[]) run.tags.set(key, value);
      runs.set(run_id, run);
      return { run: shown(run) };
    },
    'runs/get': ({ run_id }) => ({ run: shown(runOf(run_id)) }),
    'runs/update': ({ run_id, status, end_time }) => {
      Object.assign(runOf(run_id).info, { status, end_time });
      return {};
    },
    'runs/log-batch': ({ run_id, metrics = [], params = [], tags = [] }) => {
      const run = runOf(run_id);
      const lists = { metrics, params, tags } as Readonly<Record<'metrics' | 'params' | 'tags', readonly Pair[]>>;
      for (const kind of ['metrics', 'params', 'tags'] as const) {
        if (lists[kind].length > largestBatch[kind]) invalid(`more than ${largestBatch[kind]} ${kind} in a batch`);
      }
      for (const { key, value } of lists.params) run.params.set(key, value);
      for (const { key, value } of lists.tags) run.tags.set(key, value);
      for (const point of lists.metrics as unknown as Run['points']) {
        const written = JSON.stringify(point);
        if (!run.known.has(written)) run.points.push(point);
        run.known.add(written);
      }
      return {};
    },
    'runs/log-inputs': ({ run_id, datasets }) => {
      runOf(run_id).datasets.push(...(datasets as unknown[]));
      return {};
    },
    'runs/search': (body) => {
      const [, key, value] = /^tags\.`([^`]+)` = '([^']*)'$/.exec(String(body['filter'] ?? '')) ?? [];
      const wanted = [...runs.values()].filter(
        ({ info, tags }) =>
          (body['experiment_ids'] as readonly string[]).includes(info.experiment_id) &&
          (key === undefined || tags.get(key) === value),
      );
      return paged(wanted.map(shown), body, 'runs');
    },
    'metrics/get-history': ({ run_id, metric_key }) => ({
      metrics: runOf(run_id).points.filter(({ key }) => key === metric_key),
    }),
    'artifacts/list': () => ({ files: [] }),
    'registered-models/create': ({ name, tags = [] }) => {
      const model: Model = { name: String(name), tags: tags as readonly Pair[], aliases: new Map(), versions: [] };
      models.set(model.name, model);
      return { registered_model: shownModel(model) };
    },
    'registered-models/get': ({ name }) => ({ registered_model: shownModel(modelOf(name)) }),
    'registered-models/search': (body) =>
      paged([...models.values()].filter(({ tags }) => !isPrompt(tags)).map(shownModel), body, 'registered_models'),
    'registered-models/alias': ({ name, alias, version }) => {
      modelOf(name).aliases.set(String(alias), String(version));
      return {};
    },
    'model-versions/create': (body) => {
      const model = modelOf(body['name']);
      if (isPrompt(model.tags) && body['source'] !== 'dummy-source') invalid('Invalid prompt source');
      if (!isPrompt(model.tags) && !/^[\w-]+:\//.test(String(body['source']))) invalid('Invalid model version source');
      const version = model.versions.length + 1;
      const made = { ...body, version: String(version) };
      model.versions.push({ version, body: made });
      return { model_version: made };
    },
    'model-versions/search': (body) => {
      const [, name] = /^name='([^']*)'/.exec(String(body['filter'])) ?? [];
      const asksForPrompts = String(body['filter']).includes(promptTag);
      const { tags, versions } = modelOf(name);
      const found = isPrompt(tags) === asksForPrompts ? versions.map((version) => version.body) : [];
      return paged(found.toReversed(), body, 'model_versions');
    },
  };
}

const pairs = (values: ReadonlyMap<string, string>): readonly Pair[] =>
  [...values].map(([key, value]) => ({ key, value }));
const isPrompt = (tags: readonly Pair[]): boolean =>
  tags.some(({ key, value }) => key === promptTag && value === 'true');

function missing(message: string): never {
  throw new MlflowDoubleRefusal('RESOURCE_DOES_NOT_EXIST', message);
}

/** Two at a time, whatever is asked, so that every page is turned. */
function paged(items: readonly unknown[], { page_token = '0' }: Json, member: string): Json {
  const start = Number(page_token);
  const next = start + 2 < items.length ? { next_page_token: String(start + 2) } : {};
  return { [member]: items.slice(start, start + 2), ...next };
}

function invalid(message: string): never {
  throw new MlflowDoubleRefusal('INVALID_PARAMETER_VALUE', message);
}
