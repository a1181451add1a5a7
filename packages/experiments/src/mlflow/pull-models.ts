// MLflow's registered models into our registry: version N is vN.0.0 on the commit its run was made from; aliases are labels.
import {
  isRegistryName,
  parseVersion,
  type History,
  type Problem,
  type RegisteredVersion,
  type Registry,
} from '@pawl/core';
import { MlflowRefusal, type MlflowClient } from './client.ts';
import { ExchangeError } from '../exchange-error.ts';
import { listAt, textAt } from '../shape.ts';
import { modelNames, readModel, versionTags, type MlflowModel, type MlflowVersion } from './model-registry.ts';

export interface PullModelsPorts {
  readonly client: MlflowClient;
  readonly registry: Pick<Registry, 'list' | 'register'>;
  readonly history: Pick<History, 'resolve'>;
  /** Moves a label by the rules of this repository; a problem when they are against it. */
  readonly moveLabel: (version: RegisteredVersion, label: string, message: string) => Promise<Problem | undefined>;
}

export interface PullModelsOptions {
  /** All models without it. */
  readonly names: readonly string[];
  /** The name here, for one model whose name cannot be one. */
  readonly as?: string;
  /** Commit of versions whose run tells none. */
  readonly commit?: string;
}

export interface PulledModels {
  readonly registered: readonly {
    readonly name: string;
    readonly version: string;
    readonly commit: string;
    readonly mlflowVersion: number;
  }[];
  readonly present: number;
  readonly labelled: readonly { readonly name: string; readonly version: string; readonly label: string }[];
  readonly skipped: number;
  readonly problems: readonly Problem[];
}

/** @throws ExchangeError when the server cannot be reached or lacks a wanted model */
export async function pullModels(
  ports: PullModelsPorts,
  { names, as, commit }: PullModelsOptions,
): Promise<PulledModels> {
  const { client } = ports;
  const wanted = names.length > 0 ? names : await modelNames(client);
  if (as !== undefined && wanted.length !== 1)
    throw new ExchangeError(
      'REGISTRY_AS',
      `One name cannot stand for ${wanted.length} models.`,
      'Name one model with --as.',
    );
  const total = {
    registered: [] as PulledModels['registered'][number][],
    present: 0,
    labelled: [] as PulledModels['labelled'][number][],
    skipped: 0,
    problems: [] as Problem[],
  };
  for (const wantedName of wanted) {
    const model = await readModel(client, wantedName);
    if (model === undefined)
      throw new ExchangeError(
        'MLFLOW_MODEL_UNKNOWN',
        `MLflow has no registered model "${wantedName}".`,
        'Its page "Models" lists them.',
      );
    const name = as ?? model.name;
    if (!isRegistryName(name)) {
      total.skipped += Math.max(1, model.versions.length);
      total.problems.push(noName(model.name));
      continue;
    }
    for (const version of model.versions) {
      const target = versionHere(version);
      const here = (await ports.registry.list(name)).find((one) => one.version === target);
      if (here !== undefined) {
        total.present += 1;
        continue;
      }
      const made = await register(ports, { model, version, name, target }, commit);
      if ('problem' in made) {
        total.skipped += 1;
        total.problems.push(made.problem);
      } else
        total.registered.push({ name, version: made.version, commit: made.commit, mlflowVersion: version.version });
    }
    const labels = await pullAliases(ports, model, name);
    total.labelled.push(...labels.labelled);
    total.skipped += labels.problems.length;
    total.problems.push(...labels.problems);
  }
  return total;
}

interface Wish {
  readonly model: MlflowModel;
  readonly version: MlflowVersion;
  readonly name: string;
  readonly target: string;
}

/** One that we pushed is itself again; any other takes MLflow's number. */
function versionHere({ version, tags }: MlflowVersion): string {
  const ours = tags[versionTags.version];
  return ours !== undefined && parseVersion(ours) !== undefined ? ours : `v${version}.0.0`;
}

async function register(
  ports: PullModelsPorts,
  wish: Wish,
  fallback: string | undefined,
): Promise<RegisteredVersion | { readonly problem: Problem }> {
  const { model, version, name, target } = wish;
  const commit = await commitOf(ports, version, fallback);
  if (commit === undefined) return { problem: noCommit(wish) };
  const lines = [`MLflow model ${model.name} version ${version.version}`];
  const trailers = [
    version.runId !== '' && `MLflow-Run: ${version.runId}`,
    version.source !== '' && `MLflow-Source: ${version.source}`,
  ].filter((line) => line !== false);
  if (version.description !== '') lines.push('', version.description);
  if (trailers.length > 0) lines.push('', ...trailers.map((line) => line.replaceAll(/\s+/g, ' ')));
  try {
    return await ports.registry.register({ name, version: target, commit, message: lines.join('\n') });
  } catch (error) {
    // A commit or a number that is taken is this version's trouble, not the others'.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('REGISTRY_'))
      return { problem: refusedHere(wish, error) };
    throw error;
  }
}

async function commitOf(
  { client, history }: PullModelsPorts,
  version: MlflowVersion,
  fallback: string | undefined,
): Promise<string | undefined> {
  const told =
    version.tags[versionTags.commit] ?? (version.runId === '' ? undefined : await commitOfRun(client, version.runId));
  // A hash and nothing else: text from a server is never a revision that Git interprets.
  const known = told !== undefined && /^[0-9a-f]{7,64}$/.test(told) ? await history.resolve(told) : undefined;
  return known ?? (fallback === undefined ? undefined : history.resolve(fallback));
}

async function commitOfRun(client: MlflowClient, id: string): Promise<string | undefined> {
  try {
    const run = await client.get('runs/get', { run_id: id });
    const tag = listAt((run as { run?: { data?: unknown } }).run?.data, 'tags').find(
      (one) => textAt(one, 'key') === 'mlflow.source.git.commit',
    );
    return textAt(tag, 'value');
  } catch (error) {
    if (error instanceof MlflowRefusal) return undefined;
    throw error;
  }
}

async function pullAliases(
  { registry, moveLabel }: PullModelsPorts,
  model: MlflowModel,
  name: string,
): Promise<{
  readonly labelled: readonly { readonly name: string; readonly version: string; readonly label: string }[];
  readonly problems: readonly Problem[];
}> {
  const labelled: { name: string; version: string; label: string }[] = [];
  const problems: Problem[] = [];
  const here = await registry.list(name);
  for (const [alias, number] of Object.entries(model.aliases)) {
    const there = model.versions.find(({ version }) => version === number);
    const version = there === undefined ? undefined : here.find((one) => one.version === versionHere(there));
    if (version === undefined) problems.push(noVersion(name, alias, number));
    else if (!isRegistryName(alias) || alias === 'latest') problems.push(noLabel(name, alias));
    else if (!version.labels.includes(alias)) {
      const problem = await moveLabel(
        version,
        alias,
        `MLflow model ${model.name}: alias ${alias} is version ${number}`,
      );
      if (problem === undefined) labelled.push({ name, version: version.version, label: alias });
      else problems.push(problem);
    }
  }
  return { labelled, problems };
}

const problem = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });

const noName = (name: string): Problem =>
  problem(
    'REGISTRY_NAME',
    `The MLflow model ${JSON.stringify(name)} cannot have that name here.`,
    'Pull it by itself, with --as NAME: letters, digits, "-", "_" and "/".',
  );

const noCommit = ({ model, version }: Wish): Problem =>
  problem(
    'MLFLOW_VERSION_NO_COMMIT',
    `Version ${version.version} of MLflow model ${model.name} tells no commit that is in this repository.`,
    'A version here is a commit: fetch it, or name one with --commit (for example --commit HEAD).',
  );

const refusedHere = ({ model, version, target }: Wish, error: Error): Problem =>
  problem(
    'MLFLOW_VERSION_REFUSED',
    `Version ${version.version} of MLflow model ${model.name} cannot be ${target} here: ${error.message}`,
    'The other versions are registered.',
  );

const noVersion = (name: string, alias: string, number: number): Problem =>
  problem(
    'MLFLOW_ALIAS_NO_VERSION',
    `The alias ${alias} of ${name} points to version ${number}, which is not registered here.`,
    'See why above, and pull again.',
  );

const noLabel = (name: string, alias: string): Problem =>
  problem(
    'MLFLOW_ALIAS_NAME',
    `The alias ${JSON.stringify(alias)} of ${name} cannot be a label here.`,
    'Labels hold letters, digits, "-" and "_", and begin and end with a letter or a digit.',
  );
