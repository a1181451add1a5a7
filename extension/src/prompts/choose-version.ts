// Which version of which prompt a command is meant for.
import type { App, Repository } from '../app.ts';
import { versionName } from '../app.ts';
import {
  fileOfVersion,
  isPromptNode,
  isPromptVersionNode,
  loadPrompts,
  type PromptNode,
  type PromptVersionNode,
} from './model.ts';
import type { CommittedFile } from '../documents/address.ts';

/** From a row, or picked: first the prompt, then its version. */
export async function chooseVersion(
  app: App,
  repository: Repository,
  argument: unknown,
): Promise<PromptVersionNode | undefined> {
  if (isPromptVersionNode(argument)) return argument;
  const prompt = isPromptNode(argument) ? argument : await choosePrompt(app, repository);
  return prompt === undefined ? undefined : pickVersion(app, 'Which version?', prompt.versions);
}

/** The other versions of the same prompt, highest first. */
export async function otherVersions(
  repository: Repository,
  node: PromptVersionNode,
): Promise<readonly PromptVersionNode[]> {
  const prompts = await loadPrompts([node.path], repository.registry);
  return prompts.flatMap((prompt) => prompt.versions).filter((other) => other.version.version !== node.version.version);
}

export async function choosePrompt(app: App, repository: Repository): Promise<PromptNode | undefined> {
  const prompts = await loadPrompts(await repository.promptPaths(), repository.registry);
  const registered = prompts.filter((prompt) => prompt.versions.length > 0);
  if (registered.length === 0) {
    app.editor.inform('No prompt has a registered version yet. Register one with "pawl registry register".');
    return undefined;
  }
  const [only] = registered;
  if (registered.length === 1) return only;
  return app.editor.choose(
    'Which prompt?',
    registered.map((prompt) => ({ label: prompt.name, description: prompt.path, value: prompt })),
  );
}

export function pickVersion(
  app: App,
  question: string,
  versions: readonly PromptVersionNode[],
): Promise<PromptVersionNode | undefined> {
  return app.editor.choose(
    question,
    versions.map((node) => ({
      label: node.version.version,
      description: node.version.labels.join(', '),
      detail: `${node.version.commit.slice(0, 10)}, ${app.editor.formatTime(node.version.at, 'full')}`,
      value: node,
    })),
  );
}

/** The version's file, or a word to the user about why there is none. */
export async function openedFile(
  app: App,
  repository: Repository,
  node: PromptVersionNode,
): Promise<CommittedFile | undefined> {
  const file = await fileOfVersion(repository.history, node);
  const { version, path } = node;
  if (file === undefined)
    app.editor.inform(
      `${versionName(version)} has no file ${path}: it lay elsewhere at commit ${version.commit.slice(0, 10)}.`,
    );
  return file;
}
