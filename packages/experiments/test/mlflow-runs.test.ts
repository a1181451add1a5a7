// Runs from a file store that the real MLflow wrote, and back into one.
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '@pawl/core';
import { memoryStore } from '@pawl/core/testing';
import { temporaryFolder } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { exportRuns, importRuns, runsOf, type Imported } from '../src/index.ts';
import { acceptableNames } from '../src/mlflow/outgoing-run.ts';
import { fixture, sha256 } from './sha256.ts';

type Store = ReturnType<typeof memoryStore>;

const mlruns = (at: string, experiments: readonly string[] = []) =>
  runsOf({ tool: 'mlflow', at, experiments, revisions: [], environment: {}, sha256 });

const bring = (store: Store, at: string, unfinished = false): Promise<Imported> =>
  importRuns(mlruns(at), { store, sha256, unfinished });

const byName = async (store: Store, { imported }: Imported): Promise<Readonly<Record<string, Run>>> => {
  const runs = await Promise.all(imported.map((id) => store.read(id)));
  return Object.fromEntries(
    runs.flatMap((run) => (run === undefined ? [] : [[run.tags?.['mlflow.runName'] ?? '', run]])),
  );
};

const newStore = (): Store => memoryStore(undefined, sha256);

describe('an import of a file store', () => {
  test('keeps params, last values, tags, data, artifacts and origin', async () => {
    const store = newStore();
    const { first } = await byName(store, await bring(store, fixture('mlruns')));
    expect(first).toMatchObject({
      kind: 'training',
      name: 'flight-delay',
      status: 'finished',
      startedAt: '2026-09-21T14:13:20.000Z',
      endedAt: '2026-09-21T14:14:20.000Z',
      origin: { commit: '0123456789abcdef0123456789abcdef01234567', branch: 'main', actor: 'ada' },
      // Numbers only where the text is the number's own; "007" and "1e-05" are texts.
      params: { lr: 0.1, depth: 6, solver: 'adam', seed: '007', warm: true, 'opt/beta': '1e-05' },
      inputs: [{ role: 'data', digest: 'mlflow:c247459b', name: 'flights', context: 'training' }],
      artifacts: [
        {
          name: 'out/notes.txt',
          digest: sha256('hello\n'),
          bytes: 6,
          uri: expect.stringMatching(/^file:\/\/\/srv\/demo\/mlruns\/\d+\/\w+\/artifacts\/out\/notes\.txt$/),
        },
      ],
      tags: { 'mlflow.runName': 'first', team: 'search' },
      imported: { tool: 'mlflow', status: 'FINISHED' },
    });
    expect(first).not.toHaveProperty('verdict');
    const values = Object.fromEntries(Object.entries(first?.metrics ?? {}).map(([name, { value }]) => [name, value]));
    expect(values).toEqual({ loss: 0.2, late: 0.5, 'val/acc': 0.81, 'f1 macro': 0.75, broken: null, diverged: null });
  });

  test('keeps every step, and what JSON cannot hold', async () => {
    const store = newStore();
    const { first } = await byName(store, await bring(store, fixture('mlruns')));
    const history = (await store.readResult(first?.id ?? '', 'metrics.jsonl')) ?? '';
    const lines = history
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(11);
    expect(lines.filter(({ metric }) => metric === 'loss').map(({ step, value }) => [step, value])).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 1 / 3],
      [3, 0.25],
      [4, 0.2],
    ]);
    expect(lines).toContainEqual({ metric: 'broken', value: '#number:NaN', step: 0, at: '2026-09-21T14:13:21.000Z' });
    expect(lines).toContainEqual({
      metric: 'diverged',
      value: '#number:-Infinity',
      step: 0,
      at: '2026-09-21T14:13:21.000Z',
    });
    expect(first?.results).toEqual({ 'metrics.jsonl': sha256(history) });
  });

  test('names the parent of a nested run, says which failed, leaves out what runs and what was deleted', async () => {
    const store = newStore();
    const done = await bring(store, fixture('mlruns'));
    const runs = await byName(store, done);
    expect(Object.keys(runs).toSorted()).toEqual(['child', 'failed', 'first']);
    expect(runs['child']?.tags?.['mlflow.parentRunId']).toBe(mlflowIdOf(runs['first']));
    expect(runs['failed']).toMatchObject({ status: 'failed', headline: 'failed, no metrics' });
    expect(done.skipped).toBe(1);
    expect(done.problems).toMatchObject([{ code: 'IMPORT_RUN_UNFINISHED' }]);
    expect((await bring(newStore(), fixture('mlruns'), true)).imported).toHaveLength(4);
  });

  test('adds nothing the second time, and the same ids in another repository', async () => {
    const store = newStore();
    const first = await bring(store, fixture('mlruns'));
    expect(await bring(store, fixture('mlruns'))).toMatchObject({ imported: [], present: first.imported, skipped: 1 });
    expect((await bring(newStore(), fixture('mlruns'))).imported).toEqual(first.imported);
  });

  test('says so when a run has changed since', async () => {
    await using folder = await temporaryFolder();
    await cp(fixture('mlruns'), folder.path, { recursive: true });
    const store = newStore();
    const { imported } = await bring(store, folder.path);
    const { first } = await byName(store, { imported } as unknown as Imported);
    const place = await placeOf(folder.path, mlflowIdOf(first));
    await writeFile(join(place, 'params', 'lr'), '0.2');
    const again = await bring(store, folder.path);
    expect(again.present).toHaveLength(2);
    expect(again.problems.map(({ code }) => code).toSorted()).toEqual(['IMPORT_RUN_CHANGED', 'IMPORT_RUN_UNFINISHED']);
  });

  test('takes only the wanted experiment, and lists those there are for one there is not', async () => {
    expect(
      (await importRuns(mlruns(fixture('mlruns'), ['flight-delay']), { store: newStore(), sha256 })).imported,
    ).toHaveLength(3);
    await expect(
      importRuns(mlruns(fixture('mlruns'), ['flight']), { store: newStore(), sha256 }),
    ).rejects.toMatchObject({
      code: 'MLFLOW_EXPERIMENT_UNKNOWN',
      hint: expect.stringContaining('flight-delay'),
    });
  });

  test('refuses a folder that is no store', async () => {
    await using folder = await temporaryFolder();
    await expect(bring(newStore(), folder.path)).rejects.toMatchObject({ code: 'MLFLOW_NO_STORE' });
    await expect(bring(newStore(), join(folder.path, 'none'))).rejects.toMatchObject({ code: 'IMPORT_FOLDER_MISSING' });
  });
});

describe('hostile and broken stores', () => {
  test.each([
    ['a meta.yaml that is no YAML', 'meta.yaml', 'start_time: [', 'MLFLOW_META_BROKEN'],
    ['a meta.yaml of aliases without end', 'meta.yaml', bomb(), 'MLFLOW_META_BROKEN'],
    ['a run without a start', 'meta.yaml', 'run_id: x\nstatus: 3\n', 'MLFLOW_META_BROKEN'],
    ['a start beyond all time', 'meta.yaml', 'start_time: 1e300\nstatus: 3\n', 'MLFLOW_META_BROKEN'],
    ['a metric that is no number', 'metrics/loss', '1 high 2\n', 'MLFLOW_METRIC_BROKEN'],
    ['a parameter that is too large', 'params/lr', 'x'.repeat(1_000_001), 'IMPORT_FILE_TOO_LARGE'],
  ])('%s costs that run alone, and is named', async (_, file, text, code) => {
    await using folder = await temporaryFolder();
    await cp(fixture('mlruns'), folder.path, { recursive: true });
    const id = await idOf('first');
    await writeFile(join(await placeOf(folder.path, id), file), text);
    const done = await bring(newStore(), folder.path);
    expect(done.imported).toHaveLength(2);
    expect(done.problems.find((problem) => problem.code === code)?.file).toContain(id);
  });

  test('links that lead out of the folder are not followed', async () => {
    await using folder = await temporaryFolder();
    await using secret = await temporaryFolder();
    await writeFile(join(secret.path, 'token'), 'hunter2');
    await cp(fixture('mlruns'), folder.path, { recursive: true });
    const place = await placeOf(folder.path, await idOf('first'));
    await symlink(join(secret.path, 'token'), join(place, 'params', 'stolen'));
    await rm(join(place, 'tags'), { recursive: true });
    await symlink(secret.path, join(place, 'tags'));
    const store = newStore();
    const done = await bring(store, folder.path);
    expect(done.problems.map(({ code }) => code)).toContain('IMPORT_OUTSIDE');
    for (const id of done.imported) expect(JSON.stringify(await store.read(id))).not.toContain('hunter2');
  });

  test('a verdict or an id that the store claims is no evidence here', async () => {
    await using folder = await temporaryFolder();
    await cp(fixture('mlruns'), folder.path, { recursive: true });
    const tags = join(await placeOf(folder.path, await idOf('first')), 'tags');
    await writeFile(join(tags, 'pawl.run_id'), '7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
    await writeFile(join(tags, 'pawl.kind'), 'eval-gate');
    await writeFile(join(tags, 'pawl.verdict'), 'pass');
    const store = newStore();
    const { first } = await byName(store, await bring(store, folder.path));
    expect(first).toMatchObject({ kind: 'training' });
    expect(first).not.toHaveProperty('verdict');
    expect(first?.id).not.toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
  });
});

describe('an export to a file store', () => {
  test('and back is the same runs, history included', async () => {
    await using folder = await temporaryFolder();
    const store = newStore();
    const { imported } = await bring(store, fixture('mlruns'));
    const target = join(folder.path, 'mlruns');
    const exported = await exportRuns(imported, { store, target, environment: {} });
    expect(exported).toMatchObject({ present: [], skipped: 0, problems: [] });
    expect(exported.pushed.map(({ id }) => id).toSorted()).toEqual([...imported].toSorted());

    const other = newStore();
    const back = await bring(other, target);
    expect(back).toMatchObject({ skipped: 0, problems: [] });
    expect([...back.imported].toSorted()).toEqual([...imported].toSorted());
    for (const id of imported) {
      expect(await other.read(id)).toEqual(await store.read(id));
      expect(await other.readResult(id, 'metrics.jsonl')).toBe(await store.readResult(id, 'metrics.jsonl'));
    }
    expect(await bring(store, target)).toMatchObject({ imported: [], skipped: 0, problems: [] });
  });

  test('adds nothing the second time', async () => {
    await using folder = await temporaryFolder();
    const store = newStore();
    const { imported } = await bring(store, fixture('mlruns'));
    const request = { store, target: join(folder.path, 'mlruns'), environment: {} };
    const { pushed } = await exportRuns(imported, request);
    expect(await exportRuns(imported, request)).toMatchObject({ pushed: [], present: pushed });
  });

  test('takes runs of every kind, with their verdict as a tag', async () => {
    await using folder = await temporaryFolder();
    const store = newStore();
    await store.add({ runs: [{ run: gateRun, results: {} }], operations: [] });
    const target = join(folder.path, 'mlruns');
    const { pushed } = await exportRuns([gateRun.id], { store, target, environment: {} });
    const place = await placeOf(target, pushed[0]?.mlflowId ?? '');
    const text = (path: string): Promise<string> => readFile(join(place, path), 'utf8');
    expect(await text('tags/pawl.verdict')).toBe('fail');
    expect(await text('tags/mlflow.note.content')).toBe('log-loss is worse');
    expect(await text('tags/mlflow.source.git.commit')).toBe('a'.repeat(40));
    expect(await text('metrics/log-loss')).toBe(`${Date.parse(gateRun.endedAt ?? '')} 0.5 0\n`);
    // Imported elsewhere it is a training run: nobody may bring a verdict along.
    const other = newStore();
    const { imported } = await bring(other, target);
    expect(await other.read(imported[0] ?? '')).toMatchObject({
      kind: 'training',
      metrics: { 'log-loss': { value: 0.5 } },
    });
  });

  test('renames what MLflow does not allow, says so, and an import has the names again', async () => {
    await using folder = await temporaryFolder();
    const store = newStore();
    const odd = { 'a=b': { value: 1 }, 'a?b': { value: 2 }, '../up': { value: 3 }, 'größe µ': { value: 4 } };
    const run: Run = { ...gateRun, kind: 'training', metrics: odd, params: { 'p#1': 'x', [`k${'y'.repeat(300)}`]: 1 } };
    await store.add({ runs: [{ run, results: {} }], operations: [] });
    const target = join(folder.path, 'mlruns');
    const exported = await exportRuns([run.id], { store, target, environment: {} });
    expect(exported.problems).toMatchObject([{ code: 'EXPORT_KEYS_RENAMED', severity: 'warning' }]);
    const other = newStore();
    const { imported } = await bring(other, target);
    expect(imported).toEqual([run.id]);
    const back = await other.read(run.id);
    expect(back?.metrics).toEqual(odd);
    expect(back?.params).toEqual(run.params);
    expect((await readdir(folder.path)).toSorted()).toEqual(['mlruns']);
  });

  test('does not write into a folder that holds something else', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'thesis.txt'), 'mine');
    await expect(exportRuns([], { store: newStore(), target: folder.path, environment: {} })).rejects.toMatchObject({
      code: 'EXPORT_FOLDER_TAKEN',
    });
  });

  test('tells a run that is not there', async () => {
    await using folder = await temporaryFolder();
    const target = join(folder.path, 'mlruns');
    await mkdir(target);
    const done = await exportRuns([gateRun.id], { store: newStore(), target, environment: {} });
    expect(done).toMatchObject({ skipped: 1, problems: [{ code: 'EXPORT_RUN_MISSING' }] });
  });
});

test('two names that MLflow would write alike stay apart', () => {
  expect(Object.fromEntries(acceptableNames(['a?b', 'a#b', 'a_b', '/x', 'x//y', 'ok/name', '.']))).toEqual({
    a_b: 'a_b',
    'a#b': 'a_b_2',
    'a?b': 'a_b_3',
    '/x': '_/x',
    'x//y': 'x/_/y',
    'ok/name': 'ok/name',
    '.': '_',
  });
});

const gateRun: Run = {
  schema: 'pawl.run/1',
  id: '01KAM3Y5QZ8T4W2V6X0R1S9N7P',
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'fail',
  headline: 'log-loss is worse',
  startedAt: '2025-11-21T20:51:20.000Z',
  endedAt: '2025-11-21T20:52:00.000Z',
  origin: { commit: 'a'.repeat(40), branch: 'main', actor: 'ada' },
  inputs: [{ role: 'predictions', path: 'predictions.csv', digest: sha256('rows') }],
  params: { margin: 0.01 },
  metrics: { 'log-loss': { value: 0.5, n: 1000, interval: [0.4, 0.6] } },
  results: {},
};

function bomb(): string {
  const rows = Array.from({ length: 20 }, (_, index) => `k${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}]`);
  return ['k0: &a0 [x]', ...rows.slice(1)].join('\n');
}

const mlflowIdOf = (run: Run | undefined): string => (run?.['imported'] as { id: string } | undefined)?.id ?? '';

async function idOf(name: string): Promise<string> {
  const store = newStore();
  const run = (await byName(store, await bring(store, fixture('mlruns'))))[name];
  return mlflowIdOf(run);
}

async function placeOf(root: string, run: string): Promise<string> {
  for (const experiment of await readdir(root)) {
    const place = join(root, experiment, run);
    if (
      await readFile(join(place, 'meta.yaml')).then(
        () => true,
        () => false,
      )
    )
      return place;
  }
  throw new Error(`no run ${run}`);
}
