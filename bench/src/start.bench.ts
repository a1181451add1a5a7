// How long a built action takes to its first useful line, over what bare Node takes to do nothing.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slugs } from '@pawl/core';
import { projectRoot } from './project-root.ts';
import { median, type BenchResult } from './result.ts';

export async function run({ short }: { readonly short: boolean }): Promise<readonly BenchResult[]> {
  const runs = short ? 7 : 21;
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-start-'));
  const results: BenchResult[] = [];
  for (const slug of slugs) {
    const dist = join(projectRoot, 'actions', slug, 'dist');
    const bare: number[] = [];
    const ours: number[] = [];
    // In turns, so that a change of the machine's speed meets both.
    for (let index = 0; index < runs; index++) {
      bare.push(time(['-e', '0'], folder));
      ours.push(time([join(dist, 'index.mjs')], folder));
    }
    const added = median(ours) - median(bare);
    results.push({
      name: `${slug}: start to the first message, over bare node`,
      value: added,
      unit: 'ms',
      peer: { name: 'node -e 0', value: median(bare) },
      budget: '≤ 150 ms',
    });
    results.push({
      name: `${slug}: entry chunk`,
      value: statSync(join(dist, 'index.mjs')).size / 1000,
      unit: 'KB',
      budget: '≤ 300 KB',
    });
    results.push({ name: `${slug}: all chunks`, value: scriptBytes(dist) / 1000, unit: 'KB', budget: '≤ 3,000 KB' });
  }
  await rm(folder, { recursive: true, force: true });
  return results;
}

/** With no inputs an action says what is missing and ends: the shortest way to a useful line. */
function time(args: readonly string[], cwd: string): number {
  const started = performance.now();
  spawnSync(process.execPath, args, {
    cwd,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, GITHUB_WORKSPACE: cwd, RUNNER_TEMP: cwd },
  });
  return performance.now() - started;
}

function scriptBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs'))
    .reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
