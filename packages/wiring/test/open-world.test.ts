// One repository's ports: where runs go, what pawl.yml may get wrong, and what a folder inside a repository sees.
import { bareRemote, gitRepo, isolatedGitEnvironment, temporaryFolder, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openWorld, type World } from '../src/index.ts';

const worldOf = ({ path, environment }: Pick<GitRepo, 'path' | 'environment'>, folder = ''): Promise<World> =>
  openWorld({ root: `${path}${folder}`, env: environment, progress: () => {} });

async function addRun(world: World) {
  const context = await world.context();
  const run = {
    schema: 'pawl.run/1' as const,
    id: context.runId,
    kind: 'eval-gate' as const,
    name: 'delay',
    startedAt: context.startedAt,
    origin: context.origin,
    inputs: [],
    params: {},
    metrics: {},
    results: {},
  };
  return world.store.add({ runs: [{ run, results: {} }], operations: [] });
}

describe('the store', () => {
  test('is the repository itself where there is no remote', async () => {
    await using repo = await gitRepo({ 'a.txt': 'a' });
    await using world = await worldOf(repo);
    expect(world.problems).toEqual([]);
    expect(await addRun(world)).toMatchObject({ kept: 'local' });
    expect(await world.store.list()).toMatchObject([{ name: 'delay' }]);
    expect(await repo.git('for-each-ref', 'refs/pawl')).toMatch(/refs\/pawl\/inbox\//);
  });

  test('is origin where there is one', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo({ 'a.txt': 'a' });
    await repo.publishTo(remote);
    await using world = await worldOf(repo);
    expect(await addRun(world)).toMatchObject({ kept: 'remote' });
    expect(await remote.git('for-each-ref', 'refs/pawl')).toMatch(/refs\/pawl\/inbox\//);
    expect(await repo.git('for-each-ref', 'refs/pawl')).toBe('');
  });

  test('is the remote and the prefix of pawl.yml', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo({ 'pawl.yml': 'store:\n  remote: evidence\n  ref-prefix: refs/mlops\n' });
    await repo.git('remote', 'add', 'evidence', remote.url);
    await using world = await worldOf(repo);
    expect(world.problems).toEqual([]);
    expect(await addRun(world)).toMatchObject({ kept: 'remote' });
    expect(await remote.git('for-each-ref', 'refs/mlops')).toMatch(/refs\/mlops\/inbox\//);
  });

  test('named in pawl.yml but not in Git is told at its line, and no question to it is answered', async () => {
    await using repo = await gitRepo({ 'pawl.yml': 'store:\n  remote: upstream\n' });
    await using world = await worldOf(repo);
    expect(world.problems).toEqual([
      {
        code: 'CONFIG_REMOTE_UNKNOWN',
        severity: 'error',
        message: 'The repository has no remote named "upstream".',
        hint: expect.stringContaining('git remote -v'),
        file: 'pawl.yml',
        line: 2,
        column: 3,
      },
    ]);
    await expect(world.store.list()).rejects.toMatchObject({
      name: 'StoreError',
      code: 'STORE_REMOTE_UNKNOWN',
      message: 'The repository has no remote named "upstream".',
      hint: expect.stringContaining('git remote -v'),
    });
    await expect(world.registry.list()).rejects.toThrow('no remote named "upstream"');
  });

  test('may be an address, which needs no name in Git', async () => {
    await using remote = await bareRemote();
    await using repo = await gitRepo({ 'pawl.yml': `store:\n  remote: ${remote.url}\n` });
    await using world = await worldOf(repo);
    expect(world.problems).toEqual([]);
    expect(await addRun(world)).toMatchObject({ kept: 'remote' });
  });
});

describe('the place', () => {
  test('outside Git is an error that names the folder and the remedy', async () => {
    await using folder = await temporaryFolder();
    const nowhere = worldOf({ path: folder.path, environment: isolatedGitEnvironment(folder.path) });
    await expect(nowhere).rejects.toMatchObject({
      name: 'HistoryError',
      code: 'HISTORY_NO_REPOSITORY',
      message: expect.stringContaining(folder.path),
      hint: expect.stringContaining('Run inside a clone'),
    });
  });

  test('where nothing is recorded, Git is asked when something is read, and no sooner', async () => {
    await using repo = await gitRepo({ 'a.txt': 'a' });
    const env = { ...repo.environment, PATH: '/nonexistent' };
    const place = { root: repo.path, env, progress: () => {} };
    await expect(openWorld(place)).rejects.toMatchObject({ code: 'HISTORY_NO_REPOSITORY' });
    await using world = await openWorld({ ...place, unrecorded: true });
    const [first, second] = [await world.context(), await world.context()];
    expect(first.origin).toEqual({ trust: 'own' });
    expect(first.unkept).toBe(true);
    expect(first.runId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(second.runId).not.toBe(first.runId);
    await expect(world.history.read('HEAD', 'a.txt')).rejects.toMatchObject({ code: 'HISTORY_NO_REPOSITORY' });
    await using folder = await temporaryFolder();
    const nowhere = { root: folder.path, env: isolatedGitEnvironment(folder.path), progress: () => {} };
    await expect(openWorld({ ...nowhere, unrecorded: true })).rejects.toMatchObject({ code: 'HISTORY_NO_REPOSITORY' });
  });

  test('that does not exist is an error that names it', async () => {
    await using repo = await gitRepo();
    await expect(worldOf(repo, '/nowhere')).rejects.toMatchObject({
      name: 'WorkspaceError',
      message: expect.stringContaining('nowhere is no folder'),
    });
  });

  test('may be a folder inside a repository: files now and files before are found by the same path', async () => {
    await using repo = await gitRepo({ 'models/delay/card.md': 'old', 'card.md': 'of another' });
    await repo.write({ 'models/delay/card.md': 'new' });
    await using world = await worldOf(repo, '/models/delay');
    expect(await world.workspace.readText('card.md')).toBe('new');
    expect(String(await world.history.read('HEAD', 'card.md'))).toBe('old');
    expect(await world.history.read('HEAD', 'models/delay/card.md')).toBeUndefined();
  });
});

test('where a key stands in pawl.yml is known, unless it is not written there', async () => {
  await using repo = await gitRepo({ 'pawl.yml': '# shared\neval-gate:\n  look: 7\n' });
  await using world = await worldOf(repo);
  expect(world.placeInConfig('eval-gate', 'look')).toEqual({ file: 'pawl.yml', line: 3, column: 3 });
  expect(world.placeInConfig('eval-gate', 'policy')).toBeUndefined();
  expect(world.placeInConfig('deploy', 'look')).toBeUndefined();
});

test('a run begins with an id, a time and the commit it was made at', async () => {
  await using repo = await gitRepo({ 'a.txt': 'a' });
  const commit = await repo.git('rev-parse', 'HEAD');
  await using world = await worldOf(repo);
  const [first, second] = [await world.context(), await world.context()];
  expect(first.origin).toEqual({ trust: 'own', commit, branch: 'main' });
  expect(first.runId).not.toBe(second.runId);
  await repo.write({ 'a.txt': 'b' });
  expect((await world.context()).origin).toMatchObject({ commit, dirty: true });
});
