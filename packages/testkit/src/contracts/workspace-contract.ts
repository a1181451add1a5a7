// What every Workspace keeps to, for paths that are meant well. (That nothing outside is reached is tested on real links.)
import assert from 'node:assert/strict';
import type { Workspace } from '@pawl/core';
import type { ContractCase } from './contract-case.ts';

/** Holds `a.txt` = "one", `data/x.csv` = "1", `data/deep/y.csv` = "2". */
export interface WorkspaceSubject {
  readonly workspace: Workspace;
}

export const workspaceContract: readonly ContractCase<WorkspaceSubject>[] = [
  {
    title: 'reads bytes and text, and answers undefined for what is not there',
    check: async ({ workspace }) => {
      assert.equal(await workspace.readText('a.txt'), 'one');
      assert.deepEqual([...((await workspace.read('data/x.csv')) ?? [])], [49]);
      assert.equal(await workspace.readText('missing.txt'), undefined);
      assert.equal(await workspace.read('missing/deeper.txt'), undefined);
    },
  },
  {
    title: 'lists what a glob matches, sorted, and a plain path itself',
    check: async ({ workspace }) => {
      assert.deepEqual(await workspace.list('data/**/*.csv'), ['data/deep/y.csv', 'data/x.csv']);
      assert.deepEqual(await workspace.list('data/*.csv'), ['data/x.csv']);
      assert.deepEqual(await workspace.list('a.txt'), ['a.txt']);
      assert.deepEqual(await workspace.list('*.parquet'), []);
    },
  },
  {
    title: 'writes a file that is then there, with another fingerprint',
    check: async ({ workspace }) => {
      const before = await workspace.fingerprint('a.txt');
      assert.match(before?.digest ?? '', /^sha256:[0-9a-f]{64}$/);
      assert.equal(before?.bytes, 3);
      await workspace.write('a.txt', 'three');
      await workspace.write('new/folder/b.bin', new Uint8Array([0, 255]));
      assert.equal(await workspace.readText('a.txt'), 'three');
      assert.deepEqual([...((await workspace.read('new/folder/b.bin')) ?? [])], [0, 255]);
      assert.notEqual((await workspace.fingerprint('a.txt'))?.digest, before?.digest);
      assert.equal(await workspace.fingerprint('missing.txt'), undefined);
    },
  },
];
