// Shows a version's model card as it was when that version was registered.
import { promptStem } from '@pawl/core';
import { versionName, type App, type Command, type Repository } from '../../app.ts';
import { cardOf, cardPaths, isModelNode, isModelVersionNode, loadModels, type ModelVersionNode } from '../model.ts';

export function openModelCard(app: App): Command {
  return {
    id: 'pawl.openModelCard',
    run: async (argument) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const node = isModelVersionNode(argument) ? argument : await chooseVersion(app, repository, argument);
      if (node === undefined) return;
      const card = await cardOf(repository.history, node.version);
      if (card !== undefined) return app.editor.showMarkdown(card);
      const { name, commit } = node.version;
      app.editor.inform(
        `${versionName(node.version)} has no model card: there is no ${cardPaths(name).join(' or ')} at commit ${commit.slice(0, 10)}.`,
      );
    },
  };
}

async function chooseVersion(
  app: App,
  repository: Repository,
  argument: unknown,
): Promise<ModelVersionNode | undefined> {
  const prompts = new Set((await repository.promptPaths()).map(promptStem));
  const models = isModelNode(argument) ? [argument] : await loadModels(repository, prompts);
  if (models.length === 0) app.editor.inform('No model is registered yet. Register one with "pawl registry register".');
  if (models.length === 0) return undefined;
  return app.editor.choose(
    'Which version?',
    models
      .flatMap((model) => model.versions)
      .map((node) => ({ label: versionName(node.version), description: node.version.labels.join(', '), value: node })),
  );
}
