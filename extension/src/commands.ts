// Every command of the extension; the manifest is held against this list.
import type { App, Command } from './app.ts';
import { openModelCard } from './models/commands/open-model-card.ts';
import { comparePromptVersions } from './prompts/commands/compare-prompt-versions.ts';
import { comparePromptWithWorkingTree } from './prompts/commands/compare-prompt-with-working-tree.ts';
import { openPrompt } from './prompts/commands/open-prompt.ts';
import { openPromptVersion } from './prompts/commands/open-prompt-version.ts';
import { refresh } from './repository/commands/refresh.ts';
import { copyReproduceCommand } from './runs/commands/copy-reproduce-command.ts';
import { openRun } from './runs/commands/open-run.ts';

export const commandsOf = (app: App): readonly Command[] => [
  refresh(app),
  openRun(app),
  copyReproduceCommand(app),
  openPrompt(app),
  openPromptVersion(app),
  comparePromptVersions(app),
  comparePromptWithWorkingTree(app),
  openModelCard(app),
];
