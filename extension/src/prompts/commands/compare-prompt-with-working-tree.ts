// Shows a registered version of a prompt beside the file as it is now, which can be edited in the diff.
import { versionName, type App, type Command } from '../../app.ts';
import { chooseVersion, openedFile } from '../choose-version.ts';

export function comparePromptWithWorkingTree(app: App): Command {
  return {
    id: 'pawl.comparePromptWithWorkingTree',
    run: async (argument) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const node = await chooseVersion(app, repository, argument);
      const left = node === undefined ? undefined : await openedFile(app, repository, node);
      if (node === undefined || left === undefined) return;
      await app.editor.showDiff({ left, right: node.path }, `${versionName(node.version)} ↔ working tree`);
    },
  };
}
