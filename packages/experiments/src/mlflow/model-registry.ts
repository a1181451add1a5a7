// MLflow's registered models as they stand on a server: versions, aliases, tags. Prompts are registered models with a tag.
import { listAt, textAt, numberAt, at } from '../shape.ts';
import { MlflowRefusal, type MlflowClient } from './client.ts';

export interface MlflowVersion {
  readonly version: number;
  readonly description: string;
  readonly runId: string;
  readonly source: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MlflowModel {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Alias → version. */
  readonly aliases: Readonly<Record<string, number>>;
  /** Oldest first. */
  readonly versions: readonly MlflowVersion[];
}

/** Tags on a version in MLflow that say which of ours it is. */
export const versionTags = { version: 'pawl.version', commit: 'pawl.commit', digest: 'pawl.digest' } as const;

const promptTag = 'mlflow.prompt.is_prompt';
const pageSize = 100;
const mostPages = 1000;

export const isPromptModel = ({ tags }: Pick<MlflowModel, 'tags'>): boolean => tags[promptTag] === 'true';

/** Names of all models; prompts are none. */
export async function modelNames(client: MlflowClient): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const model of getPages(client, 'registered-models/search', 'registered_models', {})) {
    const name = textAt(model, 'name');
    if (name !== undefined && !isPromptModel({ tags: tagsOf(model) })) names.push(name);
  }
  return names.toSorted();
}

/** Undefined when the server has none of that name. */
export async function readModel(client: MlflowClient, name: string): Promise<MlflowModel | undefined> {
  const model = await modelOf(client, name);
  if (model === undefined) return undefined;
  const tags = tagsOf(model);
  // A search leaves prompts out unless it asks for them.
  const filter = `name='${name.replaceAll("'", "''")}'${isPromptModel({ tags }) ? ` AND tags.\`${promptTag}\` = 'true'` : ''}`;
  const versions: MlflowVersion[] = [];
  for await (const found of getPages(client, 'model-versions/search', 'model_versions', { filter })) {
    const version = numberAt(found, 'version');
    if (version === undefined || !Number.isSafeInteger(version) || version < 1) continue;
    versions.push({
      version,
      description: textAt(found, 'description') ?? '',
      runId: textAt(found, 'run_id') ?? '',
      source: textAt(found, 'source') ?? '',
      tags: tagsOf(found),
    });
  }
  return { name, tags, aliases: aliasesOf(model), versions: versions.toSorted((a, b) => a.version - b.version) };
}

export interface NewVersion {
  readonly name: string;
  readonly source: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly runId?: string;
}

export async function createModel(
  client: MlflowClient,
  name: string,
  tags: Readonly<Record<string, string>> = {},
  description = '',
): Promise<void> {
  await client.post('registered-models/create', { name, tags: tagList(tags), description });
}

/** @returns the number that MLflow gave it */
export async function createVersion(
  client: MlflowClient,
  { name, source, description, tags, runId }: NewVersion,
): Promise<number> {
  const body = { name, source, description, tags: tagList(tags), ...(runId !== undefined && { run_id: runId }) };
  return numberAt(await client.post('model-versions/create', body), 'model_version', 'version') ?? 0;
}

export async function setAlias(client: MlflowClient, name: string, alias: string, version: number): Promise<void> {
  await client.post('registered-models/alias', { name, alias, version: String(version) });
}

/** What MLflow refuses as an alias: `latest`, `v3`, and other than letters, digits, `_` and `-`. */
export const canBeAlias = (label: string): boolean => /^[\w-]{1,255}$/.test(label) && !/^(?:latest|v\d+)$/i.test(label);

async function modelOf(client: MlflowClient, name: string): Promise<unknown> {
  try {
    return at(await client.get('registered-models/get', { name }), 'registered_model');
  } catch (error) {
    if (error instanceof MlflowRefusal && error.refusal === 'RESOURCE_DOES_NOT_EXIST') return undefined;
    throw error;
  }
}

async function* getPages(
  client: MlflowClient,
  path: string,
  member: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<unknown> {
  let token = '';
  for (let page = 0; page < mostPages; page++) {
    const answer = await client.get(path, {
      ...query,
      max_results: String(pageSize),
      ...(token !== '' && { page_token: token }),
    });
    yield* listAt(answer, member);
    token = textAt(answer, 'next_page_token') ?? '';
    if (token === '') return;
  }
}

const tagsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(listAt(value, 'tags').map((tag) => [textAt(tag, 'key') ?? '', textAt(tag, 'value') ?? '']));

const aliasesOf = (model: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(
    listAt(model, 'aliases').flatMap((one) => {
      const alias = textAt(one, 'alias');
      const version = numberAt(one, 'version');
      return alias === undefined || version === undefined ? [] : [[alias, version]];
    }),
  );

const tagList = (tags: Readonly<Record<string, string>>): readonly { key: string; value: string }[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));
