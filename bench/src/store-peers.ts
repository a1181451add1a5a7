// What MLflow and DVC take for a list of the same runs, where PAWL_BENCH_PYTHON names a Python that has them.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { summaryOf } from '@pawl/core';
import { benchRun } from './store-runs.ts';

const runFile = promisify(execFile);

export const peerNames = {
  sqlite: 'MLflow search_runs, SQLite',
  files: 'MLflow search_runs, file store',
  dvc: 'dvc exp show, less its start',
} as const;

export type PeerTimes = Readonly<Partial<Record<keyof typeof peerNames, number>>>;

/** @returns milliseconds of each peer, or why there are none */
export async function peerLists(folder: string, size: number): Promise<PeerTimes | string> {
  const python = process.env['PAWL_BENCH_PYTHON'];
  if (python === undefined) return 'set PAWL_BENCH_PYTHON to a Python that has bench/store-requirements.txt';
  const missing = await runFile(python, ['-c', 'import mlflow, dvc']).then(
    () => false,
    () => true,
  );
  if (missing) return `${python} lacks what is in bench/store-requirements.txt`;
  const place = join(folder, `peers-${size}`);
  await mkdir(place);
  const runs = Array.from({ length: size }, (_, ordinal) => JSON.stringify(summaryOf(benchRun(ordinal, size))));
  await writeFile(join(place, 'runs.ndjson'), `${runs.join('\n')}\n`);
  const script = fileURLToPath(new URL('store-peers.py', import.meta.url));
  const { stdout, stderr } = await runFile(python, [script, place, join(place, 'runs.ndjson')], { maxBuffer: 1 << 28 });
  const times = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerTimes;
  const failed = stderr.split('\n').filter((line) => /^(sqlite|files|dvc): /.test(line));
  for (const line of failed) console.log(`store: a peer was not met: ${line}`);
  return times;
}
