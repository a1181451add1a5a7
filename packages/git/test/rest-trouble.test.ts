// Bad days over REST: no permission, limits, lost answers, an empty repository. Nothing is lost, and every message
// names the ref and the remedy.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '@pawl/core';
import { exampleRun } from '@pawl/testkit/contracts';
import { startLoopbackGitHub } from '@pawl/testkit/github';
import { bareRemote, temporaryFolder } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { openRestRegistry, openRestStore, producerIds, randomIds } from '../src/index.ts';
import { restHost } from './rest-place.ts';

const { next } = randomIds();
const bundleOf = (id: string, results: Record<string, string> = {}): Bundle => ({
  runs: [{ run: exampleRun(id), results }],
  operations: [],
});
const refused = (message: string) => ({ status: 403, body: { message, documentation_url: '', status: '403' } });

describe('a bundle that GitHub does not take', () => {
  test('stays in the spool folder, is seen by readers of it, and is pushed later', async () => {
    await using host = await restHost({ permissions: { contents: 'read' } });
    await using folder = await temporaryFolder();
    const spoolFolder = join(folder.path, 'spool');
    const [id, other] = [next(), next()];
    const store = await host.store({ spoolFolder });
    const receipt = await store.add(bundleOf(id, { 'a.txt': 'kept' }));
    expect(receipt).toMatchObject({
      kept: 'spool',
      ref: expect.stringMatching(/^refs\/pawl\/inbox\//),
      reason: expect.stringMatching(/did not take refs\/pawl\/inbox\/.*`contents: write`.*`pawl store push`/),
    });
    expect(receipt.reason).toContain(spoolFolder);
    expect(await store.list()).toMatchObject([{ id }]);
    expect(await store.readResult(id, 'a.txt')).toBe('kept');
    expect((await store.pushSpool()).map(({ kept }) => kept)).toEqual(['spool']);

    await using able = await startLoopbackGitHub({ git: host.remote });
    await using later = await openRestStore({
      repository: 'acme/flights',
      token: able.token,
      apiUrl: able.url,
      spoolFolder,
    });
    await later.add(bundleOf(other));
    expect(await later.pushSpool()).toEqual([{ kept: 'remote', ref: receipt.ref }]);
    expect(await readdir(spoolFolder)).toEqual([]);
    expect(await later.pushSpool()).toEqual([]);
    expect(await (await host.cliStore()).list()).toHaveLength(2);
  });

  test('is thrown back with the remedy where there is no spool folder', async () => {
    await using host = await restHost({ permissions: { contents: 'read' } });
    const store = await host.store();
    await expect(store.add(bundleOf(next()))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'STORE_NOT_STORED',
      message: expect.stringMatching(/acme\/flights did not take refs\/pawl\/inbox\/\w{26}: .*Nothing was stored/),
      hint: expect.stringMatching(/`permissions:` `contents: write`/),
    });
  });

  test('names the rule of the repository that forbids the ref', async () => {
    await using host = await restHost({
      git: {
        path: '',
        environment: {},
        refuses: (ref) => (ref.startsWith('refs/pawl/') ? 'Repository rule violations found' : undefined),
      },
    });
    await expect((await host.store()).add(bundleOf(next()))).rejects.toMatchObject({
      code: 'STORE_NOT_STORED',
      message: expect.stringContaining('Repository rule violations found'),
      hint: expect.stringContaining('ruleset'),
    });
  });

  test('that is broken in the spool is named, and stands in the way of no other', async () => {
    await using host = await restHost();
    await using folder = await temporaryFolder();
    const broken = join(folder.path, `${next()}.json`);
    await writeFile(broken, '{"schema":"pawl.bundle/1"');
    const store = await host.store({ spoolFolder: folder.path });
    await store.add(bundleOf(next()));
    expect(await store.list()).toHaveLength(1);
    expect(store.problems()).toMatchObject([{ message: expect.stringContaining(broken) }]);
    expect(await store.pushSpool()).toMatchObject([{ kept: 'spool', ref: broken }]);
  });
});

describe('a repeated push', () => {
  test('whose answer was lost is recognised by its content', async () => {
    let lost = 0;
    await using host = await restHost();
    const loseAnswers: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method !== 'POST' || lost >= 3) return response;
      lost += 1;
      await response.arrayBuffer();
      throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
    };
    const store = await host.store({ fetch: loseAnswers, sleep: async () => {} });
    const bundle = bundleOf(next());
    const first = await store.add(bundle);
    expect(first.kept).toBe('remote');
    expect(lost).toBe(3);
    expect(await (await host.store()).add(bundle)).toEqual(first);
    expect(await host.remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl')).toBe(first.ref);
  });

  test('of one producer is one ref, also after Git pushed it; other content under its name goes beside it', async () => {
    await using host = await restHost();
    const producer = {
      repository: 'acme/flights',
      workflowRun: '42',
      attempt: '1',
      job: 'eval',
      matrix: '',
      step: 'gate',
      startedAt: 1_767_225_600_000,
    };
    const [one, two] = [next(), next()];
    const receipts = [];
    for (const [open, id] of [
      [host.cliStore, one],
      [host.store, one],
      [host.store, one],
      [host.store, two],
    ] as const)
      receipts.push(await (await open({ ids: producerIds(producer) })).add(bundleOf(id)));
    expect(receipts[1]).toEqual(receipts[0]);
    expect(receipts[2]).toEqual(receipts[0]);
    expect(receipts[3]?.ref).not.toBe(receipts[0]?.ref);
    expect((await (await host.cliStore()).list()).map(({ id }) => id)).toEqual([one, two].toSorted().toReversed());
  });
});

describe('GitHub', () => {
  test('that asks to wait is waited for, and its answer is then used', async () => {
    const waited: number[] = [];
    let left = 2;
    await using host = await restHost({
      handlers: {
        'git/create-tree': () =>
          left-- > 0
            ? { ...refused('You have exceeded a secondary rate limit.'), headers: { 'retry-after': '7' } }
            : undefined,
      },
    });
    const store = await host.store({ sleep: async (milliseconds) => void waited.push(milliseconds) });
    expect((await store.add(bundleOf(next()))).kept).toBe('remote');
    expect(waited).toHaveLength(2);
    expect(Math.min(...waited)).toBeGreaterThan(6000);
  });

  test('that wants an hour is not waited for: the error says until when', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' };
    await using host = await restHost({
      handlers: { 'git/list-matching-refs': () => ({ ...refused('API rate limit exceeded'), headers }) },
    });
    await expect((await host.store()).list()).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      hint: 'Try again after 2100-01-01T00:00:00.000Z.',
    });
    await expect((await host.registry()).list()).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });

  test('that answers in pages is read to the last one', async () => {
    await using host = await restHost();
    const writer = await host.store();
    const ids = [next(), next(), next()];
    for (const id of ids) await writer.add(bundleOf(id));
    const inPages: typeof fetch = async (input, init) => {
      const url = new URL(String(input));
      const page = Number(url.searchParams.get('page') ?? 1);
      url.searchParams.delete('page');
      const response = await fetch(url, init);
      if (!url.pathname.includes('/matching-refs/')) return response;
      const items = (await response.json()) as unknown[];
      const link = page < items.length ? { link: `<${url.href}?page=${page + 1}>; rel="next"` } : {};
      return Response.json(items.slice(page - 1, page), { headers: { ...link, etag: `W/"${page}"` } });
    };
    const reader = await host.store({ fetch: inPages });
    expect((await reader.list()).map(({ id }) => id)).toEqual(ids.toSorted().toReversed());
  });

  test('that cuts off a long tree is asked folder by folder', async () => {
    await using host = await restHost({ git: { path: '', environment: {}, mostTreeEntries: 4 } });
    const writer = await host.cliStore();
    const id = next();
    await writer.add(bundleOf(id, { 'a.txt': 'a' }));
    const reader = await host.store();
    expect(await reader.readResult(id, 'a.txt')).toBe('a');
    await writer.compact();
    expect(await (await host.store()).readResult(id, 'a.txt')).toBe('a');
  });

  test('that has an empty repository has no runs, and says what it needs to keep one', async () => {
    await using remote = await bareRemote();
    await using github = await startLoopbackGitHub({ git: remote });
    const place = { repository: 'acme/flights', token: github.token, apiUrl: github.url };
    await using store = await openRestStore(place);
    await using registry = await openRestRegistry(place);
    expect(await store.list()).toEqual([]);
    expect(await registry.list()).toEqual([]);
    await expect(store.add(bundleOf(next()))).rejects.toMatchObject({
      code: 'STORE_NOT_STORED',
      message: expect.stringContaining('Git Repository is empty'),
      hint: expect.stringContaining('Push a first commit'),
    });
  });

  test('that does not know the token or the repository is named, and the token never is', async () => {
    await using host = await restHost();
    const wrong = await host.store({ token: 's3cret-token' });
    const error = await wrong.list().catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'STORE_UNREACHABLE', hint: expect.stringContaining('token is not valid') });
    expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain('s3cret');
    await expect((await host.store({ repository: 'acme/nothing' })).list()).rejects.toMatchObject({
      hint: expect.stringContaining('owner/repository'),
    });
    await expect(host.store({ refPrefix: 'refs/../heads' })).rejects.toMatchObject({ code: 'STORE_REF_PREFIX' });
    await expect(host.store({ repository: '../etc' })).rejects.toMatchObject({
      message: expect.stringContaining('no owner/name'),
    });
    const away = await host.store({ apiUrl: 'http://127.0.0.1:9', sleep: async () => {} });
    await expect(away.list()).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      hint: expect.stringContaining('GITHUB_API_URL'),
    });
  });
});

describe('what REST does not do', () => {
  test('is said with the command that does it', async () => {
    await using host = await restHost();
    const store = await host.store();
    await expect(store.compact()).rejects.toMatchObject({
      code: 'STORE_NEEDS_CLONE',
      hint: expect.stringMatching(/`pawl store compact` in a job that begins with actions\/checkout/),
    });
    await expect(store.verify()).rejects.toMatchObject({ code: 'STORE_NEEDS_CLONE' });
  });

  test('a tag on a commit that is not there, and tags without permission, are refused and change nothing', async () => {
    await using host = await restHost();
    const registry = await host.registry();
    for (const commit of ['f'.repeat(40), 'main'])
      await expect(registry.register({ name: 'mail', commit, message: 'x' })).rejects.toMatchObject({
        code: 'REGISTRY_COMMIT_UNKNOWN',
      });
    await using readOnly = await startLoopbackGitHub({ git: host.remote, permissions: { contents: 'read' } });
    await using unable = await openRestRegistry({
      repository: 'acme/flights',
      token: readOnly.token,
      apiUrl: readOnly.url,
    });
    const [commit] = host.commits;
    await expect(unable.register({ name: 'mail', commit, message: 'x' })).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringContaining('refs/tags/mail@v0.1.0'),
      hint: expect.stringContaining('`contents: write`'),
    });
    expect(await host.remote.git('for-each-ref', 'refs/tags', 'refs/pawl')).toBe('');
  });
});
