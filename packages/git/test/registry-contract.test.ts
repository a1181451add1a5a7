// The Registry contract on Git tags, with a remote and without one.
import { bareRemote, gitRepo } from '@pawl/testkit/git';
import { registryContract, type RegistrySubject } from '@pawl/testkit/contracts';
import { describe, test } from 'vitest';
import { openRegistry } from '../src/index.ts';

async function makeRegistry(withRemote: boolean): Promise<RegistrySubject & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const repo = stack.use(await gitRepo());
  const commits = [await repo.commit('one'), await repo.commit('two'), await repo.commit('three')] as const;
  if (withRemote) await repo.publishTo(stack.use(await bareRemote()));
  const { path: repository, environment } = repo;
  const registry = stack.use(await openRegistry({ repository, environment, ...(withRemote && { remote: 'origin' }) }));
  return { registry, commits: [...commits], [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe.each([
  ['on a remote', true],
  ['in the local repository', false],
] as const)('a registry %s', (_, withRemote) => {
  test.each(registryContract.map(({ title, check }) => ({ title, check })))('$title', async ({ check }) => {
    await using subject = await makeRegistry(withRemote);
    await check(subject);
  });
});
