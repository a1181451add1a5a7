// pawl deploy
import { deployInputs } from '@pawl/core/deploy';
import { executeDeploy } from '@pawl/wiring/deploy';
import type { MakeCommand } from '../command-list.ts';
import { featureCommand } from '../feature-command.ts';

export const deployCommand: MakeCommand = (shell, finish, summary) =>
  featureCommand(
    {
      slug: 'deploy',
      name: 'deploy',
      summary,
      inputs: deployInputs,
      examples: [
        'pawl deploy plan --deployment deployments/flight-delay.deploy.yml',
        'pawl deploy start --deployment deployments/flight-delay.deploy.yml',
      ],
      execute: executeDeploy,
    },
    shell,
    finish,
  );
