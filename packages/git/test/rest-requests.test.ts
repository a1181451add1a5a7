// What reading and writing over REST costs: GitHub gives a job's token a thousand requests an hour.
import { makeUlid, type Operation } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { expect, test } from 'vitest';
import { restHost, type RestHost } from './rest-place.ts';

const day = 86_400_000;
const idOf = (days: number, index: number): string =>
  makeUlid(1_767_225_600_000 + days * day, new Uint8Array(10).fill(index));

/** Thirty days of ten runs each, folded, and one note. */
async function folded(host: RestHost): Promise<readonly string[]> {
  const ids = Array.from({ length: 300 }, (_, index) => idOf(Math.floor(index / 10), index % 10));
  const note: Operation = {
    schema: 'pawl.op/1',
    id: idOf(31, 0),
    kind: 'note',
    about: ids[0] ?? '',
    at: '2026-02-01T00:00:00.000Z',
    data: {},
  };
  const writer = await host.cliStore();
  await writer.add({
    runs: ids.map((id) => ({ run: exampleRun(id), results: { 'cases.jsonl': id } })),
    operations: [note],
  });
  await writer.compact();
  return ids.toReversed();
}

test('a first page of fifty runs, one run, a refresh and an added run take few requests', async () => {
  await using host = await restHost();
  const ids = await folded(host);
  const store = await host.store();
  const cost = async (work: () => Promise<unknown>): Promise<number> => {
    const before = store.requests().counted;
    await work();
    return store.requests().counted - before;
  };
  // The refs; of the newest runs their commit, tree and three files.
  expect(await cost(() => store.list({ limit: 50 }))).toBe(6);
  expect((await store.list({ limit: 50 })).map(({ id }) => id)).toEqual(ids.slice(0, 50));
  expect(await cost(() => store.list({ limit: 50 }))).toBe(0);
  expect(store.requests().unchanged).toBeGreaterThan(0);
  expect(await cost(() => store.read(ids[3] ?? ''))).toBe(1);
  expect(await cost(() => store.readResult(ids[3] ?? '', 'cases.jsonl'))).toBe(1);
  const added = exampleRun(idOf(32, 1));
  // Tree with its files, commit, ref.
  expect(await cost(() => store.add({ runs: [{ run: added, results: {} }], operations: [] }))).toBe(3);
  // The refs; what was written here is known here.
  expect(await cost(() => store.list({ limit: 50 }))).toBe(1);
  expect((await store.list({ limit: 1 }))[0]?.id).toBe(added.id);
  expect(host.github.violations).toEqual([]);
});

test('a run is opened without any list in seven requests', async () => {
  await using host = await restHost();
  const ids = await folded(host);
  const store = await host.store();
  expect((await store.read(ids[0] ?? ''))?.id).toBe(ids[0]);
  expect(store.requests().counted).toBeLessThanOrEqual(7);
});

test('an index that lags costs the days that changed, and one that is lost the days that are asked for', async () => {
  await using host = await restHost();
  const ids = await folded(host);
  const index = await host.remote.git('rev-parse', 'refs/pawl/index');
  const writer = await host.cliStore();
  const late = exampleRun(idOf(29, 200));
  await writer.add({ runs: [{ run: late, results: { 'a.txt': 'late' } }], operations: [] });
  await writer.compact();
  await host.remote.git('update-ref', 'refs/pawl/index', index);

  const lagging = await host.store();
  expect((await lagging.list({ limit: 3 })).map(({ id }) => id)).toEqual([late.id, ...ids.slice(0, 2)]);
  expect(await lagging.readResult(late.id, 'a.txt')).toBe('late');
  expect(lagging.requests().counted).toBeLessThanOrEqual(26);
  expect(await lagging.list()).toHaveLength(301);

  await host.remote.git('update-ref', '-d', 'refs/pawl/index');
  const lost = await host.store();
  expect((await lost.list({ limit: 3 })).map(({ id }) => id)).toEqual([late.id, ...ids.slice(0, 2)]);
  expect(lost.requests().counted).toBeLessThanOrEqual(30);
  expect(lost.problems()).toEqual([]);
  expect(host.github.violations).toEqual([]);
});

test('one version costs the tags of its name, and a list of all a request for a hundred tags', async () => {
  await using host = await restHost();
  const writer = await host.cliRegistry();
  for (const name of ['mail', 'mail/triage', 'flight', 'other'])
    for (const commit of host.commits) await writer.register({ name, commit, message: 'new' });
  const registry = await host.registry();
  expect((await registry.resolve('flight', 'latest'))?.version).toBe('v0.1.2');
  // The guard, the tags of the name, and its three tag objects.
  expect(registry.requests().counted).toBe(5);
  await registry.resolve('flight', 'v0.1.0');
  expect(registry.requests()).toEqual({ counted: 5, unchanged: 2 });

  for (let move = 0; move < 100; move++)
    await host.remote.git(
      'tag',
      '--annotate',
      '--message',
      `move ${move}`,
      `flight#staging#${move + 1}`,
      host.commits[0],
    );
  const reader = await host.registry();
  const listed = await reader.list();
  // The refs, and two pages.
  expect(reader.requests().counted).toBe(3);
  expect(listed).toEqual(await writer.list());
  expect(await reader.history('flight')).toEqual(await writer.history('flight'));
  expect(host.github.violations).toEqual([]);
});
