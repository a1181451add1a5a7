// A repository beside a remote, and any number of stores on them: what tests of trouble and maintenance begin with.
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, temporaryFolder, type BareRemote, type GitRepo } from '@pawl/testkit/git';
import type { Run } from '@pawl/core';
import { openStore, randomIds, type GitStore, type StoreRequest } from '../src/index.ts';

export interface Place extends AsyncDisposable {
  readonly repo: GitRepo;
  readonly remote: BareRemote;
  /** All that are opened share the user's cache, unless a request says otherwise. */
  open(more?: Partial<StoreRequest>): Promise<GitStore>;
  /** A cache folder of its own, as another machine has. */
  elsewhere(name: string): { readonly cacheDir: string };
}

export async function storePlace(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo({ 'a.txt': 'a' }));
  await repo.publishTo(remote);
  return placeOf(repo, remote, stack);
}

/** Disposing closes what was opened, and whatever else the stack holds. */
function placeOf(repo: GitRepo, remote: BareRemote, stack: AsyncDisposableStack): Place {
  const request = { repository: repo.path, remote: 'origin', environment: repo.environment };
  return {
    repo,
    remote,
    open: async (more = {}) => stack.use(await openStore({ ...request, ...more })),
    elsewhere: (name) => ({ cacheDir: join(repo.path, '..', `${name}.git`) }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export interface KeptPlace extends AsyncDisposable {
  /** The place as it was kept, at the same paths: one at a time. Disposing of it leaves its files. */
  again(): Promise<Place>;
}

/** For many tests that begin with the same store: to build it takes a hundred Git commands, to copy it none. */
export async function keptPlace(build: (place: Place) => Promise<void>): Promise<KeptPlace> {
  const stack = new AsyncDisposableStack();
  const place = stack.use(await storePlace());
  const { repo, remote } = place;
  const opened = placeOf(repo, remote, new AsyncDisposableStack());
  await build(opened);
  await opened[Symbol.asyncDispose]();
  const copies = stack.use(await temporaryFolder('pawl-kept'));
  const folders = [dirname(repo.path), dirname(remote.path)];
  const copyOf = (index: number): string => join(copies.path, String(index));
  const copy = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true, preserveTimestamps: true });
  await Promise.all(folders.map((folder, index) => copy(folder, copyOf(index))));
  return {
    again: async () => {
      for (const [index, folder] of folders.entries()) {
        for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, maxRetries: 3 });
        await copy(copyOf(index), folder);
      }
      return placeOf(repo, remote, new AsyncDisposableStack());
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type NewBundle = Parameters<GitStore['add']>[0];

const { next } = randomIds();

export const runBundle = (id = next(), results: Record<string, string> = {}, more: Partial<Run> = {}): NewBundle => ({
  runs: [{ run: exampleRun(id, more), results }],
  operations: [],
});

/** Writes a commit in the remote with any files, as a hostile hand could. @returns it */
export async function plantCommit(
  remote: BareRemote,
  files: Readonly<Record<string, string | Uint8Array | undefined>>,
  { parents = [], mode = '100644' }: { readonly parents?: readonly string[]; readonly mode?: string } = {},
): Promise<string> {
  await using folder = await temporaryFolder();
  const index = [`--git-dir=${remote.path}`, `--work-tree=${folder.path}`];
  await remote.git(...index, 'read-tree', ...(parents[0] === undefined ? ['--empty'] : [parents[0]]));
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) {
      await remote.git(...index, 'update-index', '--force-remove', path);
      continue;
    }
    const file = join(folder.path, 'blob');
    await writeFile(file, text);
    const oid = await remote.git('hash-object', '-w', file);
    await remote.git('update-index', '--add', '--cacheinfo', `${mode},${oid},${path}`);
  }
  const tree = await remote.git('write-tree');
  return remote.git('commit-tree', '-m', 'planted', ...parents.flatMap((parent) => ['-p', parent]), tree);
}
