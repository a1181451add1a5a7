// The dirty diff: what can be applied again, and nothing that was not meant to be shared.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitRepo, userStateOf } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { openWorkTree } from '../src/index.ts';

const treeOf = ({ path, environment }: { path: string; environment: Readonly<Record<string, string>> }) =>
  openWorkTree({ repository: path, environment });

test('the diff of a dirty tree gives the same files again when it is applied to the commit', async () => {
  await using repo = await gitRepo({ 'a.py': 'lr = 1\n', 'sub/ä b.py': 'x\n', 'gone.py': 'y\n', 'same.py': 'z\n' });
  await repo.write({ 'a.py': 'lr = 2\n', 'sub/ä b.py': 'x\nmore', 'new.py': 'staged\n', 'untracked.py': 'secret\n' });
  await repo.git('rm', '--quiet', 'gone.py');
  await repo.git('add', 'new.py');
  // Only its time changes: no content, no line in the diff.
  await writeFile(join(repo.path, 'same.py'), 'z\n');
  const before = await userStateOf(repo);

  const diff = await treeOf(repo).dirtyDiff(1_000_000);

  expect(diff).toMatchObject({ cut: false, ignored: [], notText: 0 });
  expect(diff?.text).not.toContain('secret');
  expect(diff?.text).not.toContain('same.py');
  expect(await userStateOf(repo)).toEqual(before);
  await repo.git('stash', '--quiet');
  await writeFile(join(repo.path, '.git/dirty.diff'), diff?.text ?? '');
  await repo.git('apply', '--index', '.git/dirty.diff');
  expect(await repo.git('status', '--porcelain', '--untracked-files=no')).toBe(
    ['M  a.py', 'D  gone.py', 'A  new.py', 'M  "sub/\\303\\244 b.py"'].join('\n'),
  );
});

test('tracked files that .gitignore matches are left out and named', async () => {
  await using repo = await gitRepo({ 'a.py': '1\n' });
  await repo.write({ '.gitignore': '.env\n', '.env': 'KEY=old\n' });
  await repo.git('add', '--force', '.env', '.gitignore');
  await repo.git('commit', '--quiet', '--message', 'env');
  await repo.write({ '.env': 'KEY=very-secret\n', 'a.py': '2\n' });

  const diff = await treeOf(repo).dirtyDiff(1_000_000);

  expect(diff?.ignored).toEqual(['.env']);
  expect(diff?.text).not.toContain('very-secret');
  expect(diff?.text).toContain('+2');
});

test('a diff that is too long ends before the file that does not fit', async () => {
  await using repo = await gitRepo({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  await repo.write({ 'a.txt': 'A\n', 'b.txt': 'B'.repeat(5000) });
  const diff = await treeOf(repo).dirtyDiff(1000);
  expect(diff?.cut).toBe(true);
  expect(diff?.text).toMatch(/^diff --git a\/a\.txt [^]*\+A\n$/);
});

test('changes that are not UTF-8 are left out and counted; binary files are named', async () => {
  await using repo = await gitRepo({ 'latin.txt': 'a\n', 'x.bin': new Uint8Array([0, 1]) });
  await repo.write({ 'latin.txt': new Uint8Array([0xe9, 10]), 'x.bin': new Uint8Array([0, 2]) });
  const diff = await treeOf(repo).dirtyDiff(1_000_000);
  expect(diff?.notText).toBe(1);
  expect(diff?.text).toContain('Binary files a/x.bin and b/x.bin differ');
});

test('a clean tree, a repository without a commit and a bare one have no diff', async () => {
  await using clean = await gitRepo({ 'a.py': '1\n' });
  await using empty = await gitRepo();
  await clean.git('clone', '--quiet', '--bare', '.', 'bare.git');
  expect(await treeOf(clean).dirtyDiff(1000)).toBeUndefined();
  expect(await treeOf(empty).dirtyDiff(1000)).toBeUndefined();
  const bare = { path: join(clean.path, 'bare.git'), environment: clean.environment };
  expect(await treeOf(bare).dirtyDiff(1000)).toBeUndefined();
});

test('the folder for state is the same in every worktree and below', async () => {
  await using repo = await gitRepo({ 'sub/a.py': '1\n' });
  await repo.git('worktree', 'add', '--quiet', '--detach', 'other');
  const at = (path: string) => treeOf({ path: join(repo.path, path), environment: repo.environment }).stateFolder();
  expect(await at('')).toBe(join(repo.path, '.git', 'pawl'));
  expect(await at('sub')).toBe(join(repo.path, '.git', 'pawl'));
  expect(await at('other')).toBe(join(repo.path, '.git', 'pawl'));
});
