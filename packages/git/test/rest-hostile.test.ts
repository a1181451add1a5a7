// Content that cannot be trusted, or is not what it was, read over REST: named and left out, never fatal.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulidDay, type Bundle } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { temporaryFolder } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { randomIds } from '../src/index.ts';
import { restHost } from './rest-place.ts';

const { next } = randomIds();
const bundleOf = (id: string, results: Record<string, string> = {}): Bundle => ({
  runs: [{ run: exampleRun(id), results }],
  operations: [],
});

describe('records that cannot be trusted', () => {
  test('are named and left out: a foreign path, no JSON, a ref that points to a blob, a newer schema', async () => {
    await using host = await restHost();
    const { git } = host.remote;
    const plant = async (id: string, path: string, text: string): Promise<void> => {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, 'blob'), text);
      const blob = await git('hash-object', '-w', join(folder.path, 'blob'));
      await git('read-tree', '--empty');
      await git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`);
      const commit = path === '-' ? blob : await git('commit-tree', '-m', 'planted', await git('write-tree'));
      await git('update-ref', `refs/pawl/inbox/${id}`, commit);
    };
    const [foreign, broken, blob, newer] = [next(), next(), next(), next()];
    const pathOf = (id: string): string => `runs/${ulidDay(id)}/${id}.json`;
    await plant(foreign, 'README.md', 'hello');
    await plant(broken, pathOf(broken), '{');
    await plant(blob, '-', 'no commit');
    await plant(newer, pathOf(newer), JSON.stringify({ ...exampleRun(newer), schema: 'pawl.run/2' }));
    const store = await host.store();
    const good = next();
    await store.add(bundleOf(good));
    expect(await store.list()).toMatchObject([{ id: good }]);
    const said = Object.fromEntries(store.problems().map(({ message }) => [message.split(' ')[0], message]));
    expect(said).toEqual({
      [`refs/pawl/inbox/${foreign}`]: expect.stringContaining('does not belong'),
      [`refs/pawl/inbox/${broken}`]: expect.stringContaining('is no JSON'),
      [`refs/pawl/inbox/${blob}`]: expect.stringContaining('is a blob, no commit'),
      [`refs/pawl/inbox/${newer}`]: expect.stringContaining('written by a newer Pawl'),
    });
    expect(host.github.violations).toEqual([]);
  });

  test('a large bundle goes in parts, text with a NUL as a blob, and Git reads it as it was', async () => {
    await using host = await restHost();
    const id = next();
    const results = Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [`${index}.txt`, `${index}\u0000é`.repeat(180_000 + index)]),
    );
    results['plain.txt'] = 'x'.repeat(900_000);
    const store = await host.store();
    await store.add(bundleOf(id, results));
    expect(host.github.requests.filter(({ operation }) => operation === 'git/create-tree').length).toBeGreaterThan(1);
    const reader = await host.cliStore();
    for (const [file, text] of Object.entries(results)) expect((await reader.readResult(id, file)) === text).toBe(true);
    expect((await reader.compact()).quarantined).toBe(0);
    expect((await reader.verify()).problems).toEqual([]);
  });
});

test('an index that cannot be read is read around, and named with the command that heals it', async () => {
  await using host = await restHost();
  const { git } = host.remote;
  const writer = await host.cliStore();
  const [first, second] = [next(), next()].toSorted();
  for (const id of [first, second]) await writer.add(bundleOf(id ?? '', { 'a.txt': 'a' }));
  await writer.compact();
  await git('read-tree', 'refs/pawl/index');
  const garbage = await git('hash-object', '-w', join(host.remote.path, 'HEAD'));
  for (const path of (await git('ls-files')).split('\n').filter((name) => name.startsWith('runs/')))
    await git('update-index', '--add', '--cacheinfo', `100644,${garbage},${path}`);
  await git('update-ref', 'refs/pawl/index', await git('commit-tree', '-m', 'broken', await git('write-tree')));
  const reader = await host.store();
  expect((await reader.list()).map(({ id }) => id)).toEqual([second, first]);
  expect(reader.problems()).toMatchObject([
    { code: 'STORE_INDEX_UNREADABLE', hint: expect.stringContaining('--reindex') },
  ]);
  expect(await reader.readResult(first ?? '', 'a.txt')).toBe('a');
});

test('a blob whose content is not what its id says is refused, wherever it was changed', async () => {
  await using host = await restHost({
    handlers: {
      'git/get-blob': ({ path }) => ({
        status: 200,
        body: {
          sha: path['file_sha'],
          node_id: 'B',
          size: 2,
          url: 'http://localhost/b',
          content: 'e30=',
          encoding: 'base64',
        },
      }),
    },
  });
  const id = next();
  await (await host.store()).add(bundleOf(id));
  await expect((await host.store({ sleep: async () => {} })).list()).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    message: expect.stringContaining('other content than its id says'),
  });
});
