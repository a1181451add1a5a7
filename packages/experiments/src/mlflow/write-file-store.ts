// Our runs as a file store that `mlflow ui` and its client read. A run appears whole or not at all: it is written aside and renamed.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, stringify } from 'yaml';
import { ExchangeError } from '../exchange-error.ts';
import { textAt } from '../shape.ts';
import { openSourceFolder, type SourceFolder } from '../source-folder.ts';
import type { MlflowDataset } from './mlflow-run.ts';
import type { OutgoingPoint, OutgoingRun } from './outgoing-run.ts';

export interface MlflowTarget {
  /** MLflow's id of the run; `present` when it is there already. */
  write(run: OutgoingRun): Promise<{ readonly id: string; readonly present: boolean }>;
}

const statusNumbers = { FINISHED: 3, FAILED: 4, KILLED: 5 } as const;

/** @throws ExchangeError when the folder holds something else than a file store */
export async function fileStoreTarget(path: string): Promise<MlflowTarget> {
  await mkdir(path, { recursive: true });
  const folder = await openSourceFolder(path);
  const experiments = await experimentsIn(folder);
  return {
    write: async (run) => {
      const experiment = experiments.get(run.experiment) ?? (await makeExperiment(folder.path, run.experiment));
      experiments.set(run.experiment, experiment);
      const id = run.mlflowId ?? hexOf(`pawl-run:${run.id}`).slice(0, 32);
      const place = join(folder.path, experiment, id);
      if (await exists(join(place, 'meta.yaml'))) return { id, present: true };
      const aside = join(folder.path, '.trash', `pawl-${randomUUID()}`);
      try {
        await writeRun(aside, { run, id, experiment, place });
        await writeDatasets(join(folder.path, experiment, 'datasets'), run.datasets);
        await rename(aside, place);
      } finally {
        await rm(aside, { recursive: true, force: true });
      }
      return { id, present: false };
    },
  };
}

/** Name → folder. */
async function experimentsIn(folder: SourceFolder): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of await folder.names('.', 'folder')) {
    const meta = await folder.text(`${name}/meta.yaml`).catch(() => undefined);
    if (meta !== undefined) found.set(nameIn(meta) ?? name, name);
  }
  const others = (await readdir(folder.path)).filter((name) => name !== '.trash' && name !== 'models');
  if (found.size === 0 && others.length > 0)
    throw new ExchangeError(
      'EXPORT_FOLDER_TAKEN',
      `"${folder.path}" holds other things than an MLflow file store.`,
      'Name an empty folder, a new one, or a folder "mlruns".',
    );
  return found;
}

function nameIn(meta: string): string | undefined {
  try {
    return textAt(parse(meta, { maxAliasCount: 10, logLevel: 'error' }), 'name');
  } catch {
    return undefined;
  }
}

async function makeExperiment(root: string, name: string): Promise<string> {
  // MLflow's own ids are 18 digits; of the name, so that two exports agree.
  const id = String(BigInt(`0x${hexOf(`pawl-experiment:${name}`).slice(0, 14)}`))
    .padStart(18, '0')
    .replace(/^0/, '1');
  await mkdir(join(root, id), { recursive: true });
  const meta = {
    artifact_location: pathToFileURL(join(root, id)).href,
    creation_time: 0,
    experiment_id: id,
    last_update_time: 0,
    lifecycle_stage: 'active',
    name,
  };
  await writeFile(join(root, id, 'meta.yaml'), yamlOf(meta));
  return id;
}

interface Written {
  readonly run: OutgoingRun;
  readonly id: string;
  readonly experiment: string;
  /** Where the run will be; its artifact address is of there. */
  readonly place: string;
}

async function writeRun(aside: string, { run, id, experiment, place }: Written): Promise<void> {
  for (const name of ['metrics', 'params', 'tags', 'artifacts']) await mkdir(join(aside, name), { recursive: true });
  await writeFile(
    join(aside, 'meta.yaml'),
    yamlOf({
      artifact_uri: `${pathToFileURL(place).href}/artifacts`,
      end_time: run.endTime,
      entry_point_name: '',
      experiment_id: experiment,
      lifecycle_stage: 'active',
      run_id: id,
      run_name: run.name,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: run.startTime,
      status: statusNumbers[run.status],
      tags: [],
      user_id: run.user,
    }),
  );
  await writeTexts(join(aside, 'params'), run.params);
  await writeTexts(join(aside, 'tags'), run.tags);
  const lines = Map.groupBy(run.history, ({ metric }) => metric);
  await writeTexts(
    join(aside, 'metrics'),
    Object.fromEntries([...lines].map(([metric, points]) => [metric, points.map(lineOf).join('')])),
  );
  for (const dataset of run.datasets) {
    const meta = {
      destination_id: id,
      destination_type: 'RUN',
      source_id: datasetId(dataset),
      source_type: 'DATASET',
      tags: dataset.context === undefined ? {} : { 'mlflow.data.context': dataset.context },
    };
    const input = join(aside, 'inputs', hexOf(`${datasetId(dataset)}:${id}`).slice(0, 32));
    await mkdir(input, { recursive: true });
    await writeFile(join(input, 'meta.yaml'), yamlOf(meta));
  }
}

async function writeDatasets(folder: string, datasets: readonly MlflowDataset[]): Promise<void> {
  for (const dataset of datasets) {
    const place = join(folder, datasetId(dataset));
    await mkdir(place, { recursive: true });
    const { name, digest, sourceType, source } = dataset;
    await writeFile(
      join(place, 'meta.yaml'),
      yamlOf({ digest, name, profile: null, schema: null, source, source_type: sourceType }),
    );
  }
}

const datasetId = ({ name, digest }: MlflowDataset): string => hexOf(`${name}\0${digest}`).slice(0, 32);

/** Names with `/` are folders. A name that is also another's folder gets a `_`: MLflow itself could not hold both either. */
async function writeTexts(folder: string, texts: Readonly<Record<string, string>>): Promise<void> {
  const names = Object.keys(texts);
  const folders = new Set(
    names.flatMap((name) =>
      name
        .split('/')
        .slice(0, -1)
        .map((_, depth, parts) => parts.slice(0, depth + 1).join('/')),
    ),
  );
  for (const [name, text] of Object.entries(texts)) {
    const file = join(folder, folders.has(name) ? `${name}_` : name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

function lineOf({ value, step, time }: OutgoingPoint): string {
  const written = Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
  return `${time} ${written} ${step}\n`;
}

const yamlOf = (value: unknown): string => stringify(value, { lineWidth: 0 });
const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
