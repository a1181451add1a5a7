// The store under many runs: lists cold and refreshed, one run opened, and what many writers get through.
// The peer reads every run file of the data ref with Git itself: what a list costs without an index.
import { join } from 'node:path';
import { makeUlid, type Run } from '@pawl/core';
import { openStore, type GitStore } from '@pawl/git';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, temporaryFolder, type BareRemote } from '@pawl/testkit/git';
import { execFile, spawn } from 'node:child_process';
import { median, type BenchResult } from './result.ts';

const firstDay = Date.UTC(2026, 0, 1);
const days = 180;
const perBundle = 500;

type Open = () => Promise<GitStore>;

export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  await using caches = await temporaryFolder('pawl-bench-store');
  await repo.publishTo(remote);
  let opened = 0;
  const open: Open = () => {
    opened += 1;
    const cacheDir = join(caches.path, `${opened}.git`);
    return openStore({ repository: repo.path, remote: 'origin', cacheDir, environment: repo.environment });
  };
  const writing = [
    await writes(open, { writers: 8, runsEach: short ? 3 : 20 }),
    await writes(open, { writers: 32, runsEach: short ? 1 : 10 }),
  ];
  const size = short ? 2000 : 100_000;
  const ids = await populate(open, size);
  return [...writing, ...(await reads(open, remote, ids))];
}

async function writes(
  open: Open,
  { writers, runsEach }: { readonly writers: number; readonly runsEach: number },
): Promise<BenchResult> {
  const stores = await Promise.all(Array.from({ length: writers }, open));
  const started = performance.now();
  await Promise.all(
    stores.map(async (store, writer) => {
      for (let index = 0; index < runsEach; index++) {
        const run = benchRun(firstDay, writers * 1_000_000 + writer * 1000 + index);
        const { kept } = await store.add({
          runs: [{ run, results: { 'cases.jsonl': `${run.id}\n` } }],
          operations: [],
        });
        if (kept !== 'remote') throw new Error('a write was not acknowledged');
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  return { name: `writes, ${writers} writers`, value: (writers * runsEach) / seconds, unit: '/s', budget: 'none lost' };
}

async function populate(open: Open, size: number): Promise<readonly string[]> {
  await using store = await open();
  const ids: string[] = [];
  for (let start = 0; start < size; start += perBundle) {
    const runs = Array.from({ length: Math.min(perBundle, size - start) }, (_, index) => {
      const ordinal = start + index;
      return { run: benchRun(firstDay + Math.floor((ordinal / size) * days * 86_400_000), ordinal), results: {} };
    });
    ids.push(...runs.map(({ run }) => run.id));
    await store.add({ runs, operations: [] });
  }
  await store.compact();
  return ids;
}

async function reads(open: Open, remote: BareRemote, ids: readonly string[]): Promise<readonly BenchResult[]> {
  const cold: number[] = [];
  const page: number[] = [];
  const refreshed: number[] = [];
  const one: number[] = [];
  for (let round = 0; round < 3; round++) {
    await using paged = await open();
    page.push(await timed(() => paged.list({ limit: 50 })));
    await using store = await open();
    cold.push(
      await timed(async () => {
        if ((await store.list()).length < ids.length) throw new Error('runs are missing');
      }),
    );
    refreshed.push(await timed(() => store.list({ limit: 50 })));
    const id = ids[Math.floor((ids.length / 4) * (round + 1))] ?? '';
    one.push(
      await timed(async () => {
        if ((await store.read(id))?.id !== id) throw new Error(`run ${id} is missing`);
      }),
    );
  }
  const peer = await timed(() => readEveryRun(remote));
  const size = ids.length.toLocaleString('en-US');
  return [
    {
      name: `list of ${size} runs, cold (fetch included)`,
      value: median(cold),
      unit: 'ms',
      peer: { name: 'git, every run file, no fetch', value: peer },
      ratio: median(cold) / peer,
      budget: '100k: ≤ 1,500 ms',
    },
    { name: `first 50 of ${size}, cold (fetch included)`, value: median(page), unit: 'ms' },
    { name: `first 50 of ${size}, refreshed, nothing new`, value: median(refreshed), unit: 'ms', budget: '≤ 50 ms' },
    { name: `one of ${size} opened (fetched)`, value: median(one), unit: 'ms', budget: '≤ 100 ms' },
    { name: 'memory after', value: process.memoryUsage().rss / 1e6, unit: 'MB', budget: '≤ 300 MB' },
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** `ls-tree` and `cat-file --batch` over the data ref, every record parsed as JSON. */
async function readEveryRun({ path, environment }: BareRemote): Promise<number> {
  const listing = await new Promise<string>((resolve, reject) => {
    const command = ['-C', path, 'ls-tree', '-r', '--format=%(objectname)', 'refs/pawl/data', 'runs/'];
    execFile('git', command, { env: environment, maxBuffer: 1 << 30 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
  const child = spawn('git', ['-C', path, 'cat-file', '--batch', '--buffer'], { env: environment, stdio: 'pipe' });
  child.stdin.end(listing);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  const records = Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return records.map((record) => JSON.parse(record) as Run).length;
}

/** About 2 KB, with twenty metrics. */
function benchRun(time: number, ordinal: number): Run {
  const chance = new Uint8Array(10);
  new DataView(chance.buffer).setUint32(0, ordinal);
  const metrics = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      `metric_${index}`,
      { value: (ordinal % 1000) / (1000 + index), n: 1000, interval: [0.1, 0.9] as [number, number], level: 0.95 },
    ]),
  );
  return exampleRun(makeUlid(time, chance), { metrics, headline: `run ${ordinal}` });
}
