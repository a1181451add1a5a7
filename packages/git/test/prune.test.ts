// Retention: what is dropped, what somebody still leans on, and epochs that leave the dropped behind.
import { join } from 'node:path';
import { makeUlid, type Operation, type RetentionRule, type Run } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { gitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRegistry, randomIds, type GitStore } from '../src/index.ts';
import { planRetention, type RetentionFacts } from '../src/retention.ts';
import { plantCommit, storePlace } from './store-place.ts';

const day = 86_400_000;
const now = Date.UTC(2027, 5, 1);
let count = 0;
const idAged = (days: number): string => makeUlid(now - days * day, new Uint8Array(10).fill((count += 1)));
const aged = (days: number, more: Partial<Run> = {}): Run =>
  exampleRun(idAged(days), {
    startedAt: new Date(now - days * day).toISOString(),
    origin: { branch: 'main' },
    ...more,
  });
const operation = (kind: Operation['kind'], about: string, data: Operation['data'] = {}): Operation => ({
  schema: 'pawl.op/1',
  id: idAged(0),
  kind,
  about,
  at: new Date(now).toISOString(),
  data,
});

describe('the plan', () => {
  const plan = (runs: readonly Run[], facts: Partial<RetentionFacts> = {}) =>
    planRetention({
      // The newest of a name always stays: it is what the next run is compared with.
      runs: [...runs, aged(0)].map((run) => ({ run, hasResults: true })),
      operations: [],
      rules: [],
      registered: new Set(),
      now,
      ...facts,
    });
  const dropped = (runs: readonly Run[], facts: Partial<RetentionFacts> = {}): readonly string[] =>
    plan(runs, facts).expired.map(({ run, drop }) => `${runs.indexOf(run)} ${drop}`);

  test('drops results of pull requests after 90 days and others after 400, and keeps records forever', () => {
    const pull = { origin: { branch: 'topic', pullRequest: 7 } };
    const runs = [aged(89, pull), aged(91, pull), aged(399), aged(401), aged(2000, pull)];
    expect(dropped(runs)).toEqual(['1 results', '3 results', '4 results']);
  });

  test('asks rules in order, each for results and for records apart', () => {
    const rules: RetentionRule[] = [
      { kind: 'drift-report', results: '2w', runs: '30d' },
      { branch: 'release/*', results: 'forever' },
      { runs: '500d' },
    ];
    const runs = [
      aged(15, { kind: 'drift-report' }),
      aged(31, { kind: 'drift-report' }),
      aged(450, { origin: { branch: 'release/2' } }),
      aged(501, { origin: { branch: 'release/2' } }),
      aged(450),
      aged(10, { kind: 'drift-report' }),
    ];
    expect(dropped(runs, { rules })).toEqual(['0 results', '1 run', '3 run', '4 results']);
    expect(plan(runs, { rules }).expired.map(({ rule }) => rule)).toEqual([
      'results of drift-report: 2w',
      'runs of drift-report: 30d',
      'runs: 500d',
      'results: 400d',
    ]);
  });

  test.each<readonly [string, Partial<Run>, (run: Run) => Partial<RetentionFacts>]>([
    ['pinned', {}, ({ id }) => ({ operations: [operation('pin', id)] })],
    ['registered', { origin: { commit: 'c1', branch: 'main' } }, () => ({ registered: new Set(['c1']) })],
    [
      'registered',
      { subject: { name: 'm', digest: 'sha256:1', version: 'v1.0.0' } },
      () => ({ registered: new Set(['m@v1.0.0']) }),
    ],
    ['deployed', {}, ({ id }) => ({ operations: [operation('rollout', 'r', { gate: { run: id } })] })],
    [
      'deployed',
      { subject: { name: 'm', digest: 'sha256:9' } },
      () => ({ operations: [operation('rollout', 'r', { digest: 'sha256:9' })] }),
    ],
  ])('keeps what is %s', (reason, more, facts) => {
    const run = aged(999, more);
    expect(plan([run], facts(run))).toMatchObject({ expired: [], kept: { [reason]: 1 } });
    expect(plan([run]).expired).toHaveLength(1);
  });

  test('keeps the other side of a comparison, and the newest of each branch', () => {
    const baseline = aged(700, { origin: { commit: 'b1', branch: 'main' } });
    const compared = aged(10, { baseline: { source: 'merge-base', commit: 'b1' } });
    const lonely = aged(800, { name: 'other', origin: { branch: 'main' } });
    expect(plan([baseline, compared, lonely])).toMatchObject({ expired: [], kept: { baseline: 2 } });
    expect(dropped([baseline, lonely])).toEqual(['0 results']);
  });

  test('lets a pin go, and drops nothing for a time that a broken clock gave', () => {
    const [run, pull] = [aged(999), { pullRequest: 1, branch: 't' }];
    expect(
      dropped([run], { operations: [operation('pin', run.id), operation('pin', run.id, { pinned: false })] }),
    ).toEqual(['0 results']);
    const from1970 = exampleRun(makeUlid(5, new Uint8Array(10)), {
      startedAt: '1970-01-01T00:00:00.005Z',
      origin: pull,
    });
    const from2099 = exampleRun(makeUlid(Date.UTC(2099, 0, 1), new Uint8Array(10)), {
      startedAt: '2099-01-01T00:00:00Z',
      origin: pull,
    });
    const mixed = exampleRun(makeUlid(5, new Uint8Array(10)), {
      startedAt: new Date(now - day).toISOString(),
      origin: pull,
    });
    expect(dropped([from1970, from2099, mixed])).toEqual([]);
  });

  test('takes no time over a pattern of many stars', () => {
    const rules: RetentionRule[] = [{ branch: `${'*a'.repeat(200)}b`, results: '1d' }];
    expect(dropped([aged(2, { origin: { branch: 'a'.repeat(5000) } })], { rules })).toEqual([]);
  });
});

const results = { 'cases.jsonl': '{"ok":true}\n' };
const addRuns = async (store: GitStore, runs: readonly Run[]): Promise<void> => {
  await store.add({ runs: runs.map((run) => ({ run, results })), operations: [] });
  await store.compact();
};

describe('prune and gc', () => {
  const rules: RetentionRule[] = [{ name: 'brief', runs: '10d' }];

  test('hide at once, drop with the next epoch, and every reader sees the same, before and after', async () => {
    await using place = await storePlace();
    const store = await place.open({ now: () => now });
    const reader = await place.open(place.elsewhere('reader'));
    const commit = await place.repo.git('rev-parse', 'HEAD');
    const [old, brief, registered, young] = [
      aged(500),
      aged(20, { name: 'brief' }),
      aged(600, { origin: { commit, branch: 'main' } }),
      aged(1, { origin: { branch: 'main', commit: 'new' } }),
    ];
    const newest = aged(2, { name: 'brief' });
    await addRuns(store, [old, brief, registered, young, newest]);
    await using registry = await openRegistry({
      repository: place.repo.path,
      remote: 'origin',
      environment: place.repo.environment,
    });
    await registry.register({ name: 'flight-delay', commit, message: 'first' });
    expect(await reader.list()).toHaveLength(5);

    const planned = await store.prune({ rules, dryRun: true });
    expect(planned).toMatchObject({ runs: [brief.id], results: [old.id], kept: { registered: 1 }, receipts: [] });
    expect(await store.list()).toHaveLength(5);
    const pruned = await store.prune({ rules });
    expect(pruned).toMatchObject({ runs: [brief.id], results: [old.id], receipts: [{ kept: 'remote' }] });
    // Another hand prunes at the same time: the same tombstones.
    await (await place.open({ ...place.elsewhere('other'), now: () => now + day })).prune({ rules });
    expect((await reader.list()).map(({ id }) => id)).not.toContain(brief.id);
    expect(await store.compact()).toMatchObject({ quarantined: 0 });
    expect(await store.prune({ rules })).toMatchObject({ runs: [], results: [] });
    expect(await store.verify()).toMatchObject({ state: 'sound', runs: 5, operations: 2 });

    const before = await place.remote.git('rev-parse', 'refs/pawl/data');
    expect(await store.gc({ dryRun: true })).toMatchObject({ dropped: 3, runs: 1, commit: undefined });
    const epoch = await store.gc();
    expect(epoch).toMatchObject({ dropped: 3, runs: 1, archive: 'refs/pawl/archive/0001' });
    expect(await place.remote.git('rev-parse', 'refs/pawl/archive/0001')).toBe(before);
    expect(await place.remote.git('log', '--format=%(trailers:key=Pawl-Prev,valueonly)', 'refs/pawl/data')).toBe(
      before,
    );
    expect(await place.remote.git('show', 'refs/pawl/data:pawl.json')).toContain('"epoch":1');
    expect(await store.gc()).toMatchObject({ dropped: 0, commit: undefined });

    // A reader with yesterday's view, and a fresh one.
    for (const open of [reader, await place.open(place.elsewhere('fresh'))]) {
      expect((await open.list()).map(({ id }) => id).toSorted()).toEqual(
        [old, registered, young, newest].map(({ id }) => id).toSorted(),
      );
      expect((await open.read(old.id))?.id).toBe(old.id);
      expect(await open.readResult(old.id, 'cases.jsonl')).toBeUndefined();
      expect(await open.readResult(registered.id, 'cases.jsonl')).toBe(results['cases.jsonl']);
      expect(await open.verify()).toMatchObject({ state: 'sound', runs: 4 });
    }
    await addRuns(store, [aged(0)]);
    expect(await store.verify()).toMatchObject({ state: 'sound', runs: 5 });
    expect(await place.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  test('keep the head before as a bundle, drop archives, and an epoch cannot hide what had no tombstone', async () => {
    await using place = await storePlace();
    const store = await place.open({ now: () => now });
    const old = aged(500);
    await addRuns(store, [old, aged(1)]);
    expect(await store.verify()).toMatchObject({ state: 'sound' });
    await store.prune();
    await store.compact();
    const file = join(place.repo.path, '..', 'epoch-1.bundle');
    const before = await place.remote.git('rev-parse', 'refs/pawl/data');
    await expect(store.gc({ bundle: join(file, 'no', 'such', 'folder') })).rejects.toMatchObject({
      code: 'STORE_ARCHIVE_UNWRITABLE',
    });
    expect(await place.remote.git('rev-parse', 'refs/pawl/data')).toBe(before);
    expect(await store.gc({ bundle: file })).toMatchObject({ dropped: 1, archive: file });
    expect(await place.remote.git('for-each-ref', 'refs/pawl/archive')).toBe('');
    await using copy = await gitRepo();
    await copy.git('fetch', '--quiet', file, 'refs/pawl/archive/0001:refs/heads/old');
    expect(await copy.git('rev-parse', 'old')).toBe(before);
    expect(await copy.git('ls-tree', '-r', '--name-only', 'old')).toContain(`results/`);
    expect(await store.verify()).toMatchObject({ state: 'sound' });

    // A forged epoch: names the head before it, and leaves a run out.
    const head = await place.remote.git('rev-parse', 'refs/pawl/data');
    const [path = ''] = (await place.remote.git('ls-tree', '-r', '--name-only', head, 'runs/')).split('\n');
    const without = await plantCommit(place.remote, { [path]: undefined }, { parents: [head] });
    const message = `epoch\n\nPawl-Op: epoch\nPawl-Prev: ${head}`;
    const forged = await place.remote.git('commit-tree', '-m', message, `${without}^{tree}`);
    await place.remote.git('update-ref', 'refs/pawl/data', forged);
    const found = await store.verify();
    expect(found.state).toBe('broken');
    expect(found.problems.some(({ message }) => /epoch dropped runs\/.*no tombstone/.test(message))).toBe(true);
    await store.repair();
    expect(await (await place.open(place.elsewhere('after'))).verify()).toMatchObject({ state: 'sound', runs: 2 });
  });

  test('lose nothing when epochs, compactors and writers race', async () => {
    await using place = await storePlace();
    const store = await place.open({ now: () => now, ledger: true });
    await addRuns(store, [...Array.from({ length: 6 }, (_, index) => aged(500 + index)), aged(1)]);
    await store.prune();
    await store.compact();
    const { next } = randomIds(() => now);
    const written: string[] = [];
    const write = async (name: string): Promise<void> => {
      const writer = await place.open(place.elsewhere(name));
      for (let run = 0; run < 3; run++) {
        const id = next();
        await writer.add({ runs: [{ run: exampleRun(id), results }], operations: [] });
        written.push(id);
        await writer.compact();
      }
    };
    const epochs = ['a', 'b'].map(async (name) =>
      (await place.open({ ...place.elsewhere(`gc-${name}`), now: () => now })).gc(),
    );
    await Promise.all([write('one'), write('two'), ...epochs]);
    const commits = (await Promise.all(epochs)).flatMap(({ commit }) => commit ?? []);
    // Of the same data at the same time, two hands make the very same epoch.
    expect(new Set(commits).size).toBe(1);
    const last = await place.open(place.elsewhere('last'));
    await last.compact();
    expect((await last.list()).map(({ id }) => id)).toEqual(expect.arrayContaining(written));
    expect(await last.verify()).toMatchObject({ state: 'sound', runs: 13 });
  });
});
