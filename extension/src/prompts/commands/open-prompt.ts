// Opens a prompt as it is in the work tree.
import type { App, Command } from '../../app.ts';
import { isPromptNode, loadPrompts } from '../model.ts';

export function openPrompt(app: App): Command {
  return {
    id: 'pawl.openPrompt',
    run: async (argument) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const prompts = isPromptNode(argument)
        ? [argument]
        : await loadPrompts(await repository.promptPaths(), repository.registry);
      if (prompts.length === 0)
        app.editor.inform('This repository has no prompt yet: no file whose name ends in .prompt.yml.');
      if (prompts.length === 0) return;
      const path =
        prompts.length === 1
          ? prompts[0]?.path
          : await app.editor.choose(
              'Which prompt?',
              prompts.map((prompt) => ({ label: prompt.name, description: prompt.path, value: prompt.path })),
            );
      if (path !== undefined) await app.editor.showFile(path);
    },
  };
}
