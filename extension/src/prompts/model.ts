// The prompts of the work tree, each with its registered versions.
import { promptStem, type History, type RegisteredVersion, type Registry } from '@pawl/core';
import { versionName } from '../app.ts';
import type { CommittedFile } from '../documents/address.ts';

export interface PromptNode {
  readonly type: 'prompt';
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
  /** Highest first. */
  readonly versions: readonly PromptVersionNode[];
}

export interface PromptVersionNode {
  readonly type: 'prompt-version';
  readonly version: RegisteredVersion;
  /** Where the prompt lies in the work tree today. */
  readonly path: string;
}

export type PromptsNode = PromptNode | PromptVersionNode;

/** Sorted by name; two prompts of one name in two folders share what is registered under that name. */
export async function loadPrompts(
  paths: readonly string[],
  registry: Pick<Registry, 'list'>,
): Promise<readonly PromptNode[]> {
  if (paths.length === 0) return [];
  const registered = Map.groupBy(await registry.list(), ({ name }) => name);
  return paths
    .map((path): PromptNode => {
      const name = promptStem(path);
      const versions = (registered.get(name) ?? []).map((version): PromptVersionNode => ({
        type: 'prompt-version',
        version,
        path,
      }));
      return { type: 'prompt', name, path, versions };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.path < b.path ? -1 : 1));
}

/** The version's file; undefined when it was not at today's path then. @throws when the commit cannot be read */
export async function fileOfVersion(
  history: Pick<History, 'read'>,
  { version, path }: PromptVersionNode,
): Promise<CommittedFile | undefined> {
  const content = await history.read(version.commit, path);
  return content === undefined ? undefined : { commit: version.commit, path, title: versionName(version) };
}

export const isPromptNode = (value: unknown): value is PromptNode => hasType(value, 'prompt') && 'versions' in value;

export const isPromptVersionNode = (value: unknown): value is PromptVersionNode =>
  hasType(value, 'prompt-version') && 'version' in value;

const hasType = (value: unknown, type: string): value is object =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === type;
