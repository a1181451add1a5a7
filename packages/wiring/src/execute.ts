// A feature's inputs and a world in, an outcome out: the same call from the command line and from an action.
// One function for each feature, so that a bundle holds only what it needs.
import type { Inputs, Outcome } from '@pawl/core';
import { validateData, type dataValidationInputs } from '@pawl/core/data-validation';
import { deployModel, type DeployInputs } from '@pawl/core/deploy';
import { reportDrift, type driftReportInputs } from '@pawl/core/drift-report';
import { gateModel, type EvalGateInputs } from '@pawl/core/eval-gate';
import { checkPrompts, type EvalWatcher, type PromptRegressionInputs } from '@pawl/core/prompt-regression';
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

export async function executeDriftReport(inputs: Inputs<typeof driftReportInputs>, world: World): Promise<Outcome> {
  const { workspace, history, engine } = world;
  const context = await world.context();
  return reportDrift({
    inputs,
    workspace,
    history,
    engine,
    context,
    ...baseBranch(context),
  });
}

/** @param watcher told every answer as it is scored */
export async function executePromptRegression(
  inputs: PromptRegressionInputs,
  world: World,
  watcher?: EvalWatcher,
): Promise<Outcome> {
  const { workspace, history, registry, openProvider, scripts, embedder, post, environment, clock } = world;
  const ports = { workspace, history, registry, openProvider, scripts, embedder, post, environment, clock };
  return checkPrompts(inputs, ports, await world.context(), watcher);
}

export async function executeEvalGate(inputs: EvalGateInputs, world: World): Promise<Outcome> {
  const { workspace, history, registry, engine, scorer } = world;
  return gateModel({ inputs, workspace, history, registry, engine, scorer, context: await world.context() });
}

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

const baseBranch = ({ baseRef }: { readonly baseRef?: string }): { readonly baseBranch?: string } =>
  baseRef === undefined ? {} : { baseBranch: baseRef };
