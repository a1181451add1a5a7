// The double's model manager: synchronous, all-or-nothing loads with Triton's silent no-op.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newest, readModelFolder, readWeights, type ModelFolder } from './model-folder.ts';
import { loadOnnx, type OnnxModel } from './onnx.ts';
import type { TextMessage } from './text-proto.ts';

export interface Loaded {
  readonly version: number;
  state: 'READY' | 'UNAVAILABLE' | 'LOADING' | 'UNLOADING';
  reason: string;
  model?: OnnxModel;
  modified: number;
  requests: number;
}

export interface LoadedModel {
  config: TextMessage;
  modified: number;
  readonly versions: Map<number, Loaded>;
}

/** What the server answers: status, and the text of its error. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
}

export interface LoadedModels {
  get(name: string): LoadedModel | undefined;
  load(name: string): Promise<Refusal | undefined>;
  unload(name: string): Promise<Refusal | undefined>;
  /** The body of `/v2/repository/index`: models that were never loaded have a name only. */
  index(): Promise<readonly { name: string; version?: string; state?: string; reason?: string }[]>;
  release(): Promise<void>;
}

export function loadedModels(repository: string): LoadedModels {
  const models = new Map<string, LoadedModel>();
  /** Parallel loads of one model wait for each other; they do not fail. */
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const result = (turns.get(name) ?? Promise.resolve()).then(work);
    turns.set(
      name,
      result.catch(() => {}),
    );
    return result;
  };

  const unloadVersion = async (loaded: Loaded): Promise<void> => {
    loaded.state = 'UNLOADING';
    await loaded.model?.release();
    delete loaded.model;
    loaded.state = 'UNAVAILABLE';
    loaded.reason = 'unloaded';
  };

  const load = async (name: string): Promise<Refusal | undefined> => {
    const folder = join(repository, name);
    let found: ModelFolder;
    try {
      found = await readModelFolder(folder);
    } catch {
      return { status: 500, error: `failed to load '${name}', failed to poll from model repository` };
    }
    if (found.versions.length === 0) {
      return { status: 500, error: `failed to load '${name}', no version is available` };
    }
    const before = models.get(name);
    // The trap: nothing newer than what is loaded, so nothing is done, and the answer is 200 all the same.
    if (before !== undefined && readyOf(before).length > 0 && !(found.modified > before.modified)) return undefined;

    const model = before ?? { config: found.config, modified: 0, versions: new Map<number, Loaded>() };
    models.set(name, model);
    model.modified = found.modified;
    const fresh: Loaded[] = [];
    for (const version of found.versions) {
      const modified = await newest(join(folder, String(version)));
      const old = model.versions.get(version);
      if (old?.state === 'READY' && !(modified > old.modified)) continue;
      const next: Loaded = { version, state: 'LOADING', reason: '', modified, requests: 0 };
      if (old?.state !== 'READY') model.versions.set(version, next);
      try {
        next.model = await loadOnnx(await readWeights(folder, version, found.config));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        for (const loaded of fresh) await unloadVersion(loaded);
        next.state = 'UNAVAILABLE';
        next.reason = reason;
        return {
          status: 400,
          error: `load failed for model '${name}': version ${version} is at UNAVAILABLE state: ${reason};`,
        };
      }
      fresh.push(next);
    }
    for (const loaded of fresh) {
      const old = model.versions.get(loaded.version);
      if (old !== loaded) await old?.model?.release();
      loaded.state = 'READY';
      model.versions.set(loaded.version, loaded);
    }
    model.config = found.config;
    for (const loaded of readyOf(model)) {
      if (!found.versions.includes(loaded.version)) await unloadVersion(loaded);
    }
    return undefined;
  };

  return {
    get: (name) => models.get(name),
    load: (name) => inTurn(name, () => load(name)),
    unload: (name) =>
      inTurn(name, async () => {
        const model = models.get(name);
        for (const loaded of model === undefined ? [] : readyOf(model)) await unloadVersion(loaded);
        return undefined;
      }),
    index: async () => {
      const names = (await readdir(repository, { withFileTypes: true })).filter((entry) => entry.isDirectory());
      return names.flatMap(({ name }) => {
        const model = models.get(name);
        if (model === undefined) return [{ name }];
        return [...model.versions.values()].map(({ version, state, reason }) => ({
          name,
          version: String(version),
          state,
          ...(reason !== '' && { reason }),
        }));
      });
    },
    release: async () => {
      for (const model of models.values()) for (const loaded of model.versions.values()) await loaded.model?.release();
    },
  };
}

export const readyOf = (model: LoadedModel): Loaded[] =>
  [...model.versions.values()].filter((loaded) => loaded.state === 'READY').toSorted((a, b) => a.version - b.version);
