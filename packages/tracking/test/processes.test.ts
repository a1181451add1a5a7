// Open runs under load and under misfortune: several processes, damage, a death between any two steps of an end.
import { spawn } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nothingLogged } from '@pawl/core/tracking';
import { bareRemote, cloneOf, gitRepo, userStateOf, type GitRepo } from '@pawl/testkit/git';
import { beginRun, dropOpenRun, endRun, listOpenRuns, logToRun } from '@pawl/tracking';
import { openWorld, type World } from '@pawl/wiring';
import { expect, test } from 'vitest';

const openIn = ({ path, environment }: GitRepo): Promise<World> =>
  openWorld({ root: path, env: environment, progress: () => {} });

async function begin(world: World, repo: GitRepo, name = 'delay'): Promise<string> {
  const request = { ...nothingLogged, kind: 'training', name, ownProcess: true } as const;
  const begun = await beginRun(world, request, { env: repo.environment, diff: true });
  return begun.value?.id ?? '';
}
const fileOf = (repo: GitRepo, id: string): string => join(repo.path, '.git/pawl/active', `${id}.ndjson`);
const metric = (value: number, step: number) => ({ ...nothingLogged, metrics: [{ name: 'loss', value, step }] });

test('four processes that log at once lose nothing', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  const id = await begin(world, repo);
  const before = await userStateOf(repo);
  const ranks = ['0', '1', '2', '3'];
  const count = 50;
  const script = fileURLToPath(new URL('log-process.ts', import.meta.url));
  const codes = await Promise.all(
    ranks.map(
      (rank) =>
        new Promise((resolve) => {
          const args = [script, repo.path, id, rank, String(count)];
          spawn(process.execPath, args, { env: repo.environment, stdio: ['ignore', 'inherit', 'inherit'] }).once(
            'close',
            resolve,
          );
        }),
    ),
  );
  expect(codes).toEqual(ranks.map(() => 0));

  const ended = await endRun(world, id, 'finished');

  expect(ended.problems).toEqual([]);
  const history = (await world.store.readResult(id, 'metrics.jsonl')) ?? '';
  const points = history
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { metric: string; step: number });
  expect(points).toHaveLength(ranks.length * count * 2);
  for (const rank of ranks)
    expect(points.filter((point) => point.metric === `loss/${rank}`).map(({ step }) => step)).toEqual(
      Array.from({ length: count }, (_, step) => step),
    );
  expect(await userStateOf(repo)).toEqual(before);
});

test('an end that died before the store took the run is made good by the next, with one record', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ a: '1' });
  await repo.publishTo(remote);
  await using world = await openIn(repo);
  const id = await begin(world, repo);
  await logToRun(world, id, metric(0.5, 1));
  // What a process leaves that dies right after it wrote down the end.
  await appendFile(fileOf(repo, id), '\n{"type":"end","status":"failed","at":"2026-11-21T00:00:00.000Z"}\n');
  const kept = await readFile(fileOf(repo, id));
  expect((await endRun(world, id, 'finished')).value?.receipt?.kept).toBe('remote');
  // What a process leaves that dies after the store has it, and before the file is gone.
  await writeFile(fileOf(repo, id), kept);
  await repo.commit('next');
  expect((await endRun(world, id, 'finished')).value?.receipt?.kept).toBe('remote');

  expect((await remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl/inbox')).split('\n')).toHaveLength(1);
  expect(await world.store.read(id)).toMatchObject({ status: 'failed', endedAt: '2026-11-21T00:00:00.000Z' });
  expect(await world.store.compact()).toMatchObject({ folded: 1, quarantined: 0 });
});

test('two ends at once store one run', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  const id = await begin(world, repo);
  const ends = await Promise.all([endRun(world, id, 'finished'), endRun(world, id, 'failed')]);
  expect(ends.some(({ value }) => value?.id === id)).toBe(true);
  expect(await world.store.list()).toHaveLength(1);
  expect(await listOpenRuns(world)).toEqual([]);
});

test('a run that the store refuses stays open, and is stored when it can be', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  const id = await begin(world, repo);
  const refusing: World = {
    ...world,
    store: { ...world.store, add: () => Promise.reject(new Error('the disk is full')) },
  };
  await expect(endRun(refusing, id, 'finished')).rejects.toThrow('the disk is full');
  expect(await listOpenRuns(world)).toMatchObject([{ id }]);
  expect(await endRun(world, id, 'finished')).toMatchObject({ value: { id } });
});

test('a value that comes between the end and the store is told, not swallowed', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  const id = await begin(world, repo);
  await logToRun(world, id, metric(1, 1));
  const late = '\n{"type":"metric","name":"loss","value":2,"step":2,"at":"2026-11-21T00:00:00.000Z"}\n';
  const slow: World = {
    ...world,
    store: {
      ...world.store,
      add: async (bundle) => {
        // A process that began to write before the end was there; one that comes after it is refused.
        await appendFile(fileOf(repo, id), late);
        expect((await logToRun(world, id, metric(3, 3))).problems).toMatchObject([{ code: 'RUN_ENDED' }]);
        return world.store.add(bundle);
      },
    },
  };
  const { value, problems } = await endRun(slow, id, 'finished');
  expect(problems).toMatchObject([{ code: 'RUN_LOGGED_AFTER_END', message: expect.stringMatching(/^One value was/) }]);
  expect((await world.store.read(value?.id ?? ''))?.metrics).toEqual({ loss: { value: 1, step: 1 } });
});

test('a half-written line costs itself alone; a damaged start can only be dropped', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  const [torn, broken] = [await begin(world, repo, 'torn'), await begin(world, repo, 'broken')];
  await logToRun(world, torn, metric(1, 1));
  await appendFile(fileOf(repo, torn), '\n{"type":"metric","name":"lo');
  await logToRun(world, torn, metric(3, 3));
  await writeFile(fileOf(repo, broken), '{"type":"sta');

  const ended = await endRun(world, torn, 'finished');
  expect(ended.problems).toMatchObject([{ code: 'RUN_LOG_LINE_LOST' }]);
  expect(await world.store.read(torn)).toMatchObject({ metrics: { loss: { value: 3 } } });

  expect(await listOpenRuns(world)).toEqual([{ id: broken, readable: false }]);
  expect((await endRun(world, broken, 'finished')).problems).toMatchObject([{ code: 'RUN_LOG_UNREADABLE' }]);
  expect((await dropOpenRun(world, broken)).value).toEqual({ id: broken });
  expect(await listOpenRuns(world)).toEqual([]);
});

test('a run whose process is gone is listed as such', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  const id = await begin(world, repo);
  expect(await listOpenRuns(world)).toMatchObject([{ id, process: 'alive', name: 'delay' }]);
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => child.once('close', resolve));
  const text = await readFile(fileOf(repo, id), 'utf8');
  await writeFile(fileOf(repo, id), text.replace(`"pid":${process.pid}`, `"pid":${child.pid}`));
  expect(await listOpenRuns(world)).toMatchObject([{ id, process: 'gone' }]);
});

test('letters that fit two open runs, or none, are refused', async () => {
  await using repo = await gitRepo({ a: '1' });
  await using world = await openIn(repo);
  await begin(world, repo);
  await begin(world, repo);
  expect((await endRun(world, '0', 'finished')).problems).toMatchObject([{ code: 'RUN_AMBIGUOUS' }]);
  expect((await endRun(world, 'zz', 'finished')).problems).toMatchObject([{ code: 'RUN_NOT_OPEN' }]);
  expect((await logToRun(world, '', metric(1, 1))).problems).toMatchObject([{ code: 'RUN_NOT_OPEN' }]);
});

test('a run is logged from wherever Git works', async () => {
  await using remote = await bareRemote({ objectFormat: 'sha256' });
  await using repo = await gitRepo({ a: '1' }, { objectFormat: 'sha256' });
  await repo.commit('two', { a: '2' });
  await repo.publishTo(remote);
  await using shallow = await cloneOf(remote, '--depth', '1');
  await shallow.git('checkout', '--quiet', '--detach');
  await repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', remote.url, 'sub');
  await repo.commit('submodule');
  const places = [shallow.path, join(repo.path, 'sub'), remote.path];
  for (const [index, root] of places.entries()) {
    const environment = [shallow.environment, repo.environment, remote.environment][index] ?? {};
    await using world = await openWorld({ root, env: environment, progress: () => {} });
    const begun = await beginRun(
      world,
      { ...nothingLogged, kind: 'training', name: `place-${index}` },
      { env: environment, diff: true },
    );
    await logToRun(world, begun.value?.id ?? '', metric(1, 1));
    const ended = await endRun(world, begun.value?.id ?? '', 'finished');
    expect(ended.value?.receipt?.kept).toBe(root === remote.path ? 'local' : 'remote');
    expect(await world.store.list({ name: `place-${index}` })).toHaveLength(1);
  }
});
