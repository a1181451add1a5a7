// A GitHub job that has not checked out its repository: runs and versions are read and added over REST.
import { exampleRun } from '@pawl/testkit/contracts';
import { startLoopbackGitHub, type LoopbackGitHub } from '@pawl/testkit/github';
import { bareRemote, gitRepo, isolatedGitEnvironment, temporaryFolder } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { openWorld, type World } from '../src/index.ts';

interface Job extends AsyncDisposable {
  readonly github: LoopbackGitHub;
  readonly commit: string;
  readonly folder: string;
  open(env?: Readonly<Record<string, string>>): Promise<World>;
}

async function job(): Promise<Job> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo({ 'a.txt': 'a' }));
  await repo.publishTo(remote);
  const commit = await repo.git('rev-parse', 'HEAD');
  const github = stack.use(await startLoopbackGitHub({ git: remote }));
  const { path: folder } = stack.use(await temporaryFolder());
  const runner = {
    ...isolatedGitEnvironment(folder),
    GITHUB_REPOSITORY: 'acme/flights',
    GITHUB_API_URL: github.url,
    GITHUB_ACTOR: 'ada',
    GITHUB_SHA: commit,
    GITHUB_REF_NAME: 'main',
    GITHUB_EVENT_NAME: 'push',
  };
  const open = async (env: Readonly<Record<string, string>> = { GITHUB_TOKEN: github.token }): Promise<World> =>
    stack.use(await openWorld({ root: folder, env: { ...runner, ...env }, progress: () => {} }));
  return { github, commit, folder, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('runs are added, listed and shown, and versions are registered and labelled', async () => {
  await using here = await job();
  const world = await here.open();
  expect(world.problems).toEqual([]);
  const { runId, origin } = await world.context();
  expect(origin).toMatchObject({ commit: here.commit, branch: 'main' });
  const receipt = await world.store.add({
    runs: [{ run: exampleRun(runId, { origin }), results: { 'a.txt': 'kept' } }],
    operations: [],
  });
  expect(receipt.kept).toBe('remote');
  const later = await here.open();
  expect(await later.store.list()).toMatchObject([{ id: runId }]);
  expect(await later.store.readResult(runId, 'a.txt')).toBe('kept');

  const commit = await world.history.resolve('HEAD');
  await world.registry.register({ name: 'mail', commit: commit ?? '', message: 'gate passed' });
  await world.registry.label({ name: 'mail', version: 'v0.1.0', label: 'production', message: 'go' });
  expect(await later.registry.resolve('mail', 'production')).toMatchObject({ version: 'v0.1.0', commit: here.commit });
  expect((await later.registry.history('mail')).map(({ actor }) => actor)).toEqual(['ada', 'ada']);
  expect(here.github.violations).toEqual([]);
});

test('what needs the commits says so, and what needs a clone names the command', async () => {
  await using here = await job();
  const world = await here.open();
  await expect(world.history.read('HEAD', 'a.txt')).rejects.toMatchObject({
    name: 'HistoryError',
    code: 'HISTORY_NO_CHECKOUT',
    message: expect.stringContaining(here.folder),
    hint: expect.stringContaining('actions/checkout'),
  });
  await expect(world.store.compact()).rejects.toMatchObject({ code: 'STORE_NEEDS_CLONE' });
});

test('a step without the token is told to pass it on', async () => {
  await using here = await job();
  await expect(here.open({})).rejects.toMatchObject({
    code: 'HISTORY_NO_REPOSITORY',
    hint: expect.stringContaining('GITHUB_TOKEN: ${{ github.token }}'),
  });
});

test('a checkout is asked through Git, also when the job has a token, unless REST is asked for', async () => {
  await using here = await job();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  const env = { ...repo.environment, GITHUB_REPOSITORY: 'acme/flights', GITHUB_TOKEN: 'unused' };
  const options = { root: repo.path, env, progress: () => {} };
  await using throughGit = await openWorld(options);
  expect(await throughGit.store.list()).toEqual([]);
  expect(here.github.requests).toEqual([]);
  const rest = { repository: 'acme/flights', token: here.github.token, apiUrl: here.github.url };
  await using overRest = await openWorld({ ...options, rest });
  expect(await overRest.store.list()).toEqual([]);
  expect(here.github.requests).not.toEqual([]);
});
