// Where the store must work, and what it must leave alone there.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeUlid } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, cloneOf, gitRepo, repoAt, userStateOf, type BareRemote, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRegistry, openStore, randomIds } from '../src/index.ts';

const bundle = (): {
  runs: { run: ReturnType<typeof exampleRun>; results: Record<string, string> }[];
  operations: [];
} => ({
  runs: [{ run: exampleRun(randomIds().next()), results: { 'cases.jsonl': '{}\n' } }],
  operations: [],
});

/** Writes, folds, reads, prunes, leaves behind and verifies runs: all that a store does. */
async function useStore(repo: Pick<GitRepo, 'path' | 'environment'>, remote?: string): Promise<void> {
  const request = { repository: repo.path, environment: repo.environment, ...(remote !== undefined && { remote }) };
  await using store = await openStore({ ...request, now: () => Date.UTC(2099, 0, 1) });
  const old = { ...exampleRun(makeUlid(Date.UTC(2026, 0, 1), new Uint8Array(10)), { name: 'old' }), origin: {} };
  const newer = { ...exampleRun(makeUlid(Date.UTC(2026, 0, 2), new Uint8Array(10)), { name: 'old' }), origin: {} };
  const results = { 'cases.jsonl': '{}\n' };
  await store.add({ runs: [old, newer].map((run) => ({ run, results })), operations: [] });
  await store.compact();
  expect(await store.prune()).toMatchObject({ results: [old.id] });
  await store.compact({ reindex: true });
  expect(await store.gc()).toMatchObject({ dropped: 1 });
  expect(await store.repair()).toEqual({ actions: [] });
  expect(await store.verify()).toMatchObject({ state: 'sound', runs: 2 });
  expect(await store.status()).toMatchObject({ inbox: 0, runs: 2, archives: ['refs/pawl/archive/0001'] });
}

/** Writes, folds and reads a run, and registers a version: all that touches Git. */
async function useEverything(repo: Pick<GitRepo, 'path' | 'environment' | 'git'>, remote?: string): Promise<void> {
  const request = { repository: repo.path, environment: repo.environment, ...(remote !== undefined && { remote }) };
  await using store = await openStore(request);
  const added = bundle();
  expect((await store.add(added)).kept).toBe(remote === undefined ? 'local' : 'remote');
  await store.compact();
  expect((await store.list()).map(({ id }) => id)).toEqual([added.runs[0]?.run.id]);
  await using registry = await openRegistry(request);
  await registry.register({ name: 'mail', commit: await repo.git('rev-parse', 'HEAD'), message: 'first' });
  await registry.label({ name: 'mail', version: 'v0.1.0', label: 'production', message: 'go' });
  expect((await registry.resolve('mail', 'production'))?.version).toBe('v0.1.0');
}

async function published(): Promise<{ remote: BareRemote; repo: GitRepo } & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo({ 'a.txt': '1', '.gitignore': 'ignored\n' }));
  await repo.commit('two', { 'a.txt': '2' });
  await repo.commit('three', { 'a.txt': '3' });
  await repo.publishTo(remote);
  return { remote, repo, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const oursAndTags = /^refs\/(?:pawl\/|tags\/mail[@#])/;

describe('in the local repository', () => {
  test('changes nothing but its own refs in a dirty tree with staged changes and a detached HEAD', async () => {
    await using repo = await gitRepo({ 'a.txt': '1', 'b.txt': '1' });
    await repo.git('checkout', '--quiet', '--detach');
    await repo.write({ 'a.txt': 'staged' });
    await repo.git('add', 'a.txt');
    await repo.write({ 'b.txt': 'dirty', 'untracked.txt': 'x' });
    const before = await userStateOf(repo, oursAndTags);
    await useEverything(repo);
    expect(await userStateOf(repo, oursAndTags)).toBe(before);
  });

  test('leaves tree, index, HEAD and configuration alone in maintenance too, also where nothing is committed yet', async () => {
    await using repo = await gitRepo();
    await repo.write({ 'a.txt': 'staged', 'b.txt': 'untracked' });
    await repo.git('add', 'a.txt');
    await repo.git('update-ref', 'refs/mine', await repo.git('rev-parse', ':a.txt'));
    const before = await userStateOf(repo, oursAndTags);
    await useStore(repo);
    expect(await userStateOf(repo, oursAndTags)).toBe(before);
    expect(await repo.git('fsck', '--strict', '--no-dangling')).not.toMatch(/error|missing/);
  });

  test('works inside a submodule, and changes neither it nor what holds it', async () => {
    await using part = await gitRepo({ 'part.txt': '1' });
    await using whole = await gitRepo({ 'a.txt': '1' });
    await whole.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', part.path, 'part');
    await whole.commit('Add the part');
    const inside = repoAt(join(whole.path, 'part'), join(whole.path, '..', 'home'), whole);
    const before = [await userStateOf(whole), await userStateOf(inside, oursAndTags)];
    await useEverything(inside);
    expect([await userStateOf(whole), await userStateOf(inside, oursAndTags)]).toEqual(before);
    expect(await inside.git('for-each-ref', '--format=%(refname)', 'refs/pawl/data')).toBe('refs/pawl/data');
    expect(await whole.git('for-each-ref', 'refs/pawl')).toBe('');
  });

  test('maintains a store of SHA-256 objects', async () => {
    await using repo = await gitRepo({ 'a.txt': '1' }, { objectFormat: 'sha256' });
    const before = await userStateOf(repo, oursAndTags);
    await useStore(repo);
    expect(await userStateOf(repo, oursAndTags)).toBe(before);
    expect(await repo.git('rev-parse', 'refs/pawl/data')).toHaveLength(64);
  });

  test('runs none of the hooks that are installed there', async () => {
    await using repo = await gitRepo({ 'a.txt': '1' });
    const hooks = join(repo.path, '.git', 'hooks');
    await mkdir(hooks, { recursive: true });
    for (const hook of ['pre-push', 'pre-receive', 'update', 'post-receive', 'reference-transaction', 'pre-commit']) {
      await writeFile(join(hooks, hook), '#!/bin/sh\necho a hook ran >&2\nexit 1\n');
      await chmod(join(hooks, hook), 0o755);
    }
    await useEverything(repo);
  });

  test('works in a linked worktree and in a bare repository', async () => {
    await using repo = await gitRepo({ 'a.txt': '1' });
    const linked = join(repo.path, '..', 'linked');
    await repo.git('worktree', 'add', '--quiet', linked);
    await useEverything(repoAt(linked, join(repo.path, '..', 'home'), repo));
    expect(await repo.git('for-each-ref', '--format=%(refname)', 'refs/pawl/data')).toBe('refs/pawl/data');
    await using bare = await bareRemote();
    const tree = await bare.git('hash-object', '-t', 'tree', '-w', '/dev/null');
    await bare.git('update-ref', 'refs/heads/main', await bare.git('commit-tree', '-m', 'begin', tree));
    await useEverything(bare);
  });
});

describe('with a remote', () => {
  test('leaves the clone byte for byte as it was, down to a clone of depth 1', async () => {
    await using place = await published();
    await using shallow = await cloneOf(place.remote, '--depth=1');
    await shallow.write({ 'a.txt': 'dirty' });
    await shallow.git('checkout', '--quiet', '--detach');
    const before = await userStateOf(shallow, /^$/);
    await useEverything(shallow, 'origin');
    expect(await userStateOf(shallow, /^$/)).toBe(before);
    expect(await place.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('maintains a store from a clone of depth 1, which stays as it was', async () => {
    await using place = await published();
    await using shallow = await cloneOf(place.remote, '--depth=1');
    const before = await userStateOf(shallow, /^$/);
    await useStore(shallow, 'origin');
    expect(await userStateOf(shallow, /^$/)).toBe(before);
    expect(await place.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('registers an older commit from a shallow clone without uploading the tree again', async () => {
    await using place = await published();
    await using shallow = await cloneOf(place.remote, '--depth=1');
    const older = await place.repo.git('rev-parse', 'main~2');
    await using registry = await openRegistry({
      repository: shallow.path,
      remote: 'origin',
      environment: shallow.environment,
    });
    expect(await registry.register({ name: 'mail', commit: older, message: 'old' })).toMatchObject({ commit: older });
    expect(await place.remote.git('rev-parse', 'mail@v0.1.0^{commit}')).toBe(older);
  });

  test('works without a Git identity, with signing of commits forced on and no key', async () => {
    await using place = await published();
    await place.repo.git('config', 'commit.gpgSign', 'true');
    await place.repo.git('config', 'gpg.program', 'no-such-program');
    await useEverything(place.repo, 'origin');
    expect(await place.remote.git('for-each-ref', '--format=%(taggername)', 'refs/tags/mail@v0.1.0')).toBe('Pawl');
  });

  test("honours the user's signing for tags, and says so when it cannot", async () => {
    await using place = await published();
    for (const [key, value] of [
      ['user.name', 'Ada'],
      ['user.email', 'ada@example.com'],
      ['tag.gpgSign', 'true'],
      ['gpg.program', 'no-such-program'],
    ] as const) {
      await place.repo.git('config', key, value);
    }
    await using registry = await openRegistry({
      repository: place.repo.path,
      remote: 'origin',
      environment: place.repo.environment,
    });
    const commit = await place.repo.git('rev-parse', 'HEAD');
    await expect(registry.register({ name: 'mail', commit, message: 'x' })).rejects.toMatchObject({
      code: 'REGISTRY_SIGNING',
    });
    await place.repo.git('config', 'tag.gpgSign', 'false');
    await using plain = await openRegistry({
      repository: place.repo.path,
      remote: 'origin',
      environment: place.repo.environment,
    });
    await plain.register({ name: 'mail', commit, message: 'x' });
    expect(await place.remote.git('for-each-ref', '--format=%(taggername)', 'refs/tags/mail@v0.1.0')).toBe('Ada');
  });

  test('refuses to register a commit that the remote does not have', async () => {
    await using place = await published();
    const commit = await place.repo.commit('unpushed', { 'a.txt': '4' });
    await using registry = await openRegistry({
      repository: place.repo.path,
      remote: 'origin',
      environment: place.repo.environment,
    });
    await expect(registry.register({ name: 'mail', commit, message: 'x' })).rejects.toMatchObject({
      code: 'REGISTRY_COMMIT_UNKNOWN',
      hint: expect.stringContaining('Push the commit first'),
    });
  });

  test('ignores what an outer Git process left in the environment', async () => {
    await using place = await published();
    const environment = {
      ...place.repo.environment,
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_WORK_TREE: '/nowhere',
    };
    await useEverything({ ...place.repo, environment }, 'origin');
  });
});
