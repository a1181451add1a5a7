// The inputs of deploy and a world in, an outcome out: the same call from the command line and from an action.
import type { Outcome } from '@pawl/core';
import { deployModel, type DeployInputs } from '@pawl/core/deploy';
import type { World } from './world.ts';

export async function executeDeploy(inputs: DeployInputs, world: World): Promise<Outcome> {
  const { workspace, history, registry, store, openTarget, openSplitter, clock, ids } = world;
  return deployModel({
    inputs,
    workspace,
    history,
    registry,
    store,
    openTarget,
    openSplitter,
    clock,
    ids,
    context: await world.context(),
  });
}
