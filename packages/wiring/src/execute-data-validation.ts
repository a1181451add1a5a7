// The inputs of data-validation and a world in, an outcome out: the same call from the command line and from an action.
import type { Inputs, Outcome } from '@pawl/core';
import { validateData, type dataValidationInputs } from '@pawl/core/data-validation';
import type { World } from './world.ts';

export async function executeDataValidation(
  inputs: Inputs<typeof dataValidationInputs>,
  world: World,
): Promise<Outcome> {
  const { workspace, history, engine } = world;
  return validateData({
    inputs,
    workspace,
    history,
    engine,
    context: await world.context(),
  });
}
