// One process of the store benchmarks, so that its time and memory are its own: writes runs, folds them, or reads them
// as a new clone would. `store-process.ts '{"what":"list",…}'` prints one line of JSON.
import { makeUlid, type Run } from '@pawl/core';
import { openStore, type GitStore } from '@pawl/git';
import { benchRun, storedRun } from './store-runs.ts';

export interface StoreTask {
  readonly what: 'write' | 'write-single' | 'compact' | 'page' | 'list';
  readonly repository: string;
  readonly cacheDir: string;
  /** Runs in the store. */
  readonly size: number;
  /** Of the results of each run. */
  readonly bytes: number;
  /** `write`: which share of the bundles. `write-single`: how many bundles of one run. */
  readonly share?: { readonly number: number; readonly of: number };
  readonly count?: number;
}

/** Milliseconds, and megabytes for `memory`. */
export type StoreTimes = Readonly<Record<string, number>>;

const perBundle = 500;

const task = JSON.parse(process.argv[2] ?? '') as StoreTask;
const times: Record<string, number> = {};
const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  times[name] = performance.now() - started;
  times[`${name} cpu`] = (user + system) / 1000;
  return result;
};
const open = (): Promise<GitStore> =>
  openStore({ repository: task.repository, remote: 'origin', cacheDir: task.cacheDir });

const work = { write, 'write-single': writeSingle, compact, page, list };
await work[task.what]();
console.log(JSON.stringify({ ...times, memory: process.resourceUsage().maxRSS / 1000 }));

async function write(): Promise<void> {
  const { number = 0, of = 1 } = task.share ?? {};
  await using store = await open();
  for (let start = number * perBundle; start < task.size; start += of * perBundle) {
    const count = Math.min(perBundle, task.size - start);
    const runs = Array.from({ length: count }, (_, index) => storedRun(start + index, task.size, task.bytes));
    kept(await store.add({ runs, operations: [] }));
  }
}

async function writeSingle(): Promise<void> {
  await using store = await open();
  for (let index = 0; index < (task.count ?? 1); index++) {
    const { run, results } = storedRun(task.size + index, task.size, task.bytes);
    const id = makeUlid(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    kept(await store.add({ runs: [{ run: { ...run, id } as Run, results }], operations: [] }));
  }
}

async function compact(): Promise<void> {
  await timed('compact', async () => {
    await using store = await open();
    await store.compact();
  });
}

async function page(): Promise<void> {
  const store = await timed('page', async () => {
    const opened = await open();
    if ((await opened.list({ limit: 50 })).length !== Math.min(50, task.size)) throw new Error('runs are missing');
    return opened;
  });
  await timed('refresh', () => store.list({ limit: 50 }));
  await store[Symbol.asyncDispose]();
}

async function list(): Promise<void> {
  let held: Awaited<ReturnType<GitStore['list']>> = [];
  const store = await timed('list', async () => {
    const opened = await open();
    held = await opened.list();
    return opened;
  });
  if (held.length < task.size) throw new Error('runs are missing');
  times['list memory'] = process.resourceUsage().maxRSS / 1000;
  await timed('refresh', () => store.list({ limit: 50 }));
  const { id } = benchRun(Math.floor(task.size / 3), task.size);
  const run = await timed('one', () => store.read(id));
  if (run?.id !== id) throw new Error(`run ${id} is missing`);
  const cases = await timed('cases', () => store.readResult(id, 'cases.jsonl'));
  if ((cases?.length ?? 0) < task.bytes) throw new Error(`the cases of ${id} are missing`);
  const found = await timed('filter', () => store.list({ matches: ({ metrics }) => (metrics['f1'] ?? 0) > 0.9 }));
  if (found.length === 0) throw new Error('no run matches');
  await store[Symbol.asyncDispose]();
}

function kept({ kept: where, reason }: { readonly kept: string; readonly reason?: string }): void {
  if (where !== 'remote') throw new Error(`a write was not acknowledged: ${reason}`);
}
