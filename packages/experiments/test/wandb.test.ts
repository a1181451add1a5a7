// A log that the real wandb wrote in offline mode: whole, torn off, and damaged.
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryStore } from '@pawl/core/testing';
import { temporaryFolder } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { importRuns, runsOf, type Imported } from '../src/index.ts';
import { readLogRecords } from '../src/wandb/log-records.ts';
import { fixture, sha256 } from './sha256.ts';

const newStore = () => memoryStore(undefined, sha256);

const bring = (at: string, store = newStore(), experiments: readonly string[] = []): Promise<Imported> =>
  importRuns(runsOf({ tool: 'wandb', at, experiments, revisions: [], environment: {}, sha256 }), { store, sha256 });

const place = 'offline-run-20260101_000000-demo1234';
const log = fixture(`wandb/${place}/run-demo1234.wandb`);

/** A folder with one run whose log is what `change` makes of the real one. */
async function logWith(change: (bytes: Buffer) => Uint8Array) {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'wandb', place), { recursive: true });
  await writeFile(join(folder.path, 'wandb', place, 'run-demo1234.wandb'), change(await readFile(log)));
  return folder;
}

describe('an import of W&B', () => {
  test('has the summary that wandb itself kept, and every step', async () => {
    const store = newStore();
    const done = await bring(fixture('wandb'), store);
    expect(done).toMatchObject({ skipped: 0, problems: [] });
    const run = await store.read(done.imported[0] ?? '');
    const summary = (await readFile(fixture('wandb/summary.json'), 'utf8')).replaceAll(/\b(?:NaN|Infinity)\b/g, 'null');
    const { nested, comment, ...plain } = JSON.parse(summary) as Record<string, unknown>;
    const values = Object.fromEntries(Object.entries(run?.metrics ?? {}).map(([name, { value }]) => [name, value]));
    expect(values).toEqual({ ...plain, 'nested.f1': 0.5, 'nested.deep.x': 2 });
    expect([nested, comment]).toEqual([{ f1: 0.5, deep: { x: 2 } }, 'done']);

    const history = ((await store.readResult(run?.id ?? '', 'metrics.jsonl')) ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const loss = history.filter(({ metric }) => metric === 'loss');
    expect(loss.map(({ step, value }) => [step, value])).toEqual(
      Array.from({ length: 200 }, (_, step) => [step, 1 / (step + 1)]),
    );
    expect(history.filter(({ metric }) => metric === 'rare').map(({ step }) => step)).toEqual([0, 50, 100, 150]);
    expect(history).toContainEqual(
      expect.objectContaining({ metric: 'diverged', value: '#number:Infinity', step: 200 }),
    );
    expect(history).toContainEqual({ metric: 'best', value: 0.995, step: null });
  });

  test('keeps config, tags, commit and status, and no password of the remote', async () => {
    const store = newStore();
    const run = await store.read((await bring(fixture('wandb'), store)).imported[0] ?? '');
    expect(run).toMatchObject({
      kind: 'training',
      name: 'flight-delay',
      status: 'finished',
      params: { lr: 0.1, 'opt.name': 'adam', 'opt.betas': '[0.9,0.99]', warm: true, nothing: null },
      tags: {
        'wandb.runName': 'first',
        'wandb.runId': 'demo1234',
        'wandb.tags': 'baseline, small',
        'wandb.group': 'g1',
        'wandb.jobType': 'train',
      },
      origin: { commit: expect.stringMatching(/^[0-9a-f]{40}$/), repository: 'https://example.com/ada/flights.git' },
      imported: {
        tool: 'wandb',
        id: 'demo1234',
        notes: 'A run for tests.',
        exitCode: 0,
        tags: { 'summary.comment': 'done' },
      },
    });
    expect(JSON.stringify(run)).not.toContain('not-a-secret');
  });

  test('adds nothing twice, and takes one run, one folder, or the folder above', async () => {
    const store = newStore();
    const { imported } = await bring(fixture('wandb'), store);
    expect(await bring(fixture(`wandb/${place}`), store)).toMatchObject({ imported: [], present: imported });
    await using above = await logWith((bytes) => bytes);
    expect(await bring(above.path, store)).toMatchObject({ imported: [], present: imported });
    expect(await bring(fixture('wandb'), newStore(), ['other'])).toMatchObject({ imported: [], skipped: 0 });
  });

  test('a folder without runs is told', async () => {
    await using folder = await temporaryFolder();
    await expect(bring(folder.path)).rejects.toMatchObject({ code: 'WANDB_NO_RUNS' });
  });
});

describe('a run that crashed', () => {
  test('is imported as far as its log goes, as failed, and says so', async () => {
    await using folder = await logWith((bytes) => bytes.subarray(0, 40_001));
    const store = newStore();
    const done = await bring(folder.path, store);
    expect(done.problems).toMatchObject([
      { code: 'WANDB_LOG_DAMAGED', message: expect.stringContaining('it breaks off at byte') },
    ]);
    const run = await store.read(done.imported[0] ?? '');
    expect(run).toMatchObject({ status: 'failed', imported: { status: 'crashed' }, params: { lr: 0.1 } });
    expect(run?.metrics['loss']?.value).toBeGreaterThan(1 / 200);
  });

  test('can be cut at any byte', async () => {
    const bytes = await readFile(log);
    const whole = readLogRecords(bytes).records.length;
    let before = 0;
    for (let length = 7; length < bytes.length; length += 997) {
      const { records, damage } = readLogRecords(bytes.subarray(0, length));
      expect(records.length).toBeGreaterThanOrEqual(before);
      expect(records.length).toBeLessThan(whole);
      // A cut between two records looks like a log that is still written: nothing is torn then.
      if (damage !== undefined) expect(damage).toMatch(/breaks off/);
      before = records.length;
    }
  });

  test('loses what stands in a damaged block, and no more', async () => {
    await using folder = await logWith((bytes) => {
      const copy = Buffer.from(bytes);
      copy[33_000] = (copy[33_000] ?? 0) ^ 0xff;
      return copy;
    });
    const store = newStore();
    const done = await bring(folder.path, store);
    expect(done.problems).toMatchObject([
      { code: 'WANDB_LOG_DAMAGED', message: expect.stringMatching(/checksum|damaged/) },
    ]);
    const run = await store.read(done.imported[0] ?? '');
    expect(run?.metrics['best']?.value).toBe(0.995);
  });
});

describe('hostile logs', () => {
  test.each([
    ['an empty file', () => new Uint8Array(), 'WANDB_NO_LOG'],
    ['another kind of file', () => new TextEncoder().encode('PAR1 and so on'), 'WANDB_NO_LOG'],
    [
      'a newer version',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 6), Buffer.from([9]), bytes.subarray(7)]),
      'WANDB_VERSION',
    ],
    ['a header alone', (bytes: Buffer) => bytes.subarray(0, 7), 'WANDB_RUN_MISSING'],
    ['records of noise', noise, 'WANDB_RUN_MISSING'],
  ])('%s is told and costs nobody else', async (_, change, code) => {
    await using folder = await logWith(change);
    await cp(fixture(`wandb/${place}`), join(folder.path, 'wandb', 'offline-run-20260102_000000-other'), {
      recursive: true,
    });
    const done = await bring(folder.path);
    expect(done.imported).toHaveLength(1);
    expect(done.skipped).toBe(1);
    expect(done.problems.map((problem) => problem.code)).toContain(code);
    expect(await readdir(join(folder.path, 'wandb'))).toHaveLength(2);
  });
});

/** A block that claims more than it has. */
function noise(bytes: Buffer): Uint8Array {
  const made = Buffer.alloc(70_000, 0xa5);
  bytes.copy(made, 0, 0, 7);
  return made;
}
