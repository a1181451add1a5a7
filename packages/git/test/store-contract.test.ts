// The Store contract on Git: with a remote, without one, in a bare repository, with SHA-256 objects; and on the fake.
import { join } from 'node:path';
import { memoryStore, memoryWorld } from '@pawl/core/testing';
import { storeContract, type StoreSubject } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo } from '@pawl/testkit/git';
import { describe, test } from 'vitest';
import { openStore, sha256 } from '../src/index.ts';

type Place = AsyncDisposable & StoreSubject;

async function besideARemote(objectFormat: 'sha1' | 'sha256' = 'sha1'): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote({ objectFormat }));
  const repo = stack.use(await gitRepo({ 'a.txt': 'a' }, { objectFormat }));
  await repo.publishTo(remote);
  let opened = 0;
  return {
    // Each reader has its own cache, as two machines do.
    open: async () => {
      const cacheDir = join(repo.path, '..', `cache-${(opened += 1)}.git`);
      const { path: repository, environment } = repo;
      return stack.use(await openStore({ repository, remote: 'origin', cacheDir, environment }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function alone(bare: boolean): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const repo = stack.use(bare ? await bareRemote() : await gitRepo({ 'a.txt': 'a' }));
  return {
    open: async () => stack.use(await openStore({ repository: repo.path, environment: repo.environment })),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function inMemory(): Place {
  const world = memoryWorld();
  return { open: async () => memoryStore(world, sha256), [Symbol.asyncDispose]: async () => {} };
}

const everything = storeContract.map(({ title, check }) => ({ title, check }));

const places: readonly (readonly [string, typeof everything, () => Place | Promise<Place>])[] = [
  ['in memory', everything, inMemory],
  ['with a remote', everything, besideARemote],
  ['in the local repository', everything, () => alone(false)],
  // What differs there is met by the first promises.
  ['in a bare repository', everything.slice(0, 3), () => alone(true)],
  ['with SHA-256 objects', everything.slice(0, 3), () => besideARemote('sha256')],
];

describe.each(places)('a store %s', (_, promises, make) => {
  test.each(promises)('$title', async ({ check }) => {
    await using place = await make();
    await check(place);
  });
});
