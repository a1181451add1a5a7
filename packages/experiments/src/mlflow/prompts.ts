// Prompts to MLflow's prompt registry and from it. A version is known by its tag `pawl.version`, and else by what it tells the model.
import { promptDigest, type Problem, type Prompt, type RegisteredVersion, type Sha256 } from '@pawl/core';
import { isMap, parseDocument, type Document } from 'yaml';
import { ExchangeError } from '../exchange-error.ts';
import type { MlflowClient } from './client.ts';
import {
  createModel,
  createVersion,
  isPromptModel,
  readModel,
  versionTags,
  type MlflowModel,
  type MlflowVersion,
} from './model-registry.ts';
import { promptModelTags, promptOfVersion, tagsOfPrompt, type PromptContent } from './prompt-template.ts';
import { pushLabels } from './push-models.ts';

export interface PromptVersion {
  readonly version: RegisteredVersion;
  /** As it was at that version's commit. */
  readonly prompt: Prompt;
}

export interface PushedPrompt {
  readonly created: readonly { readonly version: string; readonly mlflowVersion: number }[];
  readonly present: number;
  readonly aliased: readonly { readonly alias: string; readonly mlflowVersion: number }[];
  readonly problems: readonly Problem[];
}

export interface PulledPrompt {
  readonly mlflowVersion: number;
  readonly message: string;
  readonly content: PromptContent;
  /** Alias → digest and version of ours that it stands for there. */
  readonly aliases: readonly {
    readonly alias: string;
    readonly mlflowVersion: number;
    readonly version?: string;
    readonly digest?: string;
  }[];
  readonly problems: readonly Problem[];
}

/** MLflow's own placeholder: a prompt has no artifacts, and its servers refuse every other source. */
const promptSource = 'dummy-source';

/** @throws ExchangeError when the server cannot be reached, or the name is a model there */
export async function pushPrompt(
  client: MlflowClient,
  name: string,
  versions: readonly PromptVersion[],
  sha256: Sha256,
): Promise<PushedPrompt> {
  if (!/^[a-zA-Z0-9_.-]+$/.test(name))
    throw new ExchangeError(
      'MLFLOW_PROMPT_NAME',
      `MLflow does not take "${name}" as a prompt's name.`,
      'It allows letters, digits, "_", "-" and ".".',
    );
  const model = await promptModel(client, name, versions[0]?.prompt.description ?? '');
  const numbers = numbersOfPrompt(model, sha256, versions);
  const created: { version: string; mlflowVersion: number }[] = [];
  const problems: Problem[] = [];
  // Ours are listed highest first; MLflow counts up.
  for (const { version, prompt } of versions.toReversed()) {
    if (numbers.has(version.version)) continue;
    const written = tagsOfPrompt(prompt, name);
    problems.push(...written.problems);
    const mlflowVersion = await createVersion(client, {
      name,
      source: promptSource,
      description: version.message,
      tags: {
        ...written.tags,
        [versionTags.version]: version.version,
        [versionTags.commit]: version.commit,
        [versionTags.digest]: promptDigest(prompt, sha256),
      },
    });
    numbers.set(version.version, mlflowVersion);
    created.push({ version: version.version, mlflowVersion });
  }
  const labels = await pushLabels(
    client,
    { name, model, numbers },
    versions.map(({ version }) => version),
  );
  return {
    created,
    present: versions.length - created.length,
    aliased: labels.aliased.map(({ alias, mlflowVersion }) => ({ alias, mlflowVersion })),
    problems: [...problems, ...labels.problems],
  };
}

/**
 * @param wanted a number or an alias; the newest version without it
 * @throws ExchangeError when there is no such prompt or version, or it cannot be a prompt file
 */
export async function pullPrompt(
  client: MlflowClient,
  name: string,
  wanted: string | undefined,
  sha256: Sha256,
): Promise<PulledPrompt> {
  const model = await readModel(client, name);
  if (model === undefined || !isPromptModel(model))
    throw new ExchangeError(
      'MLFLOW_PROMPT_UNKNOWN',
      `MLflow has no prompt "${name}".`,
      'Its page "Prompts" lists them.',
    );
  const version = chosen(model, wanted);
  const read = promptOfVersion(version, name);
  if (read.content === undefined) {
    const [problem] = read.problems;
    throw new ExchangeError(problem?.code ?? 'MLFLOW_PROMPT_REFUSED', problem?.message ?? '', problem?.hint);
  }
  const aliases = Object.entries(model.aliases).map(([alias, number]) => {
    const target = model.versions.find((one) => one.version === number);
    const content = target === undefined ? undefined : promptOfVersion(target, name).content;
    const ours = target?.tags[versionTags.version];
    return {
      alias,
      mlflowVersion: number,
      ...(ours !== undefined && { version: ours }),
      ...(content !== undefined && { digest: promptDigest(content, sha256) }),
    };
  });
  return {
    mlflowVersion: version.version,
    message: version.description,
    content: read.content,
    aliases,
    problems: read.problems,
  };
}

/**
 * The prompt file with what MLflow has. Comments, cases, evaluators and everything else stay as they are.
 * @param text the file as it is; undefined for a new one
 * @returns the same text when nothing differs
 */
export function mergePrompt(text: string | undefined, name: string, content: PromptContent): string {
  const document: Document = parseDocument(text ?? '', { strict: true });
  if (document.contents === null) document.contents = document.createNode({ name });
  if (!isMap(document.contents))
    throw new ExchangeError(
      'PROMPT_NOT_YAML',
      `The prompt file of ${name} is no map.`,
      'Mend or remove it, and pull again.',
    );
  const now = (document.toJS({ maxAliasCount: 100 }) ?? {}) as Readonly<Record<string, unknown>>;
  let changed = text === undefined;
  for (const key of ['model', 'modelParameters', 'responseFormat', 'jsonSchema', 'messages'] as const) {
    const value = content[key];
    // What MLflow does not say is kept: a prompt there has no model unless somebody gave it one.
    if (value === undefined || JSON.stringify(now[key]) === JSON.stringify(value)) continue;
    document.set(key, document.createNode(value));
    changed = true;
  }
  return changed ? document.toString({ lineWidth: 0 }) : (text ?? '');
}

async function promptModel(client: MlflowClient, name: string, description: string): Promise<MlflowModel> {
  const model = await readModel(client, name);
  if (model === undefined) {
    await createModel(client, name, promptModelTags, description);
    return { name, tags: promptModelTags, aliases: {}, versions: [] };
  }
  if (!isPromptModel(model))
    throw new ExchangeError(
      'MLFLOW_IS_MODEL',
      `"${name}" is a model in MLflow, not a prompt.`,
      'MLflow keeps both under one name: rename one of them.',
    );
  return model;
}

/** Our version → MLflow's number: by tag, and where somebody else made it by what it says. */
function numbersOfPrompt(model: MlflowModel, sha256: Sha256, versions: readonly PromptVersion[]): Map<string, number> {
  const tagged = model.versions.flatMap(({ version, tags }) => {
    const ours = tags[versionTags.version];
    return ours === undefined ? [] : [[ours, version] as const];
  });
  const digests = new Map<string, number>();
  for (const version of model.versions) {
    if (version.tags[versionTags.version] !== undefined) continue;
    const { content } = promptOfVersion(version, model.name);
    if (content !== undefined) digests.set(promptDigest(content, sha256), version.version);
  }
  const said = versions.flatMap(({ version, prompt }) => {
    const number = digests.get(promptDigest(prompt, sha256));
    return number === undefined ? [] : [[version.version, number] as const];
  });
  return new Map([...said, ...tagged]);
}

function chosen(model: MlflowModel, wanted: string | undefined): MlflowVersion {
  const number =
    wanted === undefined ? model.versions.at(-1)?.version : (model.aliases[wanted] ?? Number(wanted.replace(/^v/, '')));
  const version = model.versions.find((one) => one.version === number);
  if (version !== undefined) return version;
  const known = [...model.versions.map((one) => String(one.version)), ...Object.keys(model.aliases)].join(', ');
  throw new ExchangeError(
    'MLFLOW_PROMPT_UNKNOWN',
    `The MLflow prompt ${model.name} has no version ${wanted ?? ''}.`.replace(' .', '.'),
    known === '' ? 'It has none at all.' : `There are: ${known}.`,
  );
}
