// The store is broken in many ways; verification names each, and the command that it prints puts it right.
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeUlid, ulidDay } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { randomIds } from '../src/index.ts';
import { keptPlace, plantCommit, runBundle, storePlace, type KeptPlace, type Place } from './store-place.ts';

const { next } = randomIds();
const sound = { state: 'sound', problems: [] };

interface Broken {
  readonly place: Place;
  readonly ids: readonly string[];
  readonly data: string;
  readonly before: string;
}

interface Kept {
  readonly place: KeptPlace;
  readonly known: Omit<Broken, 'place'>;
}

const kept = new Map<boolean, Promise<Kept>>();
afterAll(async () => {
  for (const { place } of await Promise.all(kept.values())) await place[Symbol.asyncDispose]();
});

/** Two compactions, verified once, so that this clone has seen the data. */
async function twice({ ledger = false }: { readonly ledger?: boolean } = {}): Promise<Broken & AsyncDisposable> {
  const building = kept.get(ledger) ?? compactedTwice(ledger);
  kept.set(ledger, building);
  const { place: made, known } = await building;
  const place = await made.again();
  return { place, ...known, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

async function compactedTwice(ledger: boolean): Promise<Kept> {
  const ids = [next(), next(), next()];
  let known: Kept['known'] | undefined;
  const place = await keptPlace(async ({ open, remote }) => {
    const store = await open({ ledger });
    await store.add(runBundle(ids[0], { 'cases.jsonl': '1\n' }));
    await store.compact();
    const before = await remote.git('rev-parse', 'refs/pawl/data');
    await store.add(runBundle(ids[1], { 'cases.jsonl': '2\n' }));
    await store.add(runBundle(ids[2], { 'cases.jsonl': '3\n' }));
    await store.compact();
    expect(await store.verify()).toMatchObject({ ...sound, runs: 3 });
    known = { ids, before, data: await remote.git('rev-parse', 'refs/pawl/data') };
  });
  if (known === undefined) throw new Error('the store was not built');
  return { place, known };
}

const recordOf = (id = ''): string => `runs/${ulidDay(id)}/${id}.json`;
const resultOf = (id = ''): string => `results/${ulidDay(id)}/${id}/cases.jsonl`;

const ways: readonly {
  readonly title: string;
  readonly harm: (broken: Broken) => Promise<unknown>;
  readonly code: string;
  readonly repair: 'repair' | 'compact' | 'reindex';
  readonly ledger?: boolean;
}[] = [
  {
    title: 'a result that was changed',
    harm: async ({ place: { remote }, ids, data }) =>
      remote.git(
        'update-ref',
        'refs/pawl/data',
        await plantCommit(remote, { [resultOf(ids[0])]: 'forged' }, { parents: [data] }),
      ),
    code: 'STORE_HISTORY_ALTERED',
    repair: 'repair',
  },
  {
    title: 'a run that was removed',
    harm: async ({ place: { remote }, ids, data }) =>
      remote.git(
        'update-ref',
        'refs/pawl/data',
        await plantCommit(
          remote,
          { [recordOf(ids[1])]: undefined, [resultOf(ids[1])]: undefined },
          { parents: [data] },
        ),
      ),
    code: 'STORE_HISTORY_ALTERED',
    repair: 'repair',
  },
  {
    title: 'a run that no bundle brought, and a compaction on top of it',
    harm: async ({ place, data }) => {
      const forged = next();
      await place.remote.git(
        'update-ref',
        'refs/pawl/data',
        await plantCommit(
          place.remote,
          { [recordOf(forged)]: JSON.stringify(exampleRun(forged)) },
          { parents: [data] },
        ),
      );
      const store = await place.open(place.elsewhere('other'));
      await store.add(runBundle());
      await store.compact();
      expect(await store.list()).toHaveLength(5);
    },
    code: 'STORE_HISTORY_ALTERED',
    repair: 'repair',
  },
  {
    title: 'data that were moved back',
    harm: async ({ place: { remote }, before }) => remote.git('update-ref', 'refs/pawl/data', before),
    code: 'STORE_DATA_REWOUND',
    repair: 'repair',
  },
  {
    title: 'data that were moved back with their index, where this clone has seen them',
    harm: async ({ place: { remote }, before }) => {
      await remote.git('update-ref', 'refs/pawl/data', before);
      await remote.git('update-ref', '-d', 'refs/pawl/index');
    },
    code: 'STORE_DATA_REWOUND',
    repair: 'repair',
  },
  {
    title: 'data that were written anew, where a ledger has seen them',
    harm: async ({ place, ids }) => {
      const id = ids[0] ?? '';
      const bundle = await plantCommit(place.remote, { [recordOf(id)]: JSON.stringify(exampleRun(id)) });
      await place.remote.git('update-ref', '-d', 'refs/pawl/index');
      await place.remote.git('update-ref', '-d', 'refs/pawl/data');
      await place.remote.git('update-ref', `refs/pawl/inbox/${next()}`, bundle);
      const forger = await place.open({ ...place.elsewhere('forger'), refPrefix: 'refs/pawl' });
      await expect(forger.compact()).rejects.toMatchObject({ code: 'STORE_DATA_LOST' });
      await place.remote.git(
        'update-ref',
        'refs/pawl/data',
        await plantCommit(place.remote, { 'pawl.json': '{}' }, { parents: [bundle] }),
      );
    },
    code: 'STORE_DATA_REWOUND',
    repair: 'repair',
    ledger: true,
  },
  {
    title: 'data that were deleted',
    harm: async ({ place: { remote } }) => remote.git('update-ref', '-d', 'refs/pawl/data'),
    code: 'STORE_DATA_LOST',
    repair: 'repair',
  },
  {
    title: 'data and index that were deleted, and their objects with them',
    harm: async ({ place: { remote } }) => {
      await remote.git('update-ref', '-d', 'refs/pawl/data');
      await remote.git('update-ref', '-d', 'refs/pawl/index');
      await remote.git('gc', '--quiet', '--prune=now');
    },
    code: 'STORE_DATA_LOST',
    repair: 'repair',
  },
  {
    title: 'a data ref that points to a blob',
    harm: async ({ place: { remote } }) =>
      remote.git('update-ref', 'refs/pawl/data', await remote.git('hash-object', '-w', join(remote.path, 'HEAD'))),
    code: 'STORE_DATA_UNREADABLE',
    repair: 'repair',
  },
  {
    title: 'a data ref that points to a commit of the project',
    harm: async ({ place: { remote } }) =>
      remote.git('update-ref', 'refs/pawl/data', await remote.git('rev-parse', 'refs/heads/main')),
    code: 'STORE_DATA_FOREIGN',
    repair: 'repair',
  },
  {
    title: 'an index ref that points to a blob',
    harm: async ({ place: { remote } }) =>
      remote.git('update-ref', 'refs/pawl/index', await remote.git('hash-object', '-w', join(remote.path, 'HEAD'))),
    code: 'STORE_INDEX_WRONG',
    repair: 'reindex',
  },
  {
    title: 'an index that lacks a run',
    harm: async ({ place: { remote }, data }) =>
      remote.git(
        'update-ref',
        'refs/pawl/index',
        await plantCommit(remote, { 'meta.json': JSON.stringify({ format: 1, dataCommit: data }) }),
      ),
    code: 'STORE_INDEX_WRONG',
    repair: 'reindex',
  },
  {
    title: 'a bundle in the inbox that is no bundle',
    harm: async ({ place: { remote } }) =>
      remote.git('update-ref', `refs/pawl/inbox/${next()}`, await plantCommit(remote, { 'README.md': 'hello' })),
    code: 'STORE_RECORD_UNREADABLE',
    repair: 'compact',
  },
  {
    title: 'a ledger that somebody wrote to',
    harm: async ({ place: { remote } }) => {
      const tip = await remote.git('rev-parse', 'refs/heads/pawl-ledger');
      await remote.git(
        'update-ref',
        'refs/heads/pawl-ledger',
        await plantCommit(remote, { 'checkpoint.json': '{}' }, { parents: [tip] }),
      );
    },
    code: 'STORE_LEDGER_BROKEN',
    repair: 'repair',
    ledger: true,
  },
];

const commands = {
  repair: '`pawl store repair`',
  compact: '`pawl store compact`',
  reindex: '`pawl store compact --reindex`',
};

describe('verify', () => {
  test.each(ways)(
    'finds $title, and the command it names puts it right',
    async ({ harm, code, repair, ledger = false }) => {
      await using broken = await twice({ ledger });
      await harm(broken);
      const store = await broken.place.open({ ledger });
      const found = await store.verify();
      expect(found.state).toBe('broken');
      expect(found.problems.map((problem) => problem.code)).toContain(code);
      expect(found.problems.find((problem) => problem.code === code)?.hint).toContain(commands[repair]);
      if (repair === 'repair') await store.repair();
      else await store.compact({ reindex: repair === 'reindex' });
      const after = await broken.place.open({ ledger });
      expect(await after.verify()).toMatchObject(sound);
      expect((await after.list()).map(({ id }) => id)).toEqual(expect.arrayContaining([...broken.ids]));
      for (const [index, id] of broken.ids.entries())
        expect(await after.readResult(id, 'cases.jsonl')).toBe(`${index + 1}\n`);
      // Work goes on.
      await after.add(runBundle());
      await after.compact();
      expect(await after.verify()).toMatchObject(sound);
      expect(await broken.place.remote.git('fsck', '--strict', '--no-dangling')).toBe('');
    },
  );

  test('goes on after a repair as before it, and the ledger says what was replaced', async () => {
    await using broken = await twice({ ledger: true });
    const { remote } = broken.place;
    await remote.git('update-ref', 'refs/pawl/data', broken.before);
    const store = await broken.place.open();
    const planned = await store.repair({ dryRun: true });
    expect(planned.actions[0]).toContain('refs/pawl/data goes back to');
    expect(await remote.git('rev-parse', 'refs/pawl/data')).toBe(broken.before);
    expect(await store.repair()).toEqual(planned);
    expect(await store.repair()).toEqual({ actions: [] });
    await store.add(runBundle());
    // Nobody asks for a ledger here: one that is there is kept up all the same.
    await store.compact();
    const another = await broken.place.open(broken.place.elsewhere('another'));
    expect(await another.verify()).toMatchObject({ ...sound, runs: 4 });
    const tip = JSON.parse(await remote.git('show', 'pawl-ledger:checkpoint.json')) as Record<string, unknown>;
    expect(tip).toMatchObject({ sequence: 4, runs: 4, data: await remote.git('rev-parse', 'refs/pawl/data') });
    expect(await remote.git('log', '--format=%s', 'pawl-ledger')).toMatch(
      /^(?:pawl: checkpoint \d, \d runs \[skip ci\]\n?){4}$/,
    );
    const quarantined = await remote.git('for-each-ref', '--format=%(objectname)', 'refs/pawl/quarantine');
    expect(quarantined).toBe(broken.before);
  });

  test('takes data from a bundle or another cache when remote and this clone have lost them', async () => {
    await using broken = await twice();
    const { remote } = broken.place;
    await remote.git('update-ref', '-d', 'refs/pawl/data');
    await remote.git('gc', '--quiet', '--prune=now');
    const stranger = await broken.place.open(broken.place.elsewhere('stranger'));
    await expect(stranger.repair()).rejects.toMatchObject({
      code: 'STORE_NOTHING_TO_RESTORE',
      hint: expect.stringContaining('--from'),
    });
    await expect(stranger.repair({ from: broken.place.repo.path })).rejects.toMatchObject({
      code: 'STORE_SOURCE_EMPTY',
    });
    const { cache } = await (await broken.place.open()).status();
    expect((await stranger.repair({ from: cache.folder })).actions[0]).toContain('is brought back');
    expect(await (await broken.place.open(broken.place.elsewhere('fresh'))).verify()).toMatchObject({
      ...sound,
      runs: 3,
    });
  });

  test('says that it could not tell, rather than that all is well', async () => {
    await using broken = await twice();
    const { remote } = broken.place;
    const blob = await remote.git('rev-parse', `${broken.data}:${recordOf(broken.ids[0])}`);
    await rm(join(remote.path, 'objects', blob.slice(0, 2), blob.slice(2)), { force: true });
    const stranger = await broken.place.open(broken.place.elsewhere('stranger'));
    const found = await stranger.verify();
    expect(found).toMatchObject({
      state: 'unknown',
      problems: [
        { severity: 'warning', code: 'STORE_DATA_INCOMPLETE', hint: expect.stringContaining(':refs/pawl/data') },
      ],
    });
    // What the hint says, on the machine that verified the store.
    await broken.place.repo.git('push', '--quiet', 'origin', ':refs/pawl/data');
    await (await broken.place.open()).repair();
    expect(await (await broken.place.open(broken.place.elsewhere('late'))).verify()).toMatchObject({
      ...sound,
      runs: 3,
    });
  });
});

describe('signatures', () => {
  test('are judged by Git with the allowed signers of the user: good, unknown, bad, missing', async () => {
    await using place = await storePlace();
    const { repo, remote } = place;
    const folder = join(repo.path, '..');
    const key = async (name: string): Promise<string> => {
      const file = join(folder, name);
      await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
      return (await readFile(`${file}.pub`, 'utf8')).trim();
    };
    const [ada, eve] = [await key('ada'), await key('eve')];
    expect(eve).not.toBe(ada);
    const signed = async (by: string): Promise<void> => {
      const id = next();
      const plain = await plantCommit(remote, { [recordOf(id)]: JSON.stringify(exampleRun(id)) });
      const format = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${join(folder, by)}`];
      const commit = await remote.git(...format, 'commit-tree', '-S', '-m', 'signed', `${plain}^{tree}`);
      await remote.git('update-ref', `refs/pawl/inbox/${id}`, commit);
    };
    await signed('ada');
    const store = await place.open();
    await store.compact();
    expect(await store.verify({ requireSignatures: true })).toMatchObject({
      state: 'unknown',
      problems: [{ code: 'STORE_SIGNATURE_UNKNOWN', hint: expect.stringContaining('allowedSignersFile') }],
    });
    await writeFile(join(folder, 'signers'), `ada@example.com ${ada}\n`);
    await repo.git('config', 'gpg.ssh.allowedSignersFile', join(folder, 'signers'));
    const knowing = await place.open();
    expect(await knowing.verify({ requireSignatures: true })).toMatchObject({
      ...sound,
      notes: ['1 of 1 bundles are signed.'],
    });
    for (const [name, value] of [
      ['gpg.format', 'ssh'],
      ['user.signingKey', join(folder, 'ada')],
    ] as const)
      await repo.git('config', name, value);
    const signing = await place.open({ sign: true });
    expect(await signing.add(runBundle())).toMatchObject({ kept: 'remote' });
    await signing.compact();
    expect(await signing.verify({ requireSignatures: true })).toMatchObject({
      ...sound,
      notes: ['2 of 2 bundles are signed.'],
    });
    await repo.git('config', 'user.signingKey', join(folder, 'nobody'));
    const keyless = await place.open({ sign: true, ...place.elsewhere('keyless') });
    expect(await keyless.add(runBundle())).toMatchObject({
      kept: 'spool',
      reason: expect.stringContaining('could not sign'),
    });
    await signed('eve');
    await knowing.add(runBundle());
    const mixed = await knowing.verify();
    expect(mixed.problems).toMatchObject([{ code: 'STORE_SIGNATURE_BAD', severity: 'error' }]);
    expect(mixed.notes).toContain('3 of 4 bundles are signed.');
    const codes = (await knowing.verify({ requireSignatures: true })).problems.map(({ code }) => code).toSorted();
    expect(codes).toEqual(['STORE_SIGNATURE_BAD', 'STORE_SIGNATURE_MISSING']);
  });
});

describe('epochs and what this clone saw before', () => {
  test('an epoch whose archive is gone is taken after a look, or at once by whoever saw the head before it', async () => {
    await using place = await storePlace();
    const store = await place.open({ now: () => Date.UTC(2027, 0, 1) });
    const [witness, early] = [await place.open(place.elsewhere('witness')), await place.open(place.elsewhere('early'))];
    const old = makeUlid(Date.UTC(2025, 0, 1), new Uint8Array(10));
    await store.add(runBundle(old, { 'a.txt': 'of the run alone' }, { startedAt: '2025-01-01T00:00:00Z' }));
    await store.add(runBundle(makeUlid(Date.UTC(2026, 11, 1), new Uint8Array(10))));
    await store.compact();
    expect(await early.verify()).toMatchObject(sound);
    await store.prune();
    await store.compact();
    expect(await witness.verify()).toMatchObject(sound);
    const reader = await place.open(place.elsewhere('reader'));
    expect(await reader.list()).toHaveLength(2);
    expect(await store.gc({ dropArchive: true })).toMatchObject({ dropped: 1, archive: undefined });
    await place.remote.git('gc', '--quiet', '--prune=now');
    // Its view is yesterday's, and names a file that is nowhere any more.
    expect(await reader.readResult(old, 'a.txt')).toBeUndefined();
    expect(await witness.verify()).toMatchObject(sound);
    expect(await early.verify()).toMatchObject({ state: 'unknown', problems: [{ code: 'STORE_EPOCH_UNKNOWN' }] });
    expect(await early.verify({ trustEpoch: true })).toMatchObject(sound);
    expect(await early.verify()).toMatchObject(sound);
    expect(await (await place.open(place.elsewhere('new'))).verify()).toMatchObject({ ...sound, runs: 2 });
  });
});
