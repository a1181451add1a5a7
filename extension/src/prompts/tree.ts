// The rows of the Prompts view.
import type { App, FormatTime } from '../app.ts';
import { lines, type Row, type Rows } from '../rows.ts';
import { labelsOf, versionRow } from '../versions.ts';
import { loadPrompts, type PromptsNode } from './model.ts';

export function promptRows(app: App): Rows<PromptsNode> {
  return {
    children: async (node) => {
      if (node !== undefined) return node.type === 'prompt' ? node.versions : [];
      const repository = await app.repository();
      return repository === undefined ? [] : loadPrompts(await repository.promptPaths(), repository.registry);
    },
    row: (node) => promptRow(node, app.editor.formatTime),
  };
}

export function promptRow(node: PromptsNode, formatTime: FormatTime): Row {
  if (node.type === 'prompt-version') {
    return {
      ...versionRow(node.version, formatTime),
      id: `prompt/${node.path}/${node.version.version}`,
      context: 'pawl.promptVersion',
      fold: 'none',
      command: { id: 'pawl.openPromptVersion', title: 'Open Version' },
    };
  }
  const versions = node.versions.map(({ version }) => version);
  const registered = `${versions.length} registered ${versions.length === 1 ? 'version' : 'versions'}`;
  return {
    id: `prompt/${node.path}`,
    label: node.name,
    description: labelsOf(versions),
    tooltip: lines(node.path, versions.length === 0 ? `Register one: pawl registry register ${node.name}` : registered),
    icon: { name: 'comment-discussion' },
    context: versions.length > 1 ? 'pawl.prompt.comparable' : 'pawl.prompt',
    fold: versions.length === 0 ? 'none' : 'expanded',
    command: { id: 'pawl.openPrompt', title: 'Open Prompt' },
  };
}
