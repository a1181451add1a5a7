// Looking after the store from the command line: what it prints, and how it exits.
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { makeUlid } from '@pawl/core';
import { openStore } from '@pawl/git';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, type GitRepo } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const config = 'store:\n  ledger: true\n  retention:\n    - name: brief\n      runs: 10d\n';

/** Runs of an age in days, in the store that the repository's commands use. */
async function addRuns(repo: GitRepo, ...ages: readonly (readonly [name: string, days: number])[]): Promise<void> {
  const remotes = await repo.git('remote');
  await using store = await openStore({
    repository: repo.path,
    environment: repo.environment,
    ...(remotes !== '' && { remote: 'origin' }),
  });
  const runs = ages.map(([name, days], index) => {
    const time = Date.now() - days * 86_400_000;
    const id = makeUlid(time, new Uint8Array(10).fill(index));
    return {
      run: exampleRun(id, { name, startedAt: new Date(time).toISOString() }),
      results: { 'cases.jsonl': '{}\n' },
    };
  });
  await store.add({ runs, operations: [] });
}

test('status, prune, gc and verify tell what they did, as text and as JSON', async () => {
  await using repo = await gitRepo({ 'pawl.yml': config });
  const pawl = async (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    pawlIn(repo, 'store', ...args);
  await addRuns(repo, ['brief', 20], ['brief', 1], ['flight', 500], ['flight', 2]);
  expect(await pawl('status')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^waiting +1 bundle, the oldest \d+ hours ago$/m),
  });
  expect(await pawl('compact')).toMatchObject({ code: 0, out: 'Folded 1 bundle.\n' });
  expect((await pawl('status')).out).toMatch(
    /^indexed +4 runs\nwaiting +nothing\n[^]*^ledger +refs\/heads\/pawl-ledger$/m,
  );

  expect(await pawl('prune', '--dry-run')).toEqual({
    code: 0,
    err: '',
    out: 'Would hide 1 run and the results of 1 more run.\n  1 by results: 400d\n  1 by runs of brief: 10d\n',
  });
  expect((await pawl('prune')).out).toMatch(/^Hid 1 run and the results of 1 more run\./);
  expect(JSON.parse((await pawlIn(repo, 'run', 'list', '--json')).out)).toHaveLength(3);
  await pawl('compact');
  expect((await pawl('gc', '--dry-run')).out).toContain('Would leave 3 files, 1 run among them behind.');
  expect((await pawl('gc', '--bundle', 'old.bundle')).out).toContain(
    'Left 3 files, 1 run among them behind. What was there before is in ',
  );
  expect((await readFile(join(repo.path, 'old.bundle'))).subarray(0, 16).toString()).toContain('git bundle');
  expect(JSON.parse((await pawl('gc', '--json')).out)).toMatchObject({ dropped: 0, archivesDropped: [] });
  expect(await pawl('verify')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^3 runs and 2 operations are folded; every one/),
  });
  expect(JSON.parse((await pawl('verify', '--json')).out)).toMatchObject({ state: 'sound', runs: 3, problems: [] });
  expect(await pawl('verify', '--require-signatures')).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not signed'),
  });
});

test('verify exits with 1 when data were moved back, and repair puts it right', async () => {
  await using repo = await gitRepo({ 'pawl.yml': config });
  await addRuns(repo, ['flight', 3]);
  await pawlIn(repo, 'store', 'compact');
  const before = await repo.git('rev-parse', 'refs/pawl/data');
  await addRuns(repo, ['flight', 2]);
  await pawlIn(repo, 'store', 'compact');
  await repo.git('update-ref', 'refs/pawl/data', before);
  const found = await pawlIn(repo, 'store', 'verify');
  expect(found).toMatchObject({ code: 1, out: expect.stringContaining('something is wrong') });
  expect(found.err).toMatch(/refs\/pawl\/data was moved back[^]*`pawl store repair`/);
  expect(await pawlIn(repo, 'store', 'compact')).toMatchObject({
    code: 2,
    err: expect.stringContaining('`pawl store repair`'),
  });
  expect((await pawlIn(repo, 'store', 'repair', '--dry-run')).out).toContain('refs/pawl/data goes back to ');
  expect((await pawlIn(repo, 'store', 'repair')).code).toBe(0);
  expect(await pawlIn(repo, 'store', 'verify')).toMatchObject({ code: 0 });
  expect(await pawlIn(repo, 'store', 'repair')).toMatchObject({ code: 0, out: 'Nothing to repair.\n' });
  expect(await pawlIn(repo, 'store', 'compact', '--reindex')).toMatchObject({
    code: 0,
    out: expect.stringContaining('written anew'),
  });
});

test('push names what was kept for another address, and --adopt pushes it', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  await repo.publishTo(remote);
  await rename(remote.path, `${remote.path}-moved`);
  await addRuns(repo, ['flight', 1]);
  await repo.git('remote', 'set-url', 'origin', `${remote.url}-moved`);
  expect(await pawlIn(repo, 'store', 'push')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/1 bundle was kept for file:.*--adopt/),
  });
  expect(await pawlIn(repo, 'store', 'push', '--adopt')).toMatchObject({ code: 0, out: 'Pushed 1 bundle.\n' });
  expect(await pawlIn(repo, 'store', 'push')).toMatchObject({ code: 0, out: 'Nothing was kept aside.\n' });
});

test.each([
  ['a time that is none', 'store:\n  retention:\n    - results: 90\n', '3:16'],
  ['a condition that is unknown', 'store:\n  retention:\n    - brnch: main\n      results: 9d\n', '3:7'],
])('%s in store.retention is named at its line', async (_, text, place) => {
  await using repo = await gitRepo({ 'pawl.yml': text });
  expect(await pawlIn(repo, 'store', 'prune')).toMatchObject({
    code: 2,
    err: expect.stringContaining(`pawl.yml:${place}`),
  });
});
