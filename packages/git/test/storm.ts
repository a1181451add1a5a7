// Many writers, compactors that are killed, readers that watch: what must hold whatever the timing. The test runs it
// small; a soak runs it large.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exampleRun } from '@pawl/testkit/contracts';
import { bareRemote, gitRepo, temporaryFolder } from '@pawl/testkit/git';
import { openStore, randomIds, type GitStore } from '../src/index.ts';

export interface Storm {
  readonly writers: number;
  readonly runsEach: number;
  readonly kills: number;
}

export interface Aftermath {
  readonly written: readonly string[];
  readonly listed: readonly string[];
  readonly inData: readonly string[];
  readonly inboxRefs: string;
  readonly fsck: string;
  readonly killed: number;
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
  const state = { writing: true, killed: 0, partial: [] as string[] };

  const write = async (): Promise<readonly string[]> => {
    await using store = await open();
    const { next } = randomIds();
    const ids: string[] = [];
    for (let run = 0; run < storm.runsEach; run++) {
      const id = next();
      await store.add({ runs: [{ run: exampleRun(id), results: { 'cases.jsonl': `${id}\n` } }], operations: [] });
      ids.push(id);
    }
    return ids;
  };

  const killCompactors = async (): Promise<void> => {
    const script = fileURLToPath(new URL('compactor-process.ts', import.meta.url));
    for (let round = 0; state.writing || state.killed < storm.kills; round++) {
      const cache = join(caches.path, `compactor-${round % 2}.git`);
      const child = spawn(process.execPath, [script, repo.path, cache], { env: repo.environment, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('close', resolve));
      await Promise.race([ended, sleep(200 + Math.random() * 800)]);
      if (child.exitCode === null && state.killed < storm.kills) {
        child.kill('SIGKILL');
        state.killed += 1;
      }
      await ended;
    }
  };

  const watch = async (): Promise<void> => {
    await using store = await open();
    while (state.writing) {
      for (const { id } of await store.list({ limit: 20 })) {
        const whole = (await store.read(id))?.id === id && (await store.readResult(id, 'cases.jsonl')) === `${id}\n`;
        if (!whole) state.partial.push(id);
      }
      await sleep(50);
    }
  };

  const compacting = killCompactors();
  const watching = watch();
  const written = (await Promise.all(Array.from({ length: storm.writers }, write))).flat();
  state.writing = false;
  await Promise.all([compacting, watching]);
  await using last = await open();
  await last.compact();
  const paths = (await remote.git('ls-tree', '-r', '--name-only', 'refs/pawl/data', 'runs/')).split('\n');
  return {
    written,
    listed: (await last.list()).map(({ id }) => id),
    inData: paths.map((path) => path.slice(-31, -5)),
    inboxRefs: await remote.git('for-each-ref', 'refs/pawl/inbox', 'refs/pawl/quarantine'),
    fsck: await remote.git('fsck', '--strict', '--no-dangling'),
    killed: state.killed,
    partial: state.partial,
    verified: await last.verify(),
  };
}
