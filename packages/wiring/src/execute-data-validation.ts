// The inputs of data-validation and a world in, an outcome out: the same call from the command line and from an action.
import type { Inputs, Outcome } from '@pawl/core';
import { validateData, type dataValidationInputs } from '@pawl/core/data-validation';
import { baseBranch } from './base-branch.ts';
import type { World } from './world.ts';

export async function executeDataValidation(
  inputs: Inputs<typeof dataValidationInputs>,
  world: World,
): Promise<Outcome> {
  const { workspace, history, engine } = world;
  const context = await world.context();
  return validateData({
    inputs,
    workspace,
    history,
    engine,
    context,
    ...baseBranch(context),
  });
}
