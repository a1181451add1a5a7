// The TypeScript API, as training code calls it.
import { join } from 'node:path';
import type { Run } from '@pawl/core';
import { gitRepo, userStateOf, type GitRepo } from '@pawl/testkit/git';
import { logRun, startRun, TrackingError } from '@pawl/tracking';
import { openWorld } from '@pawl/wiring';
import { expect, test } from 'vitest';

const place = ({ path, environment }: GitRepo) => ({ root: path, env: environment });

async function stored(repo: GitRepo, id: string): Promise<Run | undefined> {
  await using world = await openWorld({ ...place(repo), progress: () => {} });
  return world.store.read(id);
}

test('a run is started, logged to and ended', async () => {
  await using repo = await gitRepo({ 'model.onnx': 'weights', 'train.csv': 'x\n', 'train.ts': '1' });
  await repo.write({ 'train.ts': '2' });
  const before = await userStateOf(repo);
  const run = await startRun({ ...place(repo), name: 'delay', params: { lr: 0.1 }, environment: { torch: '2.9' } });
  for (let step = 0; step < 5; step++) run.metric('loss', 1 / (step + 1), { step });
  run.metric('f1', 0.9, { direction: 'higher' });
  run.param('layers', 3);
  run.param('clip', Number.POSITIVE_INFINITY);
  run.tag('team', 'search');
  await run.artifact('model.onnx');
  await run.artifact({ name: 'remote', uri: 's3://b/k', digest: `sha256:${'a'.repeat(64)}` });
  await run.data('train.csv');

  const logged = await run.end();

  expect(logged).toMatchObject({ id: run.id, receipt: { kept: 'local' }, problems: [] });
  expect(await run.end()).toBe(logged);
  expect(await userStateOf(repo)).toEqual(before);
  expect(await stored(repo, run.id)).toMatchObject({
    name: 'delay',
    status: 'finished',
    params: { lr: 0.1, layers: 3, clip: 'Infinity' },
    metrics: { loss: { value: 0.2, step: 4 }, f1: { value: 0.9, direction: 'higher' } },
    tags: { team: 'search' },
    artifacts: [
      { name: 'model.onnx', uri: 'model.onnx' },
      { name: 'remote', uri: 's3://b/k' },
    ],
    inputs: [{ path: 'train.csv', role: 'data' }],
    environment: { torch: '2.9', node: process.versions.node },
    results: { 'dirty.diff': expect.any(String), 'metrics.jsonl': expect.any(String) },
  });
});

test('a run that is left because something threw has failed', async () => {
  await using repo = await gitRepo({ a: '1' });
  let id = '';
  const training = async (): Promise<void> => {
    await using run = await startRun({ ...place(repo), name: 'delay' });
    id = run.id;
    run.metric('loss', Number.NaN, { step: 1 });
    throw new Error('out of memory');
  };
  await expect(training()).rejects.toThrow('out of memory');
  expect(await stored(repo, id)).toMatchObject({ status: 'failed', metrics: { loss: { value: null } } });
});

test('a run that was ended in its scope is not ended again', async () => {
  await using repo = await gitRepo({ a: '1' });
  let id = '';
  {
    await using run = await startRun({ ...place(repo), name: 'delay' });
    id = run.id;
    await run.end();
    expect(() => run.metric('loss', 1)).toThrow('has ended');
    await expect(run.artifact('a')).rejects.toThrow('has ended');
  }
  expect(await stored(repo, id)).toMatchObject({ status: 'finished' });
});

test('mistakes are thrown with a code and a remedy, and leave the run open', async () => {
  await using repo = await gitRepo({ a: '1' });
  const run = await startRun({ ...place(repo), name: 'delay' });
  expect(() => run.metric('', 1)).toThrow(TrackingError);
  expect(() => run.metric('loss', 1, { step: Number.NaN })).toThrow('the step of metrics: "loss"');
  // As a caller without types would.
  expect(() => run.metric('loss', '0.5' as unknown as number)).toThrow('metrics: "loss" has no value');
  expect(() => run.param('layers', { deep: 1 } as unknown as string)).toThrow('params: "layers" has no value');
  expect(() => run.tag('__proto__', 'x')).toThrow(TrackingError);
  await expect(run.artifact('nowhere')).rejects.toMatchObject({ code: 'RUN_FILE_MISSING', hint: expect.any(String) });
  await expect(run.artifact('s3://bucket/key')).rejects.toMatchObject({ code: 'RUN_ADDRESS_UNPINNED' });
  await expect(run.data('../outside')).rejects.toMatchObject({ code: 'WORKSPACE_OUTSIDE' });
  run.metric('loss', 1);
  await run.end();
  expect(await stored(repo, run.id)).toMatchObject({ metrics: { loss: { value: 1 } } });
  await expect(startRun({ ...place(repo), name: '' })).rejects.toMatchObject({ code: 'RUN_NAME_INVALID' });
  await expect(startRun({ ...place(repo), root: join(repo.path, '..'), name: 'x' })).rejects.toMatchObject({
    code: 'HISTORY_NO_REPOSITORY',
  });
});

test('many values are logged without waiting, and all of them are there', async () => {
  await using repo = await gitRepo({ a: '1' });
  const run = await startRun({ ...place(repo), name: 'delay' });
  for (let step = 0; step < 5000; step++) run.metric('loss', step, { step });
  await run.end();
  await using world = await openWorld({ ...place(repo), progress: () => {} });
  const history = (await world.store.readResult(run.id, 'metrics.jsonl')) ?? '';
  expect(history.trim().split('\n')).toHaveLength(5000);
});

test('a run that is over is logged in one call', async () => {
  await using repo = await gitRepo({ a: '1' });
  const logged = await logRun({
    ...place(repo),
    name: 'delay',
    metrics: {
      f1: 0.9,
      loss: [
        { step: 1, value: 0.5 },
        { step: 2, value: 0.4 },
      ],
    },
    status: 'failed',
    diff: false,
  });
  expect(await stored(repo, logged.id)).toMatchObject({
    status: 'failed',
    metrics: { f1: { value: 0.9 }, loss: { value: 0.4, step: 2 } },
  });
});
