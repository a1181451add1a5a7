// Opens a repository's world. Engines and the store are not loaded before they are asked for.
import { join } from 'node:path';
import {
  readConfig,
  type Clock,
  type ConfigFile,
  type History,
  type Problem,
  type Registry,
  type RunContext,
} from '@pawl/core';
import { openWorkspace, passingIds, producerIds, randomIds, remoteOf, sha256 } from '@pawl/git/checkout';
import { cacheFolder } from './cache-folder.ts';
import { openCheckout, restRequests } from './checkout.ts';
import { lazily } from './lazily.ts';
import { openers } from './openers.ts';
import type { World, WorldOptions, WorldStore } from './world.ts';

const storeMethods = [
  'add',
  'list',
  'read',
  'readResult',
  'operations',
  'compact',
  'pushSpool',
  'verify',
  'prune',
  'gc',
  'repair',
  'status',
  'leftovers',
  'adopt',
] as const;
const registryMethods = [
  'list',
  'resolve',
  'register',
  'label',
  'unlabel',
  'deprecate',
  'archive',
  'history',
  'tagger',
] as const;

/** @throws HistoryError when the root is in no Git repository and no job of GitHub's says which it would be, WorkspaceError when it is no folder */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { root, env } = options;
  const workspace = await openWorkspace({ root });
  const file = readConfig(await workspace.readText('pawl.yml'));
  const { config } = file;
  const cacheDir = options.storeFolder ?? cacheFolder(env);
  const { history, workTree, rest } = await openCheckout(options, join(cacheDir, 'state'));
  const throughGit = rest === undefined;
  const problems = [...file.problems, ...(throughGit ? await unknownRemote(file, root, env) : [])];
  const clock = systemClock();
  const ids = options.unrecorded === true ? passingIds(clock.now) : randomIds(clock.now);
  const { 'ref-prefix': refPrefix, ledger, sign } = config.store ?? {};
  const kept = { ...(ledger !== undefined && { ledger }), ...(sign !== undefined && { sign }) };
  const place = async () => {
    const remote = config.store?.remote ?? (await remoteOf(root, 'origin', env));
    return {
      repository: root,
      environment: env,
      now: clock.now,
      ...(options.storeFolder !== undefined && { cacheDir }),
      ...(remote !== undefined && { remote }),
      ...(refPrefix !== undefined && { refPrefix }),
    };
  };
  const bundleIds = options.producer === undefined ? {} : { ids: producerIds({ ...options.producer, startedAt: 0 }) };
  const overRest = throughGit ? undefined : restRequests(rest, { env, refPrefix, cacheDir });
  const store = lazily(async (): Promise<WorldStore & AsyncDisposable> => {
    const { maintenanceElsewhere, openRestStore, openStore } = await import('@pawl/git/keeping');
    if (overRest === undefined) return openStore({ ...(await place()), ...bundleIds, ...kept });
    return { ...maintenanceElsewhere(), ...(await openRestStore({ ...overRest.store, ...bundleIds })) };
  }, storeMethods);
  const registry = lazily(async (): Promise<Registry & AsyncDisposable> => {
    const { openRegistry, openRestRegistry } = await import('@pawl/git/keeping');
    return overRest === undefined ? openRegistry(await place()) : openRestRegistry(overRest.registry);
  }, registryMethods);
  const open = openers(options, workspace);
  return {
    root,
    config,
    placeInConfig: file.placeOf,
    problems,
    workspace,
    history,
    workTree,
    registry,
    store,
    clock,
    ids,
    context: newContext,
    ...open,
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([
        store.opened()?.then((opened) => opened[Symbol.asyncDispose]()),
        registry.opened()?.then((opened) => opened[Symbol.asyncDispose]()),
        history[Symbol.asyncDispose](),
        open.close(),
      ]);
    },
  };

  async function newContext(): Promise<RunContext> {
    const head: Partial<Awaited<ReturnType<History['head']>>> = options.unrecorded === true ? {} : await history.head();
    return {
      runId: ids.next(),
      ...((options.unrecorded === true || options.unkept === true) && { unkept: true }),
      startedAt: new Date(clock.now()).toISOString(),
      endedAt: () => new Date(clock.now()).toISOString(),
      origin: {
        trust: 'own',
        ...(head.commit !== undefined && { commit: head.commit }),
        ...(head.branch !== undefined && { branch: head.branch }),
        ...(head.dirty === true && { dirty: true }),
        ...options.origin,
      },
      sha256,
      progress: options.progress,
      ...(options.baseRef !== undefined && { baseRef: options.baseRef }),
    };
  }
}

/** Told at once and at its line: the store would only find out after everything has been judged. */
async function unknownRemote(
  { config, placeOf }: ConfigFile,
  root: string,
  env: WorldOptions['env'],
): Promise<readonly Problem[]> {
  const name = config.store?.remote;
  const isAddress = name === undefined || /[/\\:]/.test(name);
  if (isAddress || (await remoteOf(root, name, env)) !== undefined) return [];
  return [
    {
      code: 'CONFIG_REMOTE_UNKNOWN',
      severity: 'error',
      message: `The repository has no remote named "${name}".`,
      hint: 'See `git remote -v`; leave `store.remote` out for origin, or for the local repository where there is none.',
      ...placeOf('store', 'remote'),
    },
  ];
}

function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    // Node takes what is longer than its timers bear for one millisecond.
    alarm: (milliseconds) => AbortSignal.timeout(Math.min(Math.max(0, Math.ceil(milliseconds)), 2 ** 31 - 1)),
  };
}
