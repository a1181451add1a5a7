// A world whose files are those of a commit: nothing of the user's tree is read but recorded answers, and nothing of it
// is written. New answers go into the Git directory, where a second search finds them.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { History, ModelProvider, Workspace } from '@pawl/core';
import type { ProviderFactory } from '@pawl/core/prompt-regression';
import type { World } from '@pawl/wiring';

export interface WorldAt extends World {
  /** What new answers are recorded in, as a path of its workspace. */
  readonly recording: string;
  /** Answers that were asked for, and that were recorded already. */
  readonly answers: { made: number; reused: number };
  /** Files that were read so far, as at the commit and as at others. */
  readonly touched: ReadonlySet<string>;
}

export interface WorldAtOptions {
  readonly commit: string;
  /** Names the recording. */
  readonly name: string;
  /** Recorded answers of the user's. */
  readonly cassettes: readonly string[];
  /** This file is as at the commit, at every other commit too; where the commit has none, as it lies in the tree. */
  readonly held?: string;
}

/** A path that no repository has. */
const recording = '.git/pawl-bisect.cassette.jsonl';

export async function worldAt(world: World, options: WorldAtOptions): Promise<WorldAt> {
  const { commit, name, cassettes, held } = options;
  const { history, workspace } = world;
  const file = join(await world.workTree.stateFolder(), 'bisect', `${name.replaceAll(/[^\w.-]/g, '_')}.cassette.jsonl`);
  const heldBytes =
    held === undefined ? undefined : ((await history.read(commit, held)) ?? (await workspace.read(held)));
  const touched = new Set<string>();
  const ofUser = new Set(cassettes);
  const then = async (path: string): Promise<Uint8Array | undefined> => {
    const bytes = path === held ? heldBytes : await history.read(commit, path);
    if (bytes !== undefined) touched.add(path);
    return bytes;
  };
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    if (path === recording) return readIfThere(file);
    return ofUser.has(path) ? workspace.read(path) : then(path);
  };
  const files: Workspace = {
    read,
    readText: async (path) => {
      const bytes = await read(path);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    list: (glob) => history.list(commit, glob),
    fingerprint: async (path) => {
      if (path !== recording) return ofUser.has(path) ? workspace.fingerprint(path) : undefined;
      const bytes = await readIfThere(file);
      return bytes === undefined ? undefined : { digest: '', bytes: bytes.length };
    },
    resolve: (path) => workspace.resolve(path),
    write: async (path, data) => {
      if (path !== recording) throw new Error(`a search writes ${path}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, data);
    },
  };
  const past: History = {
    ...history,
    // What only an earlier version reads can be what broke it.
    read: async (revision, path) => {
      const bytes = path === held ? heldBytes : await history.read(revision, path);
      if (bytes !== undefined) touched.add(path);
      return bytes;
    },
  };
  const answers = { made: 0, reused: 0 };
  const counted = (provider: ModelProvider): ModelProvider => ({
    ...provider,
    complete: async (request) => {
      const answer = await provider.complete(request);
      if (!('failure' in answer)) answers[answer.reused ? 'reused' : 'made'] += 1;
      return answer;
    },
  });
  // Recordings of the store are opened in files of their own.
  const openProviderIn = (own: Workspace): ProviderFactory => {
    const open = world.openProviderIn(own);
    return async (settings) => {
      const opened = await open(settings);
      return opened.value === undefined ? opened : { ...opened, value: counted(opened.value) };
    };
  };
  return {
    ...world,
    workspace: files,
    history: { ...past, changes: history.changes },
    openProvider: openProviderIn(files),
    openProviderIn,
    openEmbedder: world.openEmbedderIn(files),
    answers,
    recording,
    touched,
  };
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
