// Our versions and labels to MLflow's model registry: each version once, known by its tag `pawl.version`; labels are aliases.
import type { Problem, RegisteredVersion } from '@pawl/core';
import { ExchangeError } from '../exchange-error.ts';
import type { MlflowClient } from './client.ts';
import {
  canBeAlias,
  createModel,
  createVersion,
  isPromptModel,
  readModel,
  setAlias,
  versionTags,
  type MlflowModel,
} from './model-registry.ts';
import { runsOfCommit } from './write-server.ts';

export interface PushedModels {
  readonly created: readonly {
    readonly name: string;
    readonly version: string;
    readonly mlflowVersion: number;
    readonly runId?: string;
  }[];
  readonly present: number;
  readonly aliased: readonly { readonly name: string; readonly alias: string; readonly mlflowVersion: number }[];
  readonly skipped: number;
  readonly problems: readonly Problem[];
}

/**
 * @param versions of the names to push, in any order
 * @throws ExchangeError when the server cannot be reached, or a version is refused
 */
export async function pushModels(client: MlflowClient, versions: readonly RegisteredVersion[]): Promise<PushedModels> {
  const total = {
    created: [] as PushedModels['created'][number][],
    present: 0,
    aliased: [] as PushedModels['aliased'][number][],
    skipped: 0,
    problems: [] as Problem[],
  };
  for (const [name, unsorted] of Map.groupBy(versions, (version) => version.name)) {
    if (/[/:]/.test(name)) {
      total.skipped += unsorted.length;
      total.problems.push(noName(name));
      continue;
    }
    const model = await modelFor(client, name);
    if (isPromptModel(model))
      throw new ExchangeError(
        'MLFLOW_IS_PROMPT',
        `"${name}" is a prompt in MLflow, not a model.`,
        'Push it with "pawl prompt push".',
      );
    const numbers = numbersOf(model);
    // Our lists are highest first; MLflow counts up.
    for (const version of unsorted.toReversed()) {
      if (numbers.has(version.version)) {
        total.present += 1;
        continue;
      }
      const [runId] = await runsOfCommit(client, name, version.commit);
      const number = await createVersion(client, {
        name,
        // MLflow wants an address. It takes one of a scheme it does not know, as long as its path is absolute.
        source: `pawl:/${name}/${version.version}`,
        description: version.message,
        tags: { [versionTags.version]: version.version, [versionTags.commit]: version.commit },
        ...(runId !== undefined && { runId }),
      });
      numbers.set(version.version, number);
      total.created.push({
        name,
        version: version.version,
        mlflowVersion: number,
        ...(runId !== undefined && { runId }),
      });
    }
    const aliases = await pushLabels(client, { name, model, numbers }, unsorted);
    total.aliased.push(...aliases.aliased);
    total.problems.push(...aliases.problems);
    total.skipped += aliases.problems.length;
  }
  return total;
}

async function modelFor(client: MlflowClient, name: string): Promise<MlflowModel> {
  const model = await readModel(client, name);
  if (model !== undefined) return model;
  await createModel(client, name);
  return { name, tags: {}, aliases: {}, versions: [] };
}

/** Our version → MLflow's number. One that we pulled from there is vN.0.0 and has no tag. */
export function numbersOf({ versions }: MlflowModel): Map<string, number> {
  return new Map(versions.map(({ version, tags }) => [tags[versionTags.version] ?? `v${version}.0.0`, version]));
}

interface Pushed {
  readonly name: string;
  readonly model: MlflowModel;
  readonly numbers: ReadonlyMap<string, number>;
}

/** A label that was taken away here keeps its alias there: somebody else may have set it. */
export async function pushLabels(
  client: MlflowClient,
  { name, model, numbers }: Pushed,
  versions: readonly RegisteredVersion[],
): Promise<{
  readonly aliased: readonly { readonly name: string; readonly alias: string; readonly mlflowVersion: number }[];
  readonly problems: readonly Problem[];
}> {
  const aliased: { name: string; alias: string; mlflowVersion: number }[] = [];
  const problems: Problem[] = [];
  for (const { version, labels } of versions) {
    const number = numbers.get(version);
    for (const label of labels) {
      if (!canBeAlias(label)) problems.push(noAlias(name, label));
      else if (number !== undefined && model.aliases[label] !== number) {
        await setAlias(client, name, label, number);
        aliased.push({ name, alias: label, mlflowVersion: number });
      }
    }
  }
  return { aliased, problems };
}

const noName = (name: string): Problem => ({
  code: 'MLFLOW_MODEL_NAME',
  severity: 'error',
  message: `MLflow does not take "${name}" as a model's name.`,
  hint: 'It allows neither "/" nor ":".',
});

const noAlias = (name: string, label: string): Problem => ({
  code: 'MLFLOW_ALIAS_NAME',
  severity: 'warning',
  message: `MLflow does not take the label "${label}" of ${name} as an alias.`,
  hint: 'It allows letters, digits, "_" and "-", but neither "latest" nor "v1".',
});
