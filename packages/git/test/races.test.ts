import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ulidTime } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRegistry, openStore, producerIds, randomIds } from '../src/index.ts';
import { spoolPrefix } from '../src/layout.ts';
import { unleash } from './storm.ts';

describe('under load', () => {
  test('loses and doubles nothing with eight writers, and compactors killed at random', async () => {
    const after = await unleash({ writers: 8, runsEach: 5, kills: 3 });
    const expected = after.written.toSorted();
    expect(expected).toHaveLength(40);
    expect(after.listed).toEqual(expected.toReversed());
    expect(after.kept.toSorted()).toEqual(expected);
    expect(after.inData.toSorted()).toEqual(expected);
    expect(after).toMatchObject({ inboxRefs: '', fsck: '', partial: [], verified: { runs: 40, state: 'sound' } });
    expect(after.reads).toBeGreaterThan(0);
    expect(after.killed).toBe(3);
  }, 120_000);

  test('folds every bundle once when compactors race', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo({ 'a.txt': 'a' });
    await repo.publishTo(remote);
    const request = { repository: repo.path, remote: 'origin', environment: repo.environment };
    await using writer = await openStore(request);
    const { next } = randomIds();
    for (let run = 0; run < 4; run++) {
      await writer.add({ runs: [{ run: exampleRun(next()), results: {} }], operations: [] });
    }
    const compactors = [0, 1, 2].map(async (index) => {
      await using store = await openStore({ ...request, cacheDir: join(repo.path, '..', `${index}.git`) });
      return store.compact();
    });
    const folded = (await Promise.all(compactors)).map((one) => one.folded);
    expect(folded.reduce((sum, one) => sum + one, 0)).toBe(4);
    expect(await writer.list()).toHaveLength(4);
  });

  test('waits for the lock that another writer of the same bundle holds on its ref', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo({ 'a.txt': 'a' });
    await repo.publishTo(remote);
    const ids = randomIds();
    const name = ids.next();
    const cacheDir = join(repo.path, '..', 'cache.git');
    const request = { repository: repo.path, remote: 'origin', environment: repo.environment, cacheDir };
    await using store = await openStore({ ...request, ids: { next: () => name } });
    const run = exampleRun(ids.next());
    const lock = join(cacheDir, `${spoolPrefix}${name}.lock`);
    await mkdir(dirname(lock), { recursive: true });
    await writeFile(lock, '');
    const adding = store.add({ runs: [{ run, results: { 'cases.jsonl': 'a\n' } }], operations: [] });
    setTimeout(() => void rm(lock), 150);
    expect((await adding).kept).toBe('remote');
    expect((await store.list()).map(({ id }) => id)).toEqual([run.id]);
  });

  test('gives racing moves of one label unique numbers without gaps, and one holder', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo();
    const commits = [await repo.commit('one'), await repo.commit('two'), await repo.commit('three')];
    await repo.publishTo(remote);
    const request = { repository: repo.path, remote: 'origin', environment: repo.environment };
    await using registry = await openRegistry(request);
    for (const commit of commits) await registry.register({ name: 'mail', commit, message: 'new' });
    const movers = Array.from({ length: 6 }, async (_, index) => {
      await using mover = await openRegistry({ ...request, cacheDir: join(repo.path, '..', `mover-${index}.git`) });
      await mover.label({ name: 'mail', version: `v0.1.${index % 3}`, label: 'production', message: `mover ${index}` });
    });
    await Promise.all(movers);
    const moves = (await registry.history('mail')).filter(({ label }) => label !== undefined);
    expect(moves.map(({ tag }) => Number(tag.split('#').at(-1)))).toEqual(moves.map((_, index) => index + 1));
    // Each label event was planned on the one before it, so the last one tells who holds the label.
    expect((await registry.resolve('mail', 'production'))?.version).toBe(moves.at(-1)?.version);
    expect(moves.at(-1)?.action).toBe('label');
  });
});

describe('one cache folder', () => {
  test('serves readers of store and registry that come to it all at once', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo();
    const commit = await repo.commit('one');
    await repo.publishTo(remote);
    const elsewhere = { repository: repo.path, remote: 'origin', environment: repo.environment };
    await using writer = await openStore({ ...elsewhere, cacheDir: join(repo.path, '..', 'writer.git') });
    const { next } = randomIds();
    for (let run = 0; run < 3; run++)
      await writer.add({ runs: [{ run: exampleRun(next()), results: {} }], operations: [] });
    await writer.compact();
    await using labeller = await openRegistry({ ...elsewhere, cacheDir: join(repo.path, '..', 'labeller.git') });
    await labeller.register({ name: 'mail', commit, message: 'new' });

    const shared = { ...elsewhere, cacheDir: join(repo.path, '..', 'shared.git') };
    const stores = Array.from({ length: 4 }, async () => {
      await using store = await openStore(shared);
      return (await store.list()).length;
    });
    const registries = Array.from({ length: 4 }, async () => {
      await using registry = await openRegistry(shared);
      return (await registry.list()).length;
    });
    expect(await Promise.all([...stores, ...registries])).toEqual([3, 3, 3, 3, 1, 1, 1, 1]);
  });
});

describe('a repeated push', () => {
  test('of the same producer is the same bundle; another attempt is another one', () => {
    const producer = {
      repository: 'ada/mail',
      workflowRun: '42',
      attempt: '1',
      job: 'eval',
      matrix: '{"os":"linux"} 0',
      step: 'gate',
      startedAt: 1_767_225_600_000,
    };
    const [first, again, retried] = [
      producerIds(producer),
      producerIds(producer),
      producerIds({ ...producer, attempt: '2' }),
    ];
    const ids = [first.next(), first.next()];
    expect([again.next(), again.next()]).toEqual(ids);
    expect(new Set([...ids, retried.next()]).size).toBe(3);
    expect(ids.map(ulidTime)).toEqual([producer.startedAt, producer.startedAt]);
  });

  test('with a name that is taken by other content goes beside it', async () => {
    await using repo = await gitRepo({ 'a.txt': 'a' });
    const [name, one, two] = [randomIds().next(), randomIds().next(), randomIds().next()];
    const request = { repository: repo.path, environment: repo.environment, ids: { next: () => name } };
    await using store = await openStore(request);
    const add = (id: string): Promise<{ readonly ref: string; readonly kept: string }> =>
      store.add({ runs: [{ run: exampleRun(id), results: {} }], operations: [] });
    expect(await add(one)).toEqual({ kept: 'local', ref: `refs/pawl/inbox/${name}` });
    expect(await add(one)).toEqual({ kept: 'local', ref: `refs/pawl/inbox/${name}` });
    const beside = await add(two);
    expect(beside.kept).toBe('local');
    expect(beside.ref).not.toBe(`refs/pawl/inbox/${name}`);
    expect((await store.list()).map(({ id }) => id)).toEqual([one, two].toSorted().toReversed());
  });
});
