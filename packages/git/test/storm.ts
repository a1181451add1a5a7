// Many writers, compactors that are killed, readers that watch: what must hold whatever the timing. The test runs it
// small; a soak runs it large.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, temporaryFolder, type BareRemote } from '@pawl/testkit/git';
import { openStore, randomIds, type GitStore } from '../src/index.ts';

export interface Storm {
  readonly writers: number;
  readonly runsEach: number;
  /** Compactors to be killed, with the Git command they are in. */
  readonly kills: number;
  readonly readers?: number;
  /** Milliseconds between the starts of compactors; without it the next one starts when the last one has ended. */
  readonly compactEvery?: number;
}

export interface Aftermath {
  readonly written: readonly string[];
  /** Ids in data and inbox together, before the last compaction: once each. */
  readonly kept: readonly string[];
  readonly listed: readonly string[];
  readonly inData: readonly string[];
  readonly inboxRefs: string;
  readonly fsck: string;
  readonly killed: number;
  readonly compactors: number;
  /** Lists that readers looked through, and runs that they read whole. */
  readonly looks: number;
  readonly reads: number;
  /** Runs that a reader saw and could not read whole. */
  readonly partial: readonly string[];
  readonly verified: Awaited<ReturnType<GitStore['verify']>>;
}

export async function unleash(storm: Storm): Promise<Aftermath> {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  await using caches = await temporaryFolder();
  await repo.publishTo(remote);
  let opened = 0;
  const open = (): Promise<GitStore> => {
    opened += 1;
    const cacheDir = join(caches.path, `${opened}.git`);
    return openStore({ repository: repo.path, remote: 'origin', cacheDir, environment: repo.environment });
  };
  const state = { writing: true, killed: 0, compactors: 0, looks: 0, reads: 0, partial: [] as string[] };

  const write = async (): Promise<readonly string[]> => {
    await using store = await open();
    const { next } = randomIds();
    const ids: string[] = [];
    for (let run = 0; run < storm.runsEach; run++) {
      const id = next();
      const bundle = { runs: [{ run: exampleRun(id), results: { 'cases.jsonl': `${id}\n` } }], operations: [] };
      let { kept } = await store.add(bundle);
      // Kept aside is not acknowledged: the writer tries again, as a job would.
      while (kept === 'spool') kept = (await store.pushSpool())[0]?.kept ?? 'remote';
      ids.push(id);
    }
    return ids;
  };

  const compactOnce = async (cache: string): Promise<void> => {
    const script = fileURLToPath(new URL('compactor-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, repo.path, cache], { env: repo.environment, stdio: 'ignore' });
    state.compactors += 1;
    const ended = new Promise((resolve) => child.once('close', resolve));
    await Promise.race([ended, sleep(200 + Math.random() * 800)]);
    if (child.exitCode === null && state.killed < storm.kills) {
      const commands = await childrenOf(child.pid);
      child.kill('SIGKILL');
      for (const command of commands) kill(command);
      state.killed += 1;
    }
    await ended;
  };

  const compact = async (): Promise<void> => {
    const running: Promise<void>[] = [];
    for (let round = 0; state.writing || state.killed < storm.kills; round++) {
      const one = compactOnce(join(caches.path, `compactor-${round % 2}.git`));
      if (storm.compactEvery === undefined) await one;
      else {
        running.push(one);
        await sleep(storm.compactEvery);
      }
    }
    await Promise.all(running);
  };

  const watch = async (): Promise<void> => {
    await using store = await open();
    while (state.writing) {
      state.looks += 1;
      for (const { id } of await store.list({ limit: 5 })) {
        const whole = (await store.read(id))?.id === id && (await store.readResult(id, 'cases.jsonl')) === `${id}\n`;
        if (whole) state.reads += 1;
        else state.partial.push(id);
      }
      await sleep(50);
    }
  };

  const compacting = compact();
  const watching = Promise.all(Array.from({ length: storm.readers ?? 1 }, watch));
  const written = (await Promise.all(Array.from({ length: storm.writers }, write))).flat();
  state.writing = false;
  await Promise.all([compacting, watching]);
  const kept = [...(await runsIn(remote, 'refs/pawl/data')), ...(await runsIn(remote, 'refs/pawl/inbox/'))];
  await using last = await open();
  await last.compact();
  return {
    written,
    kept,
    listed: (await last.list()).map(({ id }) => id),
    inData: await runsIn(remote, 'refs/pawl/data'),
    inboxRefs: await remote.git('for-each-ref', 'refs/pawl/inbox', 'refs/pawl/quarantine'),
    fsck: await remote.git('fsck', '--strict', '--no-dangling'),
    killed: state.killed,
    compactors: state.compactors,
    looks: state.looks,
    reads: state.reads,
    partial: state.partial,
    verified: await last.verify(),
  };
}

/** Ids of all runs under the refs of a prefix. */
async function runsIn(remote: BareRemote, prefix: string): Promise<readonly string[]> {
  const refs = (await remote.git('for-each-ref', '--format=%(refname)', prefix))
    .split('\n')
    .filter((ref) => ref !== '');
  const ids: string[] = [];
  for (const ref of refs) {
    const paths = (await remote.git('ls-tree', '-r', '--name-only', ref, 'runs/')).split('\n');
    ids.push(...paths.filter((path) => path !== '').map((path) => path.slice(-31, -5)));
  }
  return ids;
}

/** The Git commands that a process has started; where the system does not tell, none. */
async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return listed
    .split(' ')
    .filter((word) => /^\d+$/.test(word))
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
