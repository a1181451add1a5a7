// Writers over REST and writers of the git command line at one repository, at once: nothing is lost or doubled, and
// each sees what the other did.
import { exampleRun } from '@pawl/testkit/contracts';
import { expect, test } from 'vitest';
import { randomIds } from '../src/index.ts';
import { restHost } from './rest-place.ts';

test('eight REST writers and four git writers at once: each run is there once, on either way, folded or not', async () => {
  await using host = await restHost();
  const { next } = randomIds();
  const stores = [
    ...(await Promise.all(Array.from({ length: 8 }, () => host.store()))),
    ...(await Promise.all(Array.from({ length: 4 }, () => host.cliStore()))),
  ];
  const written = stores.map(() => [next(), next()]);
  const writers = stores.map(async (store, writer) => {
    for (const id of written[writer] ?? []) {
      const receipt = await store.add({ runs: [{ run: exampleRun(id), results: { 'a.txt': id } }], operations: [] });
      expect(receipt.kept).toBe('remote');
    }
  });
  const [compactor, gitReader, restReader] = [await host.cliStore(), await host.cliStore(), await host.store()];
  const folding = compactor.compact();
  await Promise.all([...writers, folding]);

  const expected = written.flat().toSorted().toReversed();
  for (const compact of [async () => {}, () => compactor.compact()]) {
    await compact();
    for (const reader of [gitReader, restReader, await host.store()]) {
      expect((await reader.list()).map(({ id }) => id)).toEqual(expected);
      expect(reader.problems()).toEqual([]);
    }
    const some = expected[7] ?? '';
    expect(await restReader.read(some)).toEqual(await gitReader.read(some));
    expect(await restReader.readResult(some, 'a.txt')).toBe(some);
  }
  expect((await compactor.verify()).problems).toEqual([]);
  expect(await host.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  expect(host.github.violations).toEqual([]);
}, 60_000);

test.each([
  ['one label', ['production']],
  ['two labels of one name, whose tags alone would never meet', ['production', 'staging']],
] as const)(
  'eight REST promoters and two git promoters of %s: numbers without gaps, and one holder',
  async (_, labels) => {
    await using host = await restHost();
    const registry = await host.cliRegistry();
    for (const commit of host.commits) await registry.register({ name: 'mail', commit, message: 'new' });
    const movers = [
      ...(await Promise.all(Array.from({ length: 8 }, () => host.registry()))),
      ...(await Promise.all(Array.from({ length: 2 }, () => host.cliRegistry()))),
    ];
    await Promise.all(
      movers.map((mover, index) => {
        const label = labels[index % labels.length] ?? 'production';
        return mover.label({ name: 'mail', version: `v0.1.${index % 3}`, label, message: `mover ${index}` });
      }),
    );
    const overRest = await host.registry();
    for (const reader of [registry, overRest]) {
      const moves = (await reader.history('mail')).filter(({ label }) => label !== undefined);
      expect(moves.map(({ tag }) => Number(tag.split('#').at(-1)))).toEqual(moves.map((_move, index) => index + 1));
      for (const wanted of labels) {
        // Each label event was planned on the one before it, so the last one tells who holds the label.
        const last = moves.findLast(({ label }) => label === wanted);
        expect(last?.action).toBe('label');
        expect((await reader.resolve('mail', wanted))?.version).toBe(last?.version);
      }
    }
    expect(await overRest.list()).toEqual(await registry.list());
    expect(await overRest.history('mail')).toEqual(await registry.history('mail'));
    expect(host.github.violations).toEqual([]);
  },
  60_000,
);
