// pawl eval
import type { MakeCommand } from '../command-list.ts';
import { evalFeature } from '../eval-feature.ts';
import { featureCommand } from '../feature-command.ts';

export const evalCommand: MakeCommand = (shell, finish, summary) =>
  featureCommand({ ...evalFeature(shell), summary }, shell, finish);
