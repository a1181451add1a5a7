// What is found out about data, artifacts and the machine without being told.
import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@pawl/core';
import { gitRepo, type Files, type GitRepo } from '@pawl/testkit/git';
import { logRun, type OneShotRequest } from '@pawl/tracking';
import { openWorld } from '@pawl/wiring';
import { describe, expect, test } from 'vitest';

async function log(
  repo: GitRepo,
  request: Partial<OneShotRequest>,
): Promise<{ readonly run: Run; readonly codes: readonly string[] }> {
  const place = { root: repo.path, env: repo.environment };
  const logged = await logRun({ ...place, name: 'delay', ...request });
  await using world = await openWorld({ root: repo.path, env: repo.environment, progress: () => {} });
  const run = await world.store.read(logged.id);
  if (run === undefined) throw new Error('the run was not stored');
  return { run, codes: logged.problems.map(({ code }) => code) };
}

const hash = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');
const dvc = (path: string, content: string): string =>
  `outs:\n- md5: ${hash('md5', content)}\n  size: 3\n  path: ${path}\n`;

describe('an artifact', () => {
  const weights = 'weights';
  const sha = `sha256:${hash('sha256', weights)}`;
  const lfs = `version https://git-lfs.github.com/spec/v1\noid ${sha}\nsize 7\n`;
  test.each<[string, Files, Files, object]>([
    ['in the commit lies at its path', { m: weights }, {}, { uri: 'm', digest: sha, bytes: 7 }],
    [
      'tracked by DVC lies in its remote',
      { 'm.dvc': dvc('m', weights) },
      { m: weights },
      { uri: 'dvc:m', digest: sha },
    ],
    [
      'that DVC has and this machine has not is known by its md5',
      { 'm.dvc': dvc('m', weights) },
      {},
      { uri: 'dvc:m', digest: `md5:${hash('md5', weights)}`, bytes: 3 },
    ],
    [
      'of a DVC stage is found in dvc.lock',
      { 'dvc.lock': `stages:\n  train:\n    ${dvc('m', weights).replaceAll('\n', '\n    ')}` },
      { m: weights },
      { uri: 'dvc:m', digest: sha },
    ],
    ['whose commit holds its LFS pointer lies in LFS', { m: lfs }, { m: weights }, { uri: 'lfs:m', digest: sha }],
  ])('%s', async (_, committed, working, artifact) => {
    await using repo = await gitRepo(committed);
    await repo.write(working);
    const { run, codes } = await log(repo, { artifacts: ['m'] });
    expect(run.artifacts).toEqual([expect.objectContaining({ name: 'm', ...artifact })]);
    expect(codes).toEqual([]);
  });

  test.each<[string, Files, Files]>([
    ['changed since the commit', { m: 'old' }, { m: weights }],
    ['changed since dvc add', { 'm.dvc': dvc('m', 'old') }, { m: weights }],
    ['in no store', { other: '1' }, { m: weights }],
  ])('%s is kept by its digest alone, and that is told', async (_, committed, working) => {
    await using repo = await gitRepo(committed);
    await repo.write(working);
    const { run, codes } = await log(repo, { artifacts: ['m'] });
    expect(run.artifacts).toEqual([{ name: 'm', digest: sha, bytes: 7 }]);
    expect(codes).toEqual(['RUN_ARTIFACT_NOT_KEPT']);
  });

  test('that is a folder has the digest of its listing, whatever is around it', async () => {
    await using repo = await gitRepo({ a: '1' });
    await repo.write({
      'one/m/x': '1',
      'one/m/sub/y': '2',
      'two [1]/m/x': '1',
      'two [1]/m/sub/y': '2',
      'three/m/x': '2',
    });
    const { run } = await log(repo, { artifacts: ['one/m/', 'two [1]/m', 'three/m'] });
    const [one, two, three] = run.artifacts ?? [];
    expect(one).toMatchObject({ bytes: 2, digest: expect.stringMatching(/^sha256:/) });
    expect(two?.digest).toBe(one?.digest);
    expect(three?.digest).not.toBe(one?.digest);
  });
});

test('data are files, folders, globs, pointers and pinned addresses', async () => {
  await using repo = await gitRepo({
    'd/a.csv': '1',
    'd/b.csv': '2',
    'images.dvc': `outs:\n- md5: ${hash('md5', 'x')}.dir\n  path: images\n`,
  });
  const address = `s3://bucket/train@sha256:${'c'.repeat(64)}`;
  const { run, codes } = await log(repo, { data: ['d/a.csv', 'd', 'd/*.csv', 'images.dvc', 'images', address] });
  expect(codes).toEqual([]);
  expect(run.inputs.map(({ path, digest }) => `${path} ${digest.slice(0, 12)}`)).toEqual([
    `d/a.csv sha256:${hash('sha256', '1').slice(0, 5)}`,
    expect.stringMatching(/^d sha256:/),
    `d/b.csv sha256:${hash('sha256', '2').slice(0, 5)}`,
    `images md5:${hash('md5', 'x').slice(0, 8)}`,
    `s3://bucket/train sha256:${'c'.repeat(5)}`,
  ]);
});

test('Python, GPUs, CUDA and lockfiles are found out; no variable of the environment is kept', async () => {
  await using repo = await gitRepo({ 'uv.lock': 'torch', 'requirements-dev.txt': 'x', 'sub/poetry.lock': 'not here' });
  const bin = join(repo.path, '../bin');
  const program = (says: string): string => `#!/bin/sh\n${says}\n`;
  await repo.write({
    '../bin/python3': program('echo Python 3.12.4'),
    '../bin/nvidia-smi': program('if [ $# -gt 0 ]; then echo "NVIDIA H200, 570.1"; else echo "CUDA Version: 12.8"; fi'),
    '../cuda/none': '',
  });
  for (const name of ['python3', 'nvidia-smi']) await chmod(join(bin, name), 0o755);
  const environment = {
    ...repo.environment,
    PATH: `${bin}:${repo.environment['PATH']}`,
    CUDA_HOME: join(repo.path, '../cuda'),
    AWS_SECRET_ACCESS_KEY: 'very-secret',
  };
  const { run } = await log({ ...repo, environment }, {});
  expect(run.environment).toMatchObject({
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    python: '3.12.4',
    gpu: 'NVIDIA H200',
    'gpu-driver': '570.1',
    cuda: '12.8',
    'lockfile:uv.lock': `sha256:${hash('sha256', 'torch')}`,
    'lockfile:requirements-dev.txt': `sha256:${hash('sha256', 'x')}`,
  });
  expect(run.environment).not.toHaveProperty('lockfile:sub/poetry.lock');
  expect(JSON.stringify(run)).not.toContain('very-secret');
});

test('a program that does not answer is not waited for', async () => {
  await using repo = await gitRepo({ 'uv.lock': '' });
  await repo.write({ '../bin/python3': '#!/bin/sh\nexec sleep 600\n', '../bin/python': '#!/bin/sh\nexit 1\n' });
  for (const name of ['python3', 'python']) await chmod(join(repo.path, '../bin', name), 0o755);
  const PATH = `${join(repo.path, '../bin')}:${repo.environment['PATH']}`;
  const { run } = await log({ ...repo, environment: { ...repo.environment, PATH } }, {});
  expect(run.environment).not.toHaveProperty('python');
});

test('the origin of a CI job is the pull request, not its merge commit', async () => {
  await using repo = await gitRepo({ a: '1' });
  const event = { pull_request: { number: 7, head: { sha: 'a'.repeat(40), repo: { full_name: 'acme/x' } } } };
  await repo.write({ '../event.json': JSON.stringify(event) });
  const environment = {
    ...repo.environment,
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_PATH: join(repo.path, '../event.json'),
    GITHUB_REPOSITORY: 'acme/x',
    GITHUB_HEAD_REF: 'tighten',
    GITHUB_RUN_ID: '42',
  };
  const { run } = await log({ ...repo, environment }, {});
  expect(run.origin).toMatchObject({
    commit: 'a'.repeat(40),
    branch: 'tighten',
    pullRequest: 7,
    trust: 'own',
    url: 'https://github.com/acme/x/actions/runs/42',
  });
});
