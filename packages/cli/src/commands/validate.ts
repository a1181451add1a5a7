// pawl validate
import { dataValidationInputs } from '@pawl/core/data-validation';
import { executeDataValidation } from '@pawl/wiring/data-validation';
import type { MakeCommand } from '../command-list.ts';
import { featureCommand } from '../feature-command.ts';

export const validateCommand: MakeCommand = (shell, finish, summary) =>
  featureCommand(
    {
      slug: 'data-validation',
      name: 'validate',
      summary,
      inputs: dataValidationInputs,
      examples: [
        'pawl validate data/flights.parquet --suite data/flights.expect.yml',
        "pawl validate 'data/*.csv' --suite suite.json --baseline main",
      ],
      execute: executeDataValidation,
    },
    shell,
    finish,
  );
