// The Store and Registry contracts over REST, against a loopback GitHub on a real bare repository. Only folding, which
// REST does not do, goes through the git command line beside it.
import { registryContract, storeContract } from '@pawl/testkit/contracts';
import { describe, expect, test } from 'vitest';
import { restHost } from './rest-place.ts';

describe('a store over REST', () => {
  test.each(storeContract.map(({ title, check }) => ({ title, check })))('$title', async ({ check }) => {
    await using host = await restHost();
    const compactor = await host.cliStore();
    await check({ open: async () => ({ ...(await host.store()), compact: () => compactor.compact() }) });
    expect(host.github.violations).toEqual([]);
    expect(await host.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect((await compactor.verify()).problems).toEqual([]);
  });
});

describe('a registry over REST', () => {
  test.each(registryContract.map(({ title, check }) => ({ title, check })))('$title', async ({ check }) => {
    await using host = await restHost();
    await check({ registry: await host.registry(), commits: host.commits });
    expect(host.github.violations).toEqual([]);
    expect(await host.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  });
});
