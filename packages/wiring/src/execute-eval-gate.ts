// The inputs of eval-gate and a world in, an outcome out: the same call from the command line and from an action.
import type { Outcome } from '@pawl/core';
import { backtestPolicy, gateModel, type EvalGateInputs } from '@pawl/core/eval-gate';
import type { World } from './world.ts';

export async function executeEvalGate(inputs: EvalGateInputs, world: World): Promise<Outcome> {
  const { workspace, history, registry, store, engine, endpoints } = world;
  const scorer = world.openScorer(inputs['onnx-runtime']);
  const context = await world.context();
  const asked = { inputs, workspace, history, registry, store, engine, scorer, endpoints, context };
  return inputs.backtest === true ? backtestPolicy(asked) : gateModel(asked);
}
