// A process can die between any two Git commands: the next one reads correctly at once, and heals.
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { openStore, randomIds } from '../src/index.ts';

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
  expect(await last.verify()).toEqual({ runs: ids.length, operations: 0, problems: [] });
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
