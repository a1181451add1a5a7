// What every History keeps to. `absent` and `unreadable` are two answers.
import assert from 'node:assert/strict';
import type { History } from '@pawl/core';
import type { ContractCase } from './contract-case.ts';

/**
 * A history with one fork: `base` (`a.txt` = "one") on `main`, then `main` (`a.txt` = "two") and `topic`
 * (`dir/b.txt` = "new"), `main` checked out and clean, and a commit `alone` that shares nothing with them.
 */
export interface HistorySubject {
  readonly history: History;
  readonly base: string;
  readonly main: string;
  readonly topic: string;
  readonly alone: string;
}

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

export const historyContract: readonly ContractCase<HistorySubject>[] = [
  {
    title: 'resolves branches, hashes and HEAD, and nothing else',
    check: async ({ history, main, topic }) => {
      assert.equal(await history.resolve('main'), main);
      assert.equal(await history.resolve('HEAD'), main);
      assert.equal(await history.resolve(topic), topic);
      assert.equal(await history.resolve('no-such-branch'), undefined);
      assert.equal(await history.resolve('--help'), undefined);
    },
  },
  {
    title: 'finds the merge base, and says when there is none',
    check: async ({ history, base, alone }) => {
      assert.equal(await history.mergeBase('main', 'topic'), base);
      assert.equal(await history.mergeBase('main', alone), undefined);
      await assert.rejects(history.mergeBase('main', 'no-such-branch'));
    },
  },
  {
    title: 'reads a file as it was, and tells an absent file from an unreadable commit',
    check: async ({ history, base, main }) => {
      assert.equal(text(await history.read(base, 'a.txt')), 'one');
      assert.equal(text(await history.read(main, 'a.txt')), 'two');
      assert.equal(text(await history.read('topic', 'dir/b.txt')), 'new');
      assert.equal(await history.read(main, 'dir/b.txt'), undefined);
      await assert.rejects(history.read('f'.repeat(40), 'a.txt'), { code: 'HISTORY_UNREADABLE' });
    },
  },
  {
    title: 'lists the files of a commit by a glob, whatever there is now',
    check: async ({ history, base, main }) => {
      assert.deepEqual(await history.list(main, '*.txt'), ['a.txt']);
      assert.deepEqual(await history.list('topic', '**/*.txt'), ['a.txt', 'dir/b.txt']);
      assert.deepEqual(await history.list('topic', 'dir/b.txt'), ['dir/b.txt']);
      assert.deepEqual(await history.list(base, 'dir/*'), []);
      await assert.rejects(history.list('f'.repeat(40), '*'), { code: 'HISTORY_UNREADABLE' });
    },
  },
  {
    title: 'materializes what is there, and nothing for what is not',
    check: async ({ history, base }) => {
      assert.match((await history.materialize(base, 'a.txt')) ?? '', /a\.txt$/);
      assert.equal(await history.materialize(base, 'missing.txt'), undefined);
    },
  },
  {
    title: 'knows the time of a commit in milliseconds, and where HEAD is',
    check: async ({ history, main }) => {
      const time = await history.commitTime(main);
      assert.ok(time !== undefined && time > 1_500_000_000_000 && time % 1000 === 0);
      assert.equal(await history.commitTime('f'.repeat(40)), undefined);
      assert.deepEqual(await history.head(), { commit: main, branch: 'main', dirty: false });
    },
  },
];
