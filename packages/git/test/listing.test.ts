// Lists through index and recent runs: the same answer whatever of them is there, and no more read than is needed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeUlid, type Operation, type Run, type RunQuery } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, type BareRemote } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openStore, type GitStore, type StoreRequest } from '../src/index.ts';

const firstDay = Date.UTC(2026, 2, 1);

/** Six runs a day. */
const runAt = (ordinal: number, more: Partial<Run> = {}): Run => {
  const chance = new Uint8Array(10).fill(ordinal);
  const time = firstDay + ordinal * 4 * 3_600_000;
  return exampleRun(makeUlid(time, chance), {
    name: ordinal % 2 === 0 ? 'mail' : 'flights',
    metrics: { f1: { value: ordinal / 1000 } },
    startedAt: new Date(time).toISOString(),
    ...more,
  });
};

const tombstone = (ordinal: number, about: string): Operation => ({
  schema: 'pawl.op/1',
  id: runAt(ordinal).id,
  kind: 'tombstone',
  about,
  at: '2026-03-02T00:00:00.000Z',
  data: {},
});

const bundleOf = (runs: readonly Run[], operations: readonly Operation[] = []): Parameters<GitStore['add']>[0] => ({
  runs: runs.map((run) => ({ run, results: {} })),
  operations,
});

interface Place extends AsyncDisposable {
  readonly remote: BareRemote;
  /** A reader or writer with a cache of its own. */
  open(more?: Partial<StoreRequest>): Promise<GitStore>;
}

async function place(): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo({ 'a.txt': 'a' }));
  await repo.publishTo(remote);
  let opened = 0;
  return {
    remote,
    open: async (more = {}) => {
      const cacheDir = join(repo.path, '..', `cache-${(opened += 1)}.git`);
      const { path: repository, environment } = repo;
      return stack.use(await openStore({ repository, remote: 'origin', cacheDir, environment, ...more }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** More than recent runs hold. */
const many = 230;

/** Six runs a day; some are hidden, some superseded; the last five wait. @returns what lists show, newest first */
async function history(here: Place, count = 32): Promise<readonly string[]> {
  const store = await here.open();
  const attempt = (ordinal: number): Partial<Run> => ({
    producer: { key: `step ${ordinal >> 1}`, attempt: ordinal & 1 },
  });
  const runs = Array.from({ length: count }, (_, ordinal) => runAt(ordinal, ordinal % 10 >= 8 ? attempt(ordinal) : {}));
  const hidden = [3, 7, count - 6];
  const tombstones = hidden.map((ordinal, index) => tombstone(231 + index, runs[ordinal]?.id ?? ''));
  await store.add(bundleOf(runs.slice(0, -5), tombstones.slice(0, 2)));
  await store.compact();
  await store.add(bundleOf(runs.slice(-5), tombstones.slice(2)));
  const shown = runs.filter((_, ordinal) => !hidden.includes(ordinal) && ordinal % 10 !== 8);
  return shown.map(({ id }) => id).toReversed();
}

const idsOf = async (store: GitStore, query: RunQuery = {}): Promise<readonly string[]> =>
  (await store.list(query)).map(({ id }) => id);

/** The ref's commit with one file replaced, or taken away. */
async function tamper({ remote: { git, path } }: Place, ref: string, file: RegExp, content?: string): Promise<void> {
  const lines = (await git('ls-tree', '-r', ref)).split('\n');
  const entries = lines.map((line) => /^\d+ blob (?<oid>\S+)\t(?<name>.+)$/.exec(line)?.groups ?? {});
  const found = entries.find(({ name = '' }) => file.test(name));
  expect(found).toBeDefined();
  const kept = entries.filter((entry) => entry !== found);
  if (content !== undefined) {
    await writeFile(join(path, 'planted'), content);
    kept.push({ ...found, oid: await git('hash-object', '-w', '--no-filters', join(path, 'planted')) });
  }
  await git('read-tree', '--empty');
  await git('update-index', '--add', ...kept.flatMap(({ oid, name }) => ['--cacheinfo', `100644,${oid},${name}`]));
  await git('update-ref', ref, await git('commit-tree', '-m', 'tampered', await git('write-tree')));
}

describe('a page', () => {
  test('says what the whole list says, also past the recent runs, and with filters', async () => {
    await using here = await place();
    const ids = await history(here, many);
    const whole = await here.open();
    expect(await idsOf(whole)).toEqual(ids);
    for (const query of [
      { limit: 3 },
      { limit: 50 },
      { offset: 40, limit: 10 },
      { offset: 170, limit: 20 },
      { limit: 500 },
    ]) {
      const reader = await here.open();
      const { offset = 0, limit } = query;
      expect(await idsOf(reader, query)).toEqual(ids.slice(offset, offset + limit));
    }
    for (const query of [
      { name: 'mail' },
      { matches: ({ metrics }) => (metrics['f1'] ?? 1) < 0.02 },
    ] satisfies RunQuery[]) {
      const all = await idsOf(whole, query);
      const reader = await here.open();
      expect(await idsOf(reader, { ...query, limit: 4 })).toEqual(all.slice(0, 4));
      expect(await idsOf(reader, { ...query, limit: 1000 })).toEqual(all);
    }
  });

  test('and a recent run are read without the index, an older run with it', async () => {
    await using here = await place();
    const ids = await history(here, many);
    const index = await here.remote.git('rev-parse', 'refs/pawl/index');
    const folder = join(here.remote.path, '..', 'reader.git');
    const reader = await here.open({ cacheDir: folder });
    const known = (): Promise<string> =>
      here.remote.git(`--git-dir=${folder}`, 'rev-parse', '--quiet', '--verify', `${index}^{commit}`).catch(() => 'no');
    expect(await idsOf(reader, { limit: 20 })).toEqual(ids.slice(0, 20));
    expect((await reader.read(ids[19] ?? ''))?.id).toBe(ids[19]);
    expect(await known()).toBe('no');
    expect((await reader.read(ids.at(-1) ?? ''))?.id).toBe(ids.at(-1));
    expect(await known()).toBe(index);
  });

  test('sees a new run and a new tombstone at once, folded or not', async () => {
    await using here = await place();
    const ids = await history(here);
    const [writer, reader] = [await here.open(), await here.open()];
    await idsOf(reader, { limit: 2 });
    const late = runAt(240);
    await writer.add(bundleOf([late], [tombstone(241, ids[0] ?? '')]));
    const expected = [late.id, ids[1], ids[2]];
    expect(await idsOf(reader, { limit: 3 })).toEqual(expected);
    await writer.compact();
    expect(await idsOf(reader, { limit: 3 })).toEqual(expected);
  });
});

describe('recent runs', () => {
  const troubles: readonly (readonly [string, (here: Place) => Promise<unknown>])[] = [
    ['are gone', ({ remote }) => remote.git('update-ref', '-d', 'refs/pawl/recent')],
    ['have a broken list', (here) => tamper(here, 'refs/pawl/recent', /runs/, 'hello')],
    ['lack a file', (here) => tamper(here, 'refs/pawl/recent', /tombstones/)],
    ['point to the data', ({ remote }) => remote.git('update-ref', 'refs/pawl/recent', 'refs/pawl/data')],
    ['belong to an index that was replaced', (here) => tamper(here, 'refs/pawl/index', /meta/)],
  ];

  test.each(troubles)('that %s are left aside', async (_, trouble) => {
    await using here = await place();
    const ids = await history(here);
    await trouble(here);
    const reader = await here.open();
    expect(await idsOf(reader, { limit: 5 })).toEqual(ids.slice(0, 5));
  });
});

describe('the index', () => {
  test('that cannot be read is named, read around, and written anew', async () => {
    await using here = await place();
    const ids = await history(here);
    await tamper(here, 'refs/pawl/index', /^runs\/2026-03-02/, 'hello');
    await here.remote.git('update-ref', '-d', 'refs/pawl/recent');
    const reader = await here.open();
    expect(await idsOf(reader)).toEqual(ids);
    expect(reader.problems()).toMatchObject([
      { code: 'STORE_INDEX_UNREADABLE', hint: expect.stringMatching(/reindex/) },
    ]);
    await reader.compact({ reindex: true });
    const later = await here.open();
    expect(await idsOf(later)).toEqual(ids);
    expect(later.problems()).toEqual([]);
  });

  test('is written anew when a compaction meets a day of it that cannot be read', async () => {
    await using here = await place();
    const ids = await history(here);
    await tamper(here, 'refs/pawl/index', /^blobs\/2026-03-02/, 'hello');
    const writer = await here.open();
    const late = { ...runAt(7), id: makeUlid(firstDay + 86_400_000, new Uint8Array(10).fill(99)) };
    await writer.add(bundleOf([late]));
    await writer.compact();
    const reader = await here.open();
    expect([...(await idsOf(reader))].toSorted()).toEqual([...ids, late.id].toSorted());
    expect((await reader.read(late.id))?.id).toBe(late.id);
    expect(reader.problems()).toEqual([]);
  });

  test('of an older format is read around until the next compaction', async () => {
    await using here = await place();
    const ids = await history(here);
    const dataCommit = await here.remote.git('rev-parse', 'refs/pawl/data');
    await tamper(here, 'refs/pawl/index', /meta/, JSON.stringify({ format: 1, dataCommit }));
    const reader = await here.open();
    expect(await idsOf(reader)).toEqual(ids);
    await reader.compact();
    expect(await here.remote.git('cat-file', 'blob', 'refs/pawl/index:meta.json')).toContain('"format":2');
    expect(await idsOf(await here.open(), { limit: 7 })).toEqual(ids.slice(0, 7));
  });

  test('of a newer format is refused by name', async () => {
    await using here = await place();
    await history(here);
    await tamper(here, 'refs/pawl/index', /meta/, '{"format":3}');
    await expect((await here.open()).list()).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  });

  test('gets one day written anew by a compaction of one run, and the rest stays as it is', async () => {
    await using here = await place();
    await history(here);
    const files = async (): Promise<readonly string[]> =>
      (await here.remote.git('ls-tree', '-r', 'refs/pawl/index')).split('\n').map((line) => line.split(' ')[2] ?? '');
    const writer = await here.open();
    await writer.compact();
    const before = new Set(await files());
    await writer.add(bundleOf([{ ...runAt(9), id: makeUlid(firstDay + 1, new Uint8Array(10).fill(7)) }]));
    await writer.compact();
    const changed = (await files()).filter((file) => !before.has(file)).map((file) => file.split('\t')[1]);
    expect(changed).toEqual(['blobs/2026-03-01', 'meta.json', 'runs/2026-03-01']);
  });

  test('that lags is completed from the data', async () => {
    await using here = await place();
    const ids = await history(here);
    const old = await here.remote.git('rev-parse', 'refs/pawl/index');
    const writer = await here.open();
    await writer.compact();
    await here.remote.git('update-ref', 'refs/pawl/index', old);
    expect(await idsOf(await here.open(), { limit: 6 })).toEqual(ids.slice(0, 6));
    expect(await idsOf(await here.open())).toEqual(ids);
  });
});
