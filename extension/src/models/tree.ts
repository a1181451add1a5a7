// The rows of the Models view.
import { promptStem } from '@pawl/core';
import type { App, FormatTime } from '../app.ts';
import type { Row, Rows } from '../rows.ts';
import { labelsOf, versionRow } from '../versions.ts';
import { loadModels, type ModelsNode } from './model.ts';

export function modelRows(app: App): Rows<ModelsNode> {
  return {
    children: async (node) => {
      if (node !== undefined) return node.type === 'model' ? node.versions : [];
      const repository = await app.repository();
      if (repository === undefined) return [];
      const prompts = new Set((await repository.promptPaths()).map(promptStem));
      return loadModels(repository, prompts);
    },
    row: (node) => modelRow(node, app.editor.formatTime),
  };
}

export function modelRow(node: ModelsNode, formatTime: FormatTime): Row {
  if (node.type === 'model-version') {
    return {
      ...versionRow(node.version, formatTime),
      id: `model/${node.version.name}/${node.version.version}`,
      context: 'pawl.modelVersion',
      fold: 'none',
      command: { id: 'pawl.openModelCard', title: 'Open Model Card' },
    };
  }
  const versions = node.versions.map(({ version }) => version);
  return {
    id: `model/${node.name}`,
    label: node.name,
    description: labelsOf(versions),
    tooltip: `${versions.length} registered ${versions.length === 1 ? 'version' : 'versions'}`,
    icon: { name: 'package' },
    context: 'pawl.model',
    fold: 'expanded',
  };
}
