// The in-memory registry and history keep to the same contracts as the Git adapters.
import { memoryHistory, memoryRegistry } from '@pawl/core/testing';
import { historyContract, registryContract } from '@pawl/testkit/contracts';
import { describe, expect, test } from 'vitest';

const hash = (digit: string): string => digit.repeat(40);

describe('a registry in memory', () => {
  test.each(registryContract.map(({ title, check }) => ({ title, check })))('$title', ({ check }) =>
    check({ registry: memoryRegistry(), commits: [hash('1'), hash('2'), hash('3')] }),
  );
});

test('a shallow history in memory has no merge base to tell, rather than none', async () => {
  const [one, other] = [hash('a'), hash('b')];
  const commit = (name: string, parent: string) => ({ commit: name, parents: [parent], time: 0, files: {} });
  const history = memoryHistory({
    commits: [commit(one, hash('e')), commit(other, hash('f'))],
    refs: { main: one },
    head: 'main',
    shallow: true,
  });
  await expect(history.mergeBase(one, other)).rejects.toMatchObject({ code: 'HISTORY_UNREADABLE' });
  expect(await history.head()).toMatchObject({ shallow: true });
});

describe('a history in memory', () => {
  const at = (minutes: number): number => 1_767_225_600_000 + minutes * 60_000;
  const [base, main, topic, alone] = [hash('a'), hash('b'), hash('c'), hash('d')] as const;
  const history = memoryHistory({
    commits: [
      { commit: base, parents: [], time: at(0), files: { 'a.txt': 'one' } },
      { commit: main, parents: [base], time: at(1), files: { 'a.txt': 'two' } },
      { commit: topic, parents: [base], time: at(2), files: { 'a.txt': 'one', 'dir/b.txt': 'new' } },
      { commit: alone, parents: [], time: at(3), files: {} },
    ],
    refs: { main, topic },
    head: 'main',
  });
  test.each(historyContract.map(({ title, check }) => ({ title, check })))('$title', ({ check }) =>
    check({ history, base, main, topic, alone }),
  );
});
