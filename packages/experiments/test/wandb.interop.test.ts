// The real wandb writes offline; what we read is what its script knows.
// Needs a Python with wandb-requirements.txt: PAWL_INTEROP_PYTHON_WANDB=/path/to/python.
import { execFile } from 'node:child_process';
import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run } from '@pawl/core';
import { memoryStore } from '@pawl/core/testing';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { importRuns, runsOf } from '../src/index.ts';
import { sha256 } from './sha256.ts';

const python = process.env['PAWL_INTEROP_PYTHON_WANDB'] ?? '';
if (python === '') console.warn('wandb interop is skipped: PAWL_INTEROP_PYTHON_WANDB names no Python with wandb.');

interface Known {
  readonly id: string;
  readonly history: Readonly<Record<'loss' | 'acc', readonly number[]>>;
  readonly summary: Readonly<Record<string, unknown>>;
}

const script = fileURLToPath(new URL('wandb-run.py', import.meta.url));

function train(repo: GitRepo, how: 'finish' | 'fail' | 'crash'): Promise<Known> {
  const env = { ...process.env, ...repo.environment, WANDB_SILENT: 'true' };
  return new Promise((resolve, reject) => {
    // A crash is what one of them is for: what was printed counts.
    execFile(python, [script, repo.path, how], { cwd: repo.path, env }, (_, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line) as Known);
      else reject(new Error(stderr));
    });
  });
}

async function imported(repo: GitRepo): Promise<{
  readonly run: Run;
  readonly points: (metric: string) => readonly (readonly [number, number])[];
  readonly problems: readonly string[];
}> {
  const store = memoryStore(undefined, sha256);
  const done = await importRuns(
    runsOf({ tool: 'wandb', at: join(repo.path, 'wandb'), experiments: [], revisions: [], environment: {}, sha256 }),
    { store, sha256 },
  );
  const run = await store.read(done.imported[0] ?? '');
  if (run === undefined) throw new Error(JSON.stringify(done.problems));
  const text = (await store.readResult(run.id, 'metrics.jsonl')) ?? '';
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { metric: string; step: number; value: number });
  return {
    run,
    points: (metric) => lines.filter((line) => line.metric === metric).map(({ step, value }) => [step, value] as const),
    problems: done.problems.map(({ code }) => code),
  };
}

const logOf = async (repo: GitRepo): Promise<string> => {
  const [run = ''] = (await readdir(join(repo.path, 'wandb'))).filter((name) => name.startsWith('offline-run-'));
  const [log = ''] = (await readdir(join(repo.path, 'wandb', run))).filter((name) => name.endsWith('.wandb'));
  return join(repo.path, 'wandb', run, log);
};

describe.runIf(python !== '')('wandb', () => {
  test('a run that ended has every step, the summary, the config and the commit', async () => {
    await using repo = await gitRepo({ 'a.txt': 'a' });
    await repo.git('remote', 'add', 'origin', 'https://ada:hunter2@example.com/ada/x.git');
    const known = await train(repo, 'finish');
    const { run, points, problems } = await imported(repo);
    expect(problems).toEqual([]);
    expect(run).toMatchObject({
      name: 'interop',
      status: 'finished',
      params: { lr: 0.01, 'model.kind': 'mlp', 'model.layers': '[8,4]' },
      tags: { 'wandb.runName': 'real', 'wandb.runId': known.id, 'wandb.tags': 'interop' },
      origin: { commit: await repo.git('rev-parse', 'HEAD'), repository: 'https://example.com/ada/x.git' },
      environment: { python: expect.stringMatching(/3\.\d+/) },
    });
    expect(JSON.stringify(run)).not.toContain('hunter2');
    for (const metric of ['loss', 'acc'] as const)
      expect(points(metric)).toEqual(known.history[metric].map((value, step) => [step, value]));
    // wandb's own words for the whole run; a summary of a definition hangs below the metric.
    expect(known.summary['loss']).toEqual({ min: Math.min(...known.history.loss) });
    expect(run.metrics['loss.min']?.value).toBe(Math.min(...known.history.loss));
    expect(run.metrics['acc']?.value).toBe(known.summary['acc']);
    expect(run.metrics['final']?.value).toBe(0.5);
  });

  test('a run that failed, and one that crashed, are failed and keep what was written', async () => {
    await using failed = await gitRepo({ 'a.txt': 'a' });
    await train(failed, 'fail');
    expect((await imported(failed)).run).toMatchObject({
      status: 'failed',
      imported: { status: 'failed', exitCode: 3 },
    });

    await using crashed = await gitRepo({ 'a.txt': 'a' });
    const known = await train(crashed, 'crash');
    const { run, points } = await imported(crashed);
    // wandb's own service lives on for a moment and ends the log, or does not: what is there is right.
    expect(run.status).toBe('failed');
    expect(points('loss')).toEqual(
      known.history.loss.slice(0, points('loss').length).map((value, step) => [step, value]),
    );
  });

  test('a log that is cut anywhere is a prefix of the whole', async () => {
    await using repo = await gitRepo({ 'a.txt': 'a' });
    const known = await train(repo, 'finish');
    const log = await logOf(repo);
    const size = (await readFile(log)).length;
    for (const share of [0.9, 0.5, 0.2]) {
      await truncate(log, Math.floor(size * share));
      const { run, points } = await imported(repo);
      expect(run).toMatchObject({ status: 'failed', imported: { status: 'crashed' } });
      const seen = points('acc');
      expect(seen.length).toBeGreaterThan(10);
      expect(seen).toEqual(known.history.acc.slice(0, seen.length).map((value, step) => [step, value]));
    }
  });
});
