// The inputs of prompt-regression and a world in, an outcome out: the same call from the command line and from an action.
import { promptStem, type Outcome } from '@pawl/core';
import { checkPrompts, type EvalWatcher, type PromptRegressionInputs } from '@pawl/core/prompt-regression';
import { openStoreCassette, storeCassette } from './store-cassette.ts';
import type { World } from './world.ts';

/** @param watcher told every answer as it is scored */
export async function executePromptRegression(
  inputs: PromptRegressionInputs,
  world: World,
  watcher?: EvalWatcher,
): Promise<Outcome> {
  if (inputs.cassette?.includes(storeCassette) !== true) return execute(inputs, world, watcher);
  const context = await world.context();
  const { sha256 } = context;
  // Runs are called as the suite is, and a suite may have a name of its own.
  let name = promptStem(inputs.prompt);
  const told: EvalWatcher = {
    suite: (suite) => {
      name = suite.name;
      watcher?.suite?.(suite);
    },
    ...(watcher?.row !== undefined && { row: watcher.row.bind(watcher) }),
  };
  const recordings = openStoreCassette(world, {
    name: () => name,
    trust: context.origin.trust ?? 'own',
    sha256,
  });
  const { workspace } = recordings;
  const providers = { openProvider: world.openProviderIn(workspace), openEmbedder: world.openEmbedderIn(workspace) };
  return recordings.kept(await execute(inputs, { ...world, workspace, ...providers }, told), sha256);
}

function execute(inputs: PromptRegressionInputs, world: World, watcher: EvalWatcher | undefined): Promise<Outcome> {
  const {
    workspace,
    history,
    registry,
    openProvider,
    openGateway,
    scripts,
    post,
    readSql,
    environment,
    clock,
    openEmbedder,
  } = world;
  const asked = { openProvider, openEmbedder, openGateway, scripts, post, readSql, environment };
  const ports = { workspace, history, registry, clock, ...asked };
  return world.context().then((context) => checkPrompts(inputs, ports, context, watcher));
}
