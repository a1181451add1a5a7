// Bad days: no network, no permission, bad records, hostile bundles. Nothing is lost, and every message has a remedy.
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulidDay } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, temporaryFolder, type BareRemote, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openStore, randomIds, sha256, type GitStore, type StoreRequest } from '../src/index.ts';

const { next } = randomIds();
const runBundle = (id = next(), results: Record<string, string> = {}): Parameters<GitStore['add']>[0] => ({
  runs: [{ run: exampleRun(id), results }],
  operations: [],
});

interface Place extends AsyncDisposable {
  readonly repo: GitRepo;
  readonly remote: BareRemote;
  open(more?: Partial<StoreRequest>): Promise<GitStore>;
}

async function place(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo({ 'a.txt': 'a' }));
  await repo.publishTo(remote);
  const request = { repository: repo.path, remote: 'origin', environment: repo.environment };
  return {
    repo,
    remote,
    open: async (more = {}) => stack.use(await openStore({ ...request, ...more })),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Puts any files into the remote's inbox, as a hostile or broken writer could. */
async function plant(
  remote: BareRemote,
  name: string,
  files: Readonly<Record<string, string>>,
  mode = '100644',
): Promise<string> {
  await using folder = await temporaryFolder();
  const index = ['-c', `core.worktree=${folder.path}`];
  await remote.git(...index, 'read-tree', '--empty');
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder.path, 'blob');
    await writeFile(file, text);
    const oid = await remote.git('hash-object', '-w', file);
    await remote.git('update-index', '--add', '--cacheinfo', `${mode},${oid},${path}`);
  }
  const commit = await remote.git('commit-tree', '-m', 'planted', await remote.git('write-tree'));
  await remote.git('update-ref', `refs/pawl/inbox/${name}`, commit);
  return commit;
}

describe('when the remote does not take a bundle', () => {
  test('keeps it in the spool while the remote is away, shows why, and pushes it later', async () => {
    await using here = await place();
    const away = `${here.remote.path}.away`;
    await rename(here.remote.path, away);
    const store = await here.open();
    const bundle = runBundle();
    const receipt = await store.add(bundle);
    expect(receipt).toMatchObject({
      kept: 'spool',
      reason: expect.stringMatching(/cannot be reached.*`pawl store push`/),
    });
    await expect(store.list()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect((await store.pushSpool()).map(({ kept }) => kept)).toEqual(['spool']);
    await rename(away, here.remote.path);
    const later = await here.open();
    expect(await later.list()).toHaveLength(1);
    expect((await later.pushSpool()).map(({ kept }) => kept)).toEqual(['remote']);
    expect(await later.pushSpool()).toEqual([]);
    expect(await later.list()).toHaveLength(1);
  });

  test('names the permission when the remote refuses, and nothing is half done', async () => {
    await using here = await place();
    const hooks = join(here.remote.path, 'hooks');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, 'pre-receive'), '#!/bin/sh\necho "read only" >&2\nexit 1\n');
    await chmod(join(hooks, 'pre-receive'), 0o755);
    const store = await here.open();
    const receipt = await store.add(runBundle());
    expect(receipt).toMatchObject({
      kept: 'spool',
      reason: expect.stringMatching(/refused refs\/pawl\/inbox\/.*contents: write/),
    });
    expect(await store.list()).toHaveLength(1);
    expect(await here.remote.git('for-each-ref', 'refs/pawl')).toBe('');
  });

  test('says which remote is unknown, before anything is written', async () => {
    await using here = await place();
    await expect(here.open({ remote: 'upstream' })).rejects.toMatchObject({
      code: 'STORE_REMOTE_UNKNOWN',
      message: expect.stringContaining('"upstream"'),
    });
    await expect(here.open({ refPrefix: 'refs/../heads' })).rejects.toMatchObject({ code: 'STORE_REF_PREFIX' });
  });

  test('never shows the credentials of an address', async () => {
    await using here = await place();
    const commands: string[] = [];
    const store = await here.open({
      remote: 'http://ada:s3cret@127.0.0.1:9/x.git',
      beforeCommand: (command) => void commands.push(command.join(' ')),
    });
    const receipt = await store.add(runBundle());
    const opened = await store.list().catch((error: Error) => `${error.message} ${String(error.cause)}`);
    expect(receipt.kept).toBe('spool');
    expect(JSON.stringify([receipt, opened, commands])).not.toContain('s3cret');
  });
});

describe('records that cannot be trusted', () => {
  const hostile: readonly (readonly [string, (id: string) => Record<string, string>])[] = [
    ['a path outside the layout', () => ({ 'README.md': 'hello' })],
    ['a record under the wrong day', (id) => ({ [`runs/1999-01-01/${id}.json`]: JSON.stringify(exampleRun(id)) })],
    ['a record that is no JSON', (id) => ({ [`runs/${ulidDay(id)}/${id}.json`]: '{' })],
    ['another id than its path', (id) => ({ [`runs/${ulidDay(id)}/${id}.json`]: JSON.stringify(exampleRun(next())) })],
    ['a result without a run', (id) => ({ [`results/${ulidDay(id)}/${id}/a.txt`]: 'x' })],
    [
      'a result that is not what its digest says',
      (id) => ({
        [`runs/${ulidDay(id)}/${id}.json`]: JSON.stringify(exampleRun(id, { results: { 'a.txt': sha256('other') } })),
        [`results/${ulidDay(id)}/${id}/a.txt`]: 'x',
      }),
    ],
    [
      'a file over 1 MB',
      (id) => ({
        [`runs/${ulidDay(id)}/${id}.json`]: JSON.stringify(
          exampleRun(id, { results: { 'a.txt': sha256('x'.repeat(1_000_001)) } }),
        ),
        [`results/${ulidDay(id)}/${id}/a.txt`]: 'x'.repeat(1_000_001),
      }),
    ],
  ];

  test.each(hostile)('%s goes to quarantine, and a good bundle beside it is folded', async (_, files) => {
    await using here = await place();
    const id = next();
    const planted = await plant(here.remote, id, files(id));
    const store = await here.open();
    await store.add(runBundle());
    expect(await store.list()).toHaveLength(1 + (_.startsWith('a result that') || _.startsWith('a file over') ? 1 : 0));
    expect(await store.compact()).toMatchObject({ folded: 1, quarantined: 1 });
    expect(await store.list()).toHaveLength(1);
    expect(await here.remote.git('rev-parse', `refs/pawl/quarantine/${id}`)).toBe(planted);
    expect(await here.remote.git('for-each-ref', 'refs/pawl/inbox')).toBe('');
    expect(await store.verify()).toMatchObject({ runs: 1, problems: [] });
  });

  test('a link, and a ref that points to a blob, go to quarantine as well', async () => {
    await using here = await place();
    const [link, blob] = [next(), next()];
    await plant(here.remote, link, { [`runs/${ulidDay(link)}/${link}.json`]: '/etc/passwd' }, '120000');
    await here.remote.git(
      'update-ref',
      `refs/pawl/inbox/${blob}`,
      await here.remote.git('hash-object', '-w', join(here.remote.path, 'HEAD')),
    );
    const store = await here.open();
    expect(await store.list()).toEqual([]);
    expect(
      store
        .problems()
        .map(({ message }) => message)
        .toSorted(),
    ).toEqual(
      [link, blob]
        .toSorted()
        .map((id) => expect.stringMatching(id === link ? /does not belong/ : /is a blob, no commit/)),
    );
    expect(await store.compact()).toMatchObject({ folded: 0, quarantined: 2 });
  });

  test('a record of a newer Pawl stays in the inbox for a newer compactor', async () => {
    await using here = await place();
    const id = next();
    await plant(here.remote, id, {
      [`runs/${ulidDay(id)}/${id}.json`]: JSON.stringify({ ...exampleRun(id), schema: 'pawl.run/2' }),
    });
    const store = await here.open();
    await store.add(runBundle());
    expect(await store.list()).toHaveLength(1);
    expect(store.problems()[0]?.message).toMatch(/written by a newer Pawl/);
    expect(await store.compact()).toMatchObject({ folded: 1, quarantined: 0, problems: [expect.anything()] });
    expect(await here.remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl/inbox')).toBe(
      `refs/pawl/inbox/${id}`,
    );
  });
});

describe('an index that is lost or lags', () => {
  test('is read around, and rebuilt by the next compaction', async () => {
    await using here = await place();
    const store = await here.open();
    const ids = [next(), next()].toSorted().toReversed();
    for (const id of ids) await store.add(runBundle(id, { 'a.txt': id }));
    await store.compact();
    await here.remote.git('update-ref', '-d', 'refs/pawl/index');
    const reader = await here.open({ cacheDir: join(here.repo.path, '..', 'second.git') });
    expect((await reader.list()).map(({ id }) => id)).toEqual(ids);
    expect(await reader.readResult(ids[0] ?? '', 'a.txt')).toBe(ids[0]);
    await reader.compact();
    expect(await here.remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl/index')).toBe('refs/pawl/index');
    expect((await store.list()).map(({ id }) => id)).toEqual(ids);
    expect(await store.verify()).toEqual({ runs: 2, operations: 0, problems: [] });
  });

  test('that is wrong is found by verify', async () => {
    await using here = await place();
    const store = await here.open();
    const id = next();
    await store.add(runBundle(id));
    await store.compact();
    const data = await here.remote.git('rev-parse', 'refs/pawl/data');
    await here.remote.git('read-tree', '--empty');
    const meta = join(here.remote.path, 'meta');
    await writeFile(meta, JSON.stringify({ format: 1, dataCommit: data }));
    await here.remote.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `100644,${await here.remote.git('hash-object', '-w', meta)},meta.json`,
    );
    await here.remote.git(
      'update-ref',
      'refs/pawl/index',
      await here.remote.git('commit-tree', '-m', 'x', await here.remote.git('write-tree')),
    );
    expect((await store.verify()).problems.map(({ message }) => message)).toEqual([
      `refs/pawl/index is wrong about ${id}.`,
    ]);
  });
});
