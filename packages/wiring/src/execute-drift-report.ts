// The inputs of drift-report and a world in, an outcome out: the same call from the command line and from an action.
import type { Inputs, Outcome } from '@pawl/core';
import { reportDrift, type driftReportInputs } from '@pawl/core/drift-report';
import type { World } from './world.ts';

export async function executeDriftReport(inputs: Inputs<typeof driftReportInputs>, world: World): Promise<Outcome> {
  const { workspace, history, engine } = world;
  return reportDrift({
    inputs,
    workspace,
    history,
    engine,
    context: await world.context(),
  });
}
