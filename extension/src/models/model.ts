// Registered models with their versions and cards.
import type { History, RegisteredVersion, Registry } from '@pawl/core';
import { versionName } from '../app.ts';
import type { CommittedFile } from '../documents/address.ts';

export interface ModelNode {
  readonly type: 'model';
  readonly name: string;
  /** Highest first. */
  readonly versions: readonly ModelVersionNode[];
}

export interface ModelVersionNode {
  readonly type: 'model-version';
  readonly version: RegisteredVersion;
}

export type ModelsNode = ModelNode | ModelVersionNode;

/** Where a card may lie, from the root of the repository; the first that is there is shown. */
export const cardPaths = (name: string): readonly string[] => [`models/${name}/README.md`, `models/${name}.md`];

/**
 * The registry does not say what a name stands for. What is no prompt of the work tree is shown as a model;
 * a prompt's name too when its highest version has a model card.
 */
export async function loadModels(
  source: { readonly registry: Pick<Registry, 'list'>; readonly history: Pick<History, 'read'> },
  promptNames: ReadonlySet<string>,
): Promise<readonly ModelNode[]> {
  const models: ModelNode[] = [];
  for (const [name, versions] of Map.groupBy(await source.registry.list(), (version) => version.name)) {
    const [highest] = versions;
    if (highest === undefined) continue;
    if (promptNames.has(name) && (await cardOf(source.history, highest)) === undefined) continue;
    models.push({ type: 'model', name, versions: versions.map((version) => ({ type: 'model-version', version })) });
  }
  return models;
}

/** Undefined when that version had no card. @throws when its commit cannot be read */
export async function cardOf(
  history: Pick<History, 'read'>,
  version: Pick<RegisteredVersion, 'name' | 'version' | 'commit'>,
): Promise<CommittedFile | undefined> {
  for (const path of cardPaths(version.name)) {
    if ((await history.read(version.commit, path)) !== undefined)
      return { commit: version.commit, path, title: versionName(version) };
  }
  return undefined;
}

export const isModelVersionNode = (value: unknown): value is ModelVersionNode =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'model-version' &&
  'version' in value;

export const isModelNode = (value: unknown): value is ModelNode =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'model' && 'versions' in value;
