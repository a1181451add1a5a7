// Bad days: no network, no permission, bad records, hostile bundles. Nothing is lost, and every message has a remedy.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { makeUlid, ulidDay } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import type { BareRemote } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openStore, randomIds, sha256 } from '../src/index.ts';
import { plantCommit, runBundle, storePlace } from './store-place.ts';

const { next } = randomIds();

/** Puts any files into the remote's inbox, as a hostile or broken writer could. */
async function plant(
  remote: BareRemote,
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  mode = '100644',
): Promise<string> {
  const commit = await plantCommit(remote, files, { mode });
  await remote.git('update-ref', `refs/pawl/inbox/${name}`, commit);
  return commit;
}

/** A rule of the host, as a hook. */
async function rule(remote: BareRemote, name: string, script: string): Promise<void> {
  await mkdir(join(remote.path, 'hooks'), { recursive: true });
  await writeFile(join(remote.path, 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe('when the remote does not take a bundle', () => {
  test('keeps it in the spool while the remote is away, shows why, and pushes it later', async () => {
    await using here = await storePlace();
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
    await using here = await storePlace();
    await rule(here.remote, 'pre-receive', 'echo "read only" >&2; exit 1');
    const store = await here.open();
    const receipt = await store.add(runBundle());
    expect(receipt).toMatchObject({
      kept: 'spool',
      reason: expect.stringMatching(/refused refs\/pawl\/inbox\/.*contents: write/),
    });
    expect(await store.list()).toHaveLength(1);
    expect(await here.remote.git('for-each-ref', 'refs/pawl')).toBe('');
  });

  test('names the ref and the rule when the host protects it, and pushes when the rule is gone', async () => {
    await using here = await storePlace();
    await rule(
      here.remote,
      'pre-receive',
      'while read old new ref; do echo "error: GH013: Repository rule violations found for $ref." >&2; done; exit 1',
    );
    const store = await here.open();
    expect(await store.add(runBundle())).toMatchObject({
      kept: 'spool',
      reason: expect.stringMatching(
        /refused refs\/pawl\/inbox\/.*GH013.*let this job pass it for refs\/pawl\/inbox\/\*/,
      ),
    });
    await rule(here.remote, 'pre-receive', 'exit 0');
    expect((await store.pushSpool()).map(({ kept }) => kept)).toEqual(['remote']);
  });

  test('gives up on a remote that does not answer, and says how long it waited', async () => {
    await using here = await storePlace();
    await using server = await silentServer();
    const environment = { ...here.repo.environment, PAWL_GIT_TIMEOUT: '0.3' };
    const store = await here.open({ remote: `http://127.0.0.1:${server.port}/x.git`, environment });
    expect(await store.add(runBundle())).toMatchObject({
      kept: 'spool',
      reason: expect.stringContaining('no answer within 0.3 seconds'),
    });
    await expect(store.list()).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('no answer'),
    });
  });

  test('names what was kept for an address that origin no longer has, and adopts it when asked', async () => {
    await using here = await storePlace();
    await rename(here.remote.path, `${here.remote.path}.moved`);
    const before = await here.open();
    expect(await before.add(runBundle())).toMatchObject({ kept: 'spool' });
    await here.repo.git('remote', 'set-url', 'origin', `${here.remote.url}.moved`);
    const store = await here.open();
    expect(await store.list()).toEqual([]);
    expect(await store.pushSpool()).toEqual([]);
    const [left, ...others] = await store.leftovers();
    expect(others).toEqual([]);
    expect(left).toMatchObject({ address: here.remote.url, bundles: [{}] });
    expect(await store.status()).toMatchObject({ spooled: 0, inbox: 0, leftovers: [left] });
    expect((await store.adopt()).map(({ kept }) => kept)).toEqual(['remote']);
    expect(await store.list()).toHaveLength(1);
    expect(await store.leftovers()).toEqual([]);
    // A neighbour's spool is nobody else's business.
    await using neighbour = await storePlace();
    const { environment } = here.repo;
    await using other = await openStore({ repository: neighbour.repo.path, remote: 'origin', environment });
    expect(await other.leftovers()).toEqual([]);
  });

  test('says which remote is unknown, before anything is written', async () => {
    await using here = await storePlace();
    await expect(here.open({ remote: 'upstream' })).rejects.toMatchObject({
      code: 'STORE_REMOTE_UNKNOWN',
      message: expect.stringContaining('"upstream"'),
    });
    await expect(here.open({ refPrefix: 'refs/../heads' })).rejects.toMatchObject({ code: 'STORE_REF_PREFIX' });
  });

  test('never shows the credentials of an address', async () => {
    await using here = await storePlace();
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
  const hostile: readonly (readonly [string, (id: string) => Record<string, string | Uint8Array>])[] = [
    ['a path outside the layout', () => ({ 'README.md': 'hello' })],
    ['a record under the wrong day', (id) => ({ [`runs/1999-01-01/${id}.json`]: JSON.stringify(exampleRun(id)) })],
    ['a record that is no JSON', (id) => ({ [`runs/${ulidDay(id)}/${id}.json`]: '{' })],
    [
      'a record that is not UTF-8',
      (id) => ({ [`runs/${ulidDay(id)}/${id}.json`]: new Uint8Array([123, 255, 254, 125]) }),
    ],
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
    await using here = await storePlace();
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
    await using here = await storePlace();
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
    await using here = await storePlace();
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

describe('clocks and sizes', () => {
  test('a run from 2099 and one from 1970 are kept, listed by id, and nothing else is disturbed', async () => {
    await using here = await storePlace();
    const store = await here.open();
    const at = (time: number): string => makeUlid(time, new Uint8Array(10));
    const [late, early, now] = [at(Date.UTC(2099, 11, 31)), at(0), next()];
    for (const id of [late, now, early]) await store.add(runBundle(id));
    expect((await store.list()).map(({ id }) => id)).toEqual([late, now, early]);
    expect(await store.compact()).toMatchObject({ folded: 3, quarantined: 0 });
    expect((await store.list()).map(({ id }) => id)).toEqual([late, now, early]);
    expect(await store.prune()).toMatchObject({ runs: [], results: [] });
    expect(await store.verify()).toMatchObject({ state: 'sound', runs: 3 });
  });

  test('ten megabytes in one file are refused with a way out, in many files they are taken', async () => {
    await using here = await storePlace();
    const store = await here.open();
    const megabytes = 'x'.repeat(10_000_000);
    await expect(store.add(runBundle(next(), { 'cases.jsonl': megabytes }))).rejects.toMatchObject({
      code: 'STORE_OBJECT_TOO_LARGE',
      message: expect.stringContaining('10.0 MB'),
      hint: expect.stringContaining('artifact'),
    });
    await expect(store.add(runBundle(next(), {}, { params: { note: megabytes } }))).rejects.toMatchObject({
      code: 'STORE_OBJECT_TOO_LARGE',
    });
    expect(await here.remote.git('for-each-ref', 'refs/pawl')).toBe('');
    const parts = Array.from({ length: 10 }, (_, part) => [`part-${part}.txt`, `${part}`.repeat(1_000_000)] as const);
    const id = next();
    await store.add(runBundle(id, Object.fromEntries(parts)));
    await store.compact();
    expect((await store.readResult(id, 'part-9.txt'))?.length).toBe(1_000_000);
  });
});

describe('when the target does not let a compactor do all it wants', () => {
  const noDeletes =
    'while read old new ref; do case $new in *[!0]*) ;; *) echo "deleting $ref is not allowed" >&2; exit 1;; esac; done';

  test('a token that cannot delete refs folds all the same, says so, and never folds twice', async () => {
    await using here = await storePlace();
    await rule(here.remote, 'pre-receive', noDeletes);
    const store = await here.open();
    for (const id of [next(), next()]) await store.add(runBundle(id));
    expect(await store.compact()).toMatchObject({
      folded: 2,
      left: 2,
      problems: [{ code: 'STORE_INBOX_STAYS', message: expect.stringContaining('refs/pawl/inbox/') }],
    });
    const data = await here.remote.git('rev-parse', 'refs/pawl/data');
    const other = await here.open(here.elsewhere('other'));
    expect(await other.compact()).toMatchObject({ folded: 0, left: 2, quarantined: 0 });
    expect(await here.remote.git('rev-parse', 'refs/pawl/data')).toBe(data);
    await other.add(runBundle());
    expect(await other.compact()).toMatchObject({ folded: 1, left: 3 });
    expect(await other.list()).toHaveLength(3);
    expect(await other.verify()).toMatchObject({ state: 'sound', runs: 3 });
    await rule(here.remote, 'pre-receive', 'exit 0');
    expect(await other.compact()).toMatchObject({ left: 0, problems: [] });
    expect(await here.remote.git('for-each-ref', 'refs/pawl/inbox')).toBe('');
    expect(await other.verify()).toMatchObject({ state: 'sound', runs: 3 });
  });

  test('a target that takes nothing is asked no more than needed, and the runs stay in the inbox', async () => {
    await using here = await storePlace();
    const store = await here.open();
    await store.add(runBundle());
    await rule(here.remote, 'pre-receive', 'exit 1');
    const pushes: string[] = [];
    const compactor = await here.open({
      beforeCommand: (command) => void (command.includes('push') && pushes.push('push')),
    });
    await expect(compactor.compact()).rejects.toMatchObject({
      code: 'STORE_COMPACTION_REFUSED',
      message: expect.stringContaining('refs/pawl/data'),
      hint: expect.stringContaining('contents: write'),
    });
    expect(pushes).toHaveLength(2);
    expect(await store.list()).toHaveLength(1);
  });

  test('an inbox, a data and an index ref that point to blobs are named, and what can be read is read', async () => {
    await using here = await storePlace();
    const store = await here.open();
    await store.add(runBundle());
    await store.compact();
    const blob = await here.remote.git('hash-object', '-w', join(here.remote.path, 'HEAD'));
    await here.remote.git('update-ref', 'refs/pawl/index', blob);
    await here.remote.git('update-ref', `refs/pawl/inbox/${next()}`, blob);
    const reader = await here.open(here.elsewhere('reader'));
    expect(await reader.list()).toHaveLength(1);
    await here.remote.git('update-ref', 'refs/pawl/data', blob);
    await expect(reader.compact()).rejects.toMatchObject({
      code: 'STORE_DATA_UNREADABLE',
      message: expect.stringContaining('refs/pawl/data'),
      hint: expect.stringContaining('`pawl store repair`'),
    });
  });

  test('a full disk on the target leaves the run in the spool', async () => {
    await using here = await storePlace();
    await rule(here.remote, 'pre-receive', 'echo "fatal: write error: No space left on device" >&2; exit 1');
    const store = await here.open();
    expect(await store.add(runBundle())).toMatchObject({
      kept: 'spool',
      reason: expect.stringContaining('No space left'),
    });
    expect(await store.status()).toMatchObject({ spooled: 1, inbox: 0 });
  });
});

/** Takes connections, and never says a word. */
async function silentServer(): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

describe('an index that is lost or lags', () => {
  test('is read around, and rebuilt by the next compaction', async () => {
    await using here = await storePlace();
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
    expect(await store.verify()).toMatchObject({ state: 'sound', runs: 2, operations: 0, problems: [] });
  });

  test('that is wrong is found by verify', async () => {
    await using here = await storePlace();
    const store = await here.open();
    const id = next();
    await store.add(runBundle(id));
    await store.compact();
    const data = await here.remote.git('rev-parse', 'refs/pawl/data');
    await here.remote.git('read-tree', '--empty');
    const meta = join(here.remote.path, 'meta');
    await writeFile(meta, JSON.stringify({ format: 2, dataCommit: data }));
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
