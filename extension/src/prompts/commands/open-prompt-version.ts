// Opens a registered version of a prompt, read-only.
import type { App, Command } from '../../app.ts';
import { chooseVersion, openedFile } from '../choose-version.ts';

export function openPromptVersion(app: App): Command {
  return {
    id: 'pawl.openPromptVersion',
    run: async (argument) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const node = await chooseVersion(app, repository, argument);
      const file = node === undefined ? undefined : await openedFile(app, repository, node);
      if (file !== undefined) await app.editor.showFile(file);
    },
  };
}
