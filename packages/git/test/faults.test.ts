// A process can die between any two Git commands: the next one reads correctly at once, and heals.
import { execFile } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeUlid, ulidTime } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, temporaryFolder } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { openStore, randomIds } from '../src/index.ts';
import { storePlace } from './store-place.ts';

test('a death before any Git command of a write and a compaction loses and doubles nothing', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  await repo.publishTo(remote);
  const request = { repository: repo.path, remote: 'origin', environment: repo.environment };
  const { next } = randomIds();
  const ids: string[] = [];
  const deaths: string[] = [];
  for (let survive = 0; ids.length === deaths.length; survive++) {
    const id = next();
    ids.push(id);
    const bundle = { runs: [{ run: exampleRun(id), results: { 'a.txt': id } }], operations: [] };
    let left = Number.POSITIVE_INFINITY;
    const dying = await openStore({
      ...request,
      beforeCommand: (command) => {
        left -= 1;
        if (left >= 0) return;
        left = Number.POSITIVE_INFINITY;
        throw new Error(`died before ${command.find((word) => /^[a-z]/.test(word) && !word.includes('='))}`);
      },
    });
    left = survive;
    let added = false;
    try {
      await dying.add(bundle);
      added = true;
      await dying.compact();
    } catch (error) {
      deaths.push((error as Error).message);
    }
    await dying[Symbol.asyncDispose]();
    await using healthy = await openStore(request);
    const seen = (await healthy.list()).map((run) => run.id);
    expect(new Set(seen).size).toBe(seen.length);
    // What was acknowledged is there; what was not may be there (from the spool), and its writer tries again.
    if (added) expect(seen).toContain(id);
    else await healthy.add(bundle);
    expect((await healthy.list()).map((run) => run.id)).toEqual(ids.toSorted().toReversed());
  }
  await using last = await openStore(request);
  await last.compact();
  expect(await last.verify()).toMatchObject({ state: 'sound', runs: ids.length, operations: 0, problems: [] });
  expect(await remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  // The walk really went through the whole of it.
  for (const command of [
    'fast-import',
    'push',
    'update-ref',
    'ls-remote',
    'fetch',
    'cat-file',
    'mktree',
    'hash-object',
  ]) {
    expect(deaths).toContain(`died before ${command}`);
  }
}, 120_000);

/** Dies before the n-th Git command from `arm` on; `deaths` counts how often it did. */
function mortal(): { readonly beforeCommand: () => void; arm(commands: number): void; readonly died: () => boolean } {
  let left = Number.POSITIVE_INFINITY;
  let died = false;
  return {
    beforeCommand: () => {
      left -= 1;
      if (left >= 0) return;
      left = Number.POSITIVE_INFINITY;
      died = true;
      throw new Error('died');
    },
    arm: (commands) => {
      left = commands;
      died = false;
    },
    died: () => died,
  };
}

const day = 86_400_000;

test('a death before any Git command of a prune, its compaction and an epoch leaves a whole store', async () => {
  await using place = await storePlace();
  const start = Date.UTC(2027, 0, 1);
  const store = await place.open({ ledger: true, now: () => start });
  const old = Array.from({ length: 3 }, (_, index) => makeUlid(start - (500 + index) * day, new Uint8Array(10)));
  const young = makeUlid(start, new Uint8Array(10));
  for (const id of [...old, young]) {
    const run = exampleRun(id, { startedAt: new Date(ulidTime(id)).toISOString() });
    await store.add({ runs: [{ run, results: { 'a.txt': id } }], operations: [] });
  }
  await store.compact();
  const fatal = mortal();
  const dying = await place.open({ ledger: true, now: () => start, beforeCommand: fatal.beforeCommand });
  const upkeep = async (): Promise<void> => {
    await dying.prune();
    await dying.compact();
    await dying.gc();
  };
  let deaths = 0;
  for (let survive = 0; ; survive++) {
    fatal.arm(survive);
    await upkeep().catch(() => {});
    fatal.arm(Number.POSITIVE_INFINITY);
    await using healthy = await place.open(place.elsewhere('healthy'));
    const seen = await healthy.list();
    expect(seen.map(({ id }) => id)).toEqual([young, ...old]);
    expect(await healthy.readResult(young, 'a.txt')).toBe(young);
    const archived = await place.remote.git('for-each-ref', '--format=%(objectname)', 'refs/pawl/archive');
    const trailer = '--format=%(trailers:key=Pawl-Prev,valueonly)';
    const epoch = await place.remote.git('log', '-1', trailer, 'refs/pawl/data');
    expect(archived).toBe(epoch);
    if (archived !== '') break;
    deaths += 1;
  }
  expect(deaths).toBeGreaterThan(20);
  const last = await place.open(place.elsewhere('last'));
  expect(await last.verify()).toMatchObject({ state: 'sound', runs: 4, operations: 3 });
  expect(await last.readResult(old[0] ?? '', 'a.txt')).toBeUndefined();
  expect(await place.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
}, 120_000);

test('a death before any Git command of a repair leaves what can be repaired', async () => {
  await using place = await storePlace();
  const store = await place.open({ ledger: true });
  const { next } = randomIds();
  const ids = [next(), next()];
  await store.add({ runs: [{ run: exampleRun(ids[0] ?? ''), results: {} }], operations: [] });
  await store.compact();
  const before = await place.remote.git('rev-parse', 'refs/pawl/data');
  await store.add({ runs: [{ run: exampleRun(ids[1] ?? ''), results: {} }], operations: [] });
  await store.compact();
  const fatal = mortal();
  const dying = await place.open({ beforeCommand: fatal.beforeCommand });
  await place.remote.git('update-ref', 'refs/pawl/data', before);
  for (let survive = 0; ; survive += 5) {
    fatal.arm(survive);
    await dying.repair().catch(() => {});
    const died = fatal.died();
    fatal.arm(Number.POSITIVE_INFINITY);
    if (!died) break;
  }
  expect(await store.verify()).toMatchObject({ state: 'sound', runs: 2 });
}, 60_000);

test('a Git command killed while it runs leaves a whole store, and the next one goes on', async () => {
  await using place = await storePlace();
  // The first command of a kind is killed a little after it began; all others run to their end.
  await using folder = await temporaryFolder();
  const real = (await promisify(execFile)('sh', ['-c', 'command -v git'])).stdout.trim();
  const wrapper = [
    '#!/bin/sh',
    'case " $* " in *" $KILL_VERB "*) ;; *) exec "$REAL_GIT" "$@";; esac',
    'mkdir "$KILL_MARK" 2>/dev/null || exec "$REAL_GIT" "$@"',
    'exec 3<&0; "$REAL_GIT" "$@" <&3 & pid=$!; (sleep "$KILL_AFTER"; kill -9 $pid) >/dev/null 2>&1 & wait $pid',
  ];
  await writeFile(join(folder.path, 'git'), `${wrapper.join('\n')}\n`, { mode: 0o755 });
  const { next } = randomIds();
  const added: string[] = [];
  const moments = ['push', 'fetch', 'fast-import', 'mktree'].flatMap((verb) => [
    [verb, '0'] as const,
    [verb, '0.005'] as const,
  ]);
  for (const [index, [verb, after]] of moments.entries()) {
    const mark = join(folder.path, `killed-${index}`);
    const environment = {
      ...place.repo.environment,
      PATH: `${folder.path}:${place.repo.environment['PATH']}`,
      REAL_GIT: real,
      KILL_VERB: verb,
      KILL_AFTER: after,
      KILL_MARK: mark,
    };
    const dying = await place.open({ environment });
    const id = next();
    const bundle = { runs: [{ run: exampleRun(id), results: {} }], operations: [] };
    const receipt = await dying.add(bundle).catch(() => undefined);
    if (receipt?.kept === 'remote') added.push(id);
    await dying.compact().catch(() => {});
    await access(mark);
    const seen = (await (await place.open(place.elsewhere('healthy'))).list()).map((run) => run.id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(added));
  }
  const last = await place.open();
  await last.compact();
  expect(await last.verify()).toMatchObject({ state: 'sound' });
  expect(await place.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
}, 60_000);
