// The store under many runs: what many writers get through, then lists cold and refreshed, one run opened, memory and
// compaction, each in a process of its own. Peers: MLflow and DVC on the same runs where they are installed, and Git
// itself reading every run file, which is what a list costs without an index.
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Run } from '@pawl/core';
import { openStore, randomIds, type GitStore } from '@pawl/git';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, cloneOf, gitRepo, temporaryFolder, type BareRemote } from '@pawl/testkit/git';
import { median, type BenchResult } from './result.ts';
import { peerLists, peerNames, type PeerTimes } from './store-peers.ts';
import type { StoreTask, StoreTimes } from './store-process.ts';

const runFile = promisify(execFile);

/** Of the cases of each run: the bar says 20 KB. */
const bytes = 20_000;

type Open = () => Promise<GitStore>;

export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  const sizes = short ? [1000] : [1000, 100_000];
  const results = await writing(short);
  for (const size of sizes) results.push(...(await reading(size, short)));
  return results;
}

async function writing(short: boolean): Promise<BenchResult[]> {
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
  return [
    await writes(open, { writers: 8, runsEach: short ? 3 : 20 }),
    await writes(open, { writers: 32, runsEach: short ? 1 : 10 }),
  ];
}

async function writes(
  open: Open,
  { writers, runsEach }: { readonly writers: number; readonly runsEach: number },
): Promise<BenchResult> {
  const stores = await Promise.all(Array.from({ length: writers }, open));
  const { next } = randomIds();
  const started = performance.now();
  await Promise.all(
    stores.map(async (store) => {
      for (let index = 0; index < runsEach; index++) {
        const run = exampleRun(next());
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

type Start = (task: Pick<StoreTask, 'what' | 'share' | 'count'>) => Promise<StoreTimes>;

/** A store of `size` runs, read by processes that each have a fresh blobless clone and no cache. */
async function reading(size: number, short: boolean): Promise<readonly BenchResult[]> {
  await using remote = await bareRemote();
  await using seed = await gitRepo({ 'a.txt': 'a' });
  await using caches = await temporaryFolder('pawl-bench-store');
  await seed.publishTo(remote);
  await using clone = await cloneOf(remote, '--filter=blob:none');
  let started = 0;
  const start: Start = async (task) => {
    started += 1;
    const cacheDir = join(caches.path, `${started}.git`);
    const whole: StoreTask = { ...task, repository: clone.path, cacheDir, size, bytes };
    const script = fileURLToPath(new URL('store-process.ts', import.meta.url));
    const env = { ...clone.environment, ...quickPacks };
    const { stdout } = await runFile(process.execPath, [script, JSON.stringify(whole)], { env, maxBuffer: 1 << 28 });
    return JSON.parse(stdout) as StoreTimes;
  };
  await Promise.all([0, 1].map((number) => start({ what: 'write', share: { number, of: 2 } })));
  await start({ what: 'compact' });
  const rounds = short ? 2 : 5;
  const pages: StoreTimes[] = [];
  const lists: StoreTimes[] = [];
  for (let round = 0; round < rounds; round++) {
    pages.push(await start({ what: 'page' }));
    lists.push(await start({ what: 'list' }));
  }
  const everyFile = await timed(() => readEveryRun(remote));
  const peers = short ? 'the short form meets none' : size > 1000 ? {} : await peerLists(caches.path, size);
  const compactions: BenchResult[] = [];
  for (const count of short ? [1] : [1, 256]) {
    await start({ what: 'write-single', count });
    const { compact = NaN } = await start({ what: 'compact' });
    compactions.push({ name: `compaction of ${count} at ${inWords(size)}, cold`, value: compact, unit: 'ms' });
  }
  return [...readingResults(size, { pages, lists, everyFile, peers }), ...compactions];
}

/** Two gigabytes are written only to be read: how small they get is measured elsewhere (research, and `verify`). */
const quickPacks = {
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'pack.window',
  GIT_CONFIG_VALUE_0: '0',
  GIT_CONFIG_KEY_1: 'core.compression',
  GIT_CONFIG_VALUE_1: '1',
  GIT_CONFIG_KEY_2: 'pack.compression',
  GIT_CONFIG_VALUE_2: '1',
};

const inWords = (size: number): string => size.toLocaleString('en-US');

interface Readings {
  readonly pages: readonly StoreTimes[];
  readonly lists: readonly StoreTimes[];
  readonly everyFile: number;
  readonly peers: PeerTimes | string;
}

function readingResults(size: number, { pages, lists, everyFile, peers }: Readings): readonly BenchResult[] {
  const of = (name: string, times: readonly StoreTimes[]): number => median(times.map((one) => one[name] ?? NaN));
  const [many, list] = [inWords(size), of('list', lists)];
  const against = (name: string, value: number): Pick<BenchResult, 'peer' | 'ratio'> => ({
    peer: { name, value },
    ratio: list / value,
  });
  if (typeof peers === 'string') console.log(`store: MLflow and DVC were not met: ${peers}`);
  const met = typeof peers === 'string' ? [] : (Object.keys(peerNames) as (keyof typeof peerNames)[]);
  const cold = `list of ${many}, cold (open and fetch included)`;
  return [
    {
      name: cold,
      value: list,
      unit: 'ms',
      ...against('git, every run file, no fetch', everyFile),
      budget: '100k: ≤ 1,500 ms',
    },
    ...met.flatMap((name): BenchResult[] => {
      const value = typeof peers === 'string' ? undefined : peers[name];
      return value === undefined ? [] : [{ name: cold, value: list, unit: 'ms', ...against(peerNames[name], value) }];
    }),
    { name: `processor time of that process, ${many}`, value: of('list cpu', lists), unit: 'ms CPU' },
    {
      name: `first 50 of ${many}, cold (open and fetch included)`,
      value: of('page', pages),
      unit: 'ms',
      budget: '≤ 150 ms',
    },
    { name: `first 50 of ${many}, refreshed, nothing new`, value: of('refresh', lists), unit: 'ms', budget: '≤ 50 ms' },
    { name: `one of ${many} opened (fetched)`, value: of('one', lists), unit: 'ms', budget: '≤ 100 ms' },
    { name: `its 20 KB of cases (fetched)`, value: of('cases', lists), unit: 'ms' },
    { name: `filter on a metric over ${many}`, value: of('filter', lists), unit: 'ms' },
    {
      name: `memory of the process that holds the list of ${many}`,
      value: of('list memory', lists),
      unit: 'MB',
      budget: '≤ 300 MB',
    },
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
