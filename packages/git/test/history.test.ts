import { readFile } from 'node:fs/promises';
import { historyContract } from '@pawl/testkit/contracts';
import { bareRemote, cloneOf, gitRepo, userStateOf, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openHistory } from '../src/index.ts';

async function forked(): Promise<GitRepo & { base: string; main: string; topic: string; alone: string }> {
  const repo = await gitRepo();
  const base = await repo.commit('base', { 'a.txt': 'one' });
  await repo.branch('topic');
  const topic = await repo.commit('topic', { 'dir/b.txt': 'new' });
  await repo.checkout('main');
  const main = await repo.commit('main', { 'a.txt': 'two' });
  const alone = await repo.git('commit-tree', '-m', 'alone', `${main}^{tree}`);
  return { ...repo, base, main, topic, alone };
}

describe('history on Git', () => {
  test.each(historyContract.map(({ title, check }) => ({ title, check })))('$title', async ({ check }) => {
    await using repo = await forked();
    await using history = await openHistory({ repository: repo.path, environment: repo.environment });
    await check({ ...repo, history });
  });

  test('materializes the exact bytes, and removes them in the end', async () => {
    await using repo = await gitRepo({ 'data.bin': new Uint8Array([0, 255, 10, 13]) });
    const history = await openHistory({ repository: repo.path, environment: repo.environment });
    const file = await history.materialize('HEAD', 'data.bin');
    expect([...(await readFile(file ?? ''))]).toEqual([0, 255, 10, 13]);
    await history[Symbol.asyncDispose]();
    await expect(readFile(file ?? '')).rejects.toThrow('ENOENT');
  });

  test('lists files of a folder as a workspace does: whatever their names, and nothing that was installed', async () => {
    const names = ['top.txt', 'sub/a b.txt', 'sub/é [1].txt', 'sub/deep/c.txt', 'sub/node_modules/d.txt'];
    await using repo = await gitRepo(Object.fromEntries(names.map((name) => [name, name])));
    await repo.git('rm', '-r', '--quiet', 'sub/deep');
    const folder = `${repo.path}/sub`;
    await using history = await openHistory({ repository: folder, environment: repo.environment });
    expect(await history.list('HEAD', '**/*.txt')).toEqual(['a b.txt', 'deep/c.txt', 'é [1].txt']);
    expect(await history.list('HEAD', 'é [1].txt')).toEqual(['é [1].txt']);
    expect(await history.list('HEAD', 'deep/*')).toEqual(['deep/c.txt']);
    expect(await history.list('HEAD', '../*')).toEqual([]);
  });

  test('sees a changed file, a detached HEAD, and changes nothing in the repository', async () => {
    await using repo = await forked();
    await repo.git('checkout', '--quiet', '--detach', repo.topic);
    await repo.write({ 'a.txt': 'edited', 'untracked.txt': 'x' });
    const before = await userStateOf(repo);
    await using history = await openHistory({ repository: repo.path, environment: repo.environment });
    expect(await history.head()).toEqual({ commit: repo.topic, dirty: true });
    expect(await userStateOf(repo)).toBe(before);
  });

  test('knows a branch without a commit, a renamed file, and a repository without a work tree', async () => {
    await using repo = await gitRepo();
    await using history = await openHistory({ repository: repo.path, environment: repo.environment });
    expect(await history.head()).toEqual({ branch: 'main', dirty: false });
    const commit = await repo.commit('Begin', { 'a.txt': 'a' });
    await repo.git('tag', 'main');
    expect(await history.head()).toEqual({ commit, branch: 'main', dirty: false });
    await repo.git('mv', 'a.txt', '# b.txt');
    expect(await history.head()).toEqual({ commit, branch: 'main', dirty: true });
    await repo.git('tag', '--delete', 'main');
    await using bare = await openHistory({ repository: `${repo.path}/.git`, environment: repo.environment });
    expect(await bare.head()).toEqual({ commit, branch: 'main', dirty: false });
  });

  test('says that a merge base is unreadable, not absent, in a shallow clone', async () => {
    await using repo = await forked();
    await using remote = await bareRemote();
    await repo.publishTo(remote);
    await using shallow = await cloneOf(remote, '--depth=1', '--no-single-branch');
    await using history = await openHistory({ repository: shallow.path, environment: shallow.environment });
    await expect(history.mergeBase('origin/main', 'origin/topic')).rejects.toMatchObject({
      code: 'HISTORY_UNREADABLE',
      hint: expect.stringContaining('fetch-depth: 0'),
    });
  });

  test('knows a shallow clone, where a base that cannot be found may exist', async () => {
    await using repo = await forked();
    await using remote = await bareRemote();
    await repo.publishTo(remote);
    await using shallow = await cloneOf(remote, '--depth=1');
    await using history = await openHistory({ repository: shallow.path, environment: shallow.environment });
    expect(await history.head()).toEqual({ commit: repo.main, branch: 'main', dirty: false, shallow: true });
    expect(await history.resolve(repo.base)).toBeUndefined();
  });

  test('lists the commits of a line that changed a path, oldest first, and a merge for what it brought', async () => {
    await using repo = await gitRepo({ 'sub/a.txt': 'one', 'b.txt': 'x' });
    const from = await repo.git('rev-parse', 'HEAD');
    await repo.branch('topic');
    const inner = await repo.commit('inner: ü', { 'sub/a.txt': 'two' });
    await repo.checkout('main');
    await repo.commit('elsewhere', { 'b.txt': 'y' });
    const merge = await repo.merge('topic');
    const last = await repo.commit('last', { 'sub/a.txt': 'three', 'b.txt': 'z' });
    await repo.git('config', 'log.showSignature', 'true');
    await using history = await openHistory({ repository: `${repo.path}/sub`, environment: repo.environment });
    const found = await history.changes({ from, to: 'main', paths: ['a.txt'] });
    expect(found.map(({ commit }) => commit)).toEqual([merge, last]);
    expect(found[0]?.parents).toHaveLength(2);
    const [line = ''] = found[0]?.parents ?? [];
    expect(await history.changes({ from: line, to: 'topic', paths: ['a.txt'] })).toMatchObject([
      {
        commit: inner,
        subject: 'inner: ü',
        author: expect.any(String),
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    ]);
    expect(await history.changes({ from, to: 'main', paths: ['*.txt'] })).toEqual([]);
    await expect(history.changes({ from: 'f'.repeat(40), to: 'main', paths: ['a.txt'] })).rejects.toMatchObject({
      code: 'HISTORY_UNREADABLE',
    });
  });

  test('names the remedy when the folder is no repository', async () => {
    await using repo = await gitRepo();
    await expect(openHistory({ repository: `${repo.path}/..`, environment: repo.environment })).rejects.toMatchObject({
      code: 'HISTORY_NO_REPOSITORY',
    });
  });
});
