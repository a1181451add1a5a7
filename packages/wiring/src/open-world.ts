// Opens a repository's world. Nothing is loaded before it is asked for: listing tags must not start DuckDB.
import { createHash, randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Config, makeUlid, readYaml, type Clock, type IdSource, type Problem, type RunContext } from '@pawl/core';
import { openHistory, openRegistry, openStore, openWorkspace } from '@pawl/git';
import { lazyStore } from './lazy-store.ts';
import { openers } from './openers.ts';
import type { World, WorldOptions } from './world.ts';

export async function openWorld(options: WorldOptions): Promise<World> {
  const { root, env } = options;
  const workspace = openWorkspace({ root });
  const { config, problems } = await readConfig(workspace);
  const remote = config.store?.remote ?? 'origin';
  const refPrefix = config.store?.['ref-prefix'] ?? 'refs/pawl';
  const folder = options.storeFolder ?? join(env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache'), 'pawl', 'store');
  const clock = systemClock();
  const ids = idSource(clock, options.producer);
  const store = lazyStore(() => openStore({ repository: root, remote, refPrefix, cacheDir: folder, environment: env, now: clock.now }));
  const history = openHistory({ repository: root, env });
  const registry = openRegistry({ repository: root, remote, env });
  const open = openers(options, workspace);
  return {
    root,
    config,
    problems,
    workspace,
    history,
    registry,
    store,
    clock,
    ids,
    context: () => newContext(),
    ...open,
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([store.close(), open.close()]);
    },
  };

  async function newContext(): Promise<RunContext> {
    const head = await history.head();
    return {
      runId: ids.next(),
      startedAt: new Date(clock.now()).toISOString(),
      endedAt: () => new Date(clock.now()).toISOString(),
      origin: {
        ...(head.commit !== undefined && { commit: head.commit }),
        ...(head.branch !== undefined && { branch: head.branch }),
        ...(head.dirty && { dirty: true }),
        trust: 'own',
        ...options.origin,
      },
      sha256: (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`,
      ...(options.baseRef !== undefined && { baseRef: options.baseRef }),
      progress: options.progress,
    };
  }
}

async function readConfig(workspace: { readText(path: string): Promise<string | undefined> }): Promise<{ config: Config; problems: readonly Problem[] }> {
  const text = await workspace.readText('pawl.yml');
  if (text === undefined) return { config: {}, problems: [] };
  const { value, problems } = readYaml({ text, file: 'pawl.yml' }, Config, 'CONFIG');
  return { config: value ?? {}, problems };
}

function systemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}

/** In CI an id is made of its producer, so that a repeated push of the same job is a no-op. */
function idSource(clock: Clock, producer: WorldOptions['producer']): IdSource {
  let ordinal = 0;
  return {
    next: () => {
      ordinal += 1;
      if (producer === undefined) return makeUlid(clock.now(), randomBytes(10));
      const hash = createHash('sha256').update(JSON.stringify([Object.entries(producer).toSorted(), ordinal])).digest();
      return makeUlid(clock.now(), hash.subarray(0, 10));
    },
  };
}
