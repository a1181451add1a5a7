// Which commit a change is compared with, and that "not known" never looks like "none".
import { expect, test } from 'vitest';
import { memoryHistory, type MemoryHistoryRequest } from '@pawl/core/testing';
import { earlierCommit } from '../../src/baseline/index.ts';

const commit = (name: string, time: number, ...parents: string[]) => ({ commit: name, parents, time, files: {} });
const commits = [commit('a', 1), commit('b', 2, 'a'), commit('c', 3, 'b'), commit('topic', 4, 'b')];
const find = (request: Partial<MemoryHistoryRequest>, base?: string) =>
  earlierCommit(memoryHistory({ commits, refs: {}, head: 'topic', ...request }), base);

test('a branch is compared with what it has in common with the branch it goes to', async () => {
  expect(await find({ refs: { main: 'c' } })).toEqual({
    state: 'found',
    commit: 'b',
    as: 'merge-base',
    branch: 'main',
  });
  expect(await find({ refs: { release: 'a' } }, 'release')).toMatchObject({ commit: 'a', branch: 'release' });
  const hash = 'c'.repeat(40);
  expect(await find({ refs: { [hash]: 'c' } }, hash)).toMatchObject({ commit: 'b', branch: hash });
});

test('what was fetched goes before a local branch of the same name', async () => {
  const refs = { main: 'a', 'origin/main': 'c' };

  expect(await find({ refs })).toMatchObject({ commit: 'b', branch: 'origin/main' });
  expect(await find({ refs }, 'main')).toMatchObject({ commit: 'b', branch: 'origin/main' });
});

test('what is counted from here is never counted from the remote', async () => {
  const refs = { 'HEAD~1': 'b', 'origin/HEAD~1': 'a', HEAD: 'topic', 'origin/HEAD': 'a', 'topic^': 'b' };

  expect(await find({ refs }, 'HEAD~1')).toMatchObject({ commit: 'b', branch: 'HEAD~1' });
  expect(await find({ refs }, 'HEAD')).toMatchObject({ commit: 'b', as: 'before' });
});

test('on the base branch itself the last commit serves, or the one before when nothing was changed', async () => {
  const refs = { main: 'c', 'c^': 'b' };

  expect(await find({ refs, head: 'c', dirty: true })).toMatchObject({ commit: 'c', as: 'last' });
  expect(await find({ refs, head: 'c' })).toMatchObject({ commit: 'b', as: 'before' });
  expect(await find({ refs: { main: 'a' }, head: 'a' })).toEqual({ state: 'first' });
});

test('without a commit there is none, and without a base branch none is known', async () => {
  expect(await find({ commits: [], head: 'main' })).toEqual({ state: 'empty' });
  expect(await find({ refs: { trunk: 'c' } })).toEqual({ state: 'unknown', head: 'topic', dirty: false });
  expect(await find({ refs: { main: 'c' } }, 'gone')).toMatchObject({ state: 'unknown' });
});

test('where history was cut off, a base may exist that is not known here', async () => {
  await expect(find({ shallow: true })).rejects.toThrow('the clone is shallow and lacks the merge base');
});
