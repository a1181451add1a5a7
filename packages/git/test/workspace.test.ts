import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceContract } from '@pawl/testkit/contracts';
import { gitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openWorkspace, sha256 } from '../src/index.ts';

const files = { 'a.txt': 'one', 'data/x.csv': '1', 'data/deep/y.csv': '2' };

describe('a workspace on a folder', () => {
  test.each(workspaceContract.map(({ title, check }) => ({ title, check })))('$title', async ({ check }) => {
    await using repo = await gitRepo(files);
    await check({ workspace: await openWorkspace({ root: repo.path }) });
  });

  test('reaches nothing outside: by dots, by absolute paths, by links, by links to nowhere', async () => {
    await using repo = await gitRepo(files);
    await symlink('/', join(repo.path, 'root'));
    await symlink(join(repo.path, '..', 'not-yet'), join(repo.path, 'dangling'));
    await symlink('a.txt', join(repo.path, 'inner'));
    const workspace = await openWorkspace({ root: repo.path });
    for (const path of ['../home', '/etc/passwd', 'root/etc/passwd', 'data/../../x', 'dangling', 'a\0b']) {
      for (const reach of [
        workspace.read,
        workspace.resolve,
        workspace.fingerprint,
        (one: string) => workspace.write(one, ''),
      ]) {
        await expect(reach(path), path).rejects.toMatchObject({ code: 'WORKSPACE_OUTSIDE' });
      }
    }
    expect(await workspace.list('root/etc/*')).toEqual([]);
    expect(await workspace.readText('inner')).toBe('one');
    await expect(workspace.list('../*')).rejects.toMatchObject({ code: 'WORKSPACE_OUTSIDE' });
    await expect(workspace.read('data')).rejects.toMatchObject({ code: 'WORKSPACE_NO_FILE' });
  });

  test('takes the digest of the bytes', async () => {
    await using repo = await gitRepo({ 'big.bin': new Uint8Array(300_000).fill(7) });
    const workspace = await openWorkspace({ root: repo.path });
    expect(await workspace.fingerprint('big.bin')).toEqual({
      digest: sha256(new Uint8Array(300_000).fill(7)),
      bytes: 300_000,
    });
  });
});
