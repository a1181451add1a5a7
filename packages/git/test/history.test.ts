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

  test('sees a changed file, a detached HEAD, and changes nothing in the repository', async () => {
    await using repo = await forked();
    await repo.git('checkout', '--quiet', '--detach', repo.topic);
    await repo.write({ 'a.txt': 'edited', 'untracked.txt': 'x' });
    const before = await userStateOf(repo);
    await using history = await openHistory({ repository: repo.path, environment: repo.environment });
    expect(await history.head()).toEqual({ commit: repo.topic, dirty: true });
    expect(await userStateOf(repo)).toBe(before);
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

  test('names the remedy when the folder is no repository', async () => {
    await using repo = await gitRepo();
    await expect(openHistory({ repository: `${repo.path}/..`, environment: repo.environment })).rejects.toMatchObject({
      code: 'HISTORY_NO_REPOSITORY',
    });
  });
});
