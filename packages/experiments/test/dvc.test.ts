// Commits and experiments of a DVC repository, from files that the real DVC wrote and what it showed of them.
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryStore } from '@pawl/core/testing';
import type { Run } from '@pawl/core';
import { gitRepo, temporaryFolder, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { importRuns, runsOf, type Imported } from '../src/index.ts';
import { readPipeline } from '../src/dvc/pipeline.ts';
import { flat, readValues } from '../src/dvc/values-file.ts';
import { fixture, sha256 } from './sha256.ts';

interface Shown {
  readonly params: Readonly<Record<string, { readonly data: Readonly<Record<string, unknown>> }>>;
  readonly metrics: Readonly<Record<string, { readonly data: Readonly<Record<string, unknown>> }>>;
  readonly deps: Readonly<Record<string, { readonly hash: string; readonly size: number }>>;
  readonly outs: Readonly<Record<string, { readonly hash: string; readonly size: number }>>;
}

/** A commit, and beside it an experiment, where DVC keeps them. */
async function dvcRepo(): Promise<GitRepo & { readonly base: string; readonly experiment: string }> {
  const repo = await gitRepo();
  await cp(fixture('dvc/base'), repo.path, { recursive: true });
  const base = await repo.commit('Train');
  await repo.branch('aside');
  await cp(fixture('dvc/higher-lr'), repo.path, { recursive: true });
  const experiment = await repo.commit('dvc: commit experiment');
  await repo.checkout('main');
  await repo.git('branch', '-D', 'aside');
  await repo.git('update-ref', `refs/exps/${base.slice(0, 2)}/${base.slice(2)}/higher-lr`, experiment);
  await repo.git('update-ref', 'refs/exps/exec/EXEC_HEAD', base);
  await cp(fixture('dvc/cache'), join(repo.path, '.dvc/cache/files/md5'), { recursive: true });
  return { ...repo, base, experiment };
}

const bring = (repo: GitRepo, store = newStore(), revisions: readonly string[] = []): Promise<Imported> =>
  importRuns(
    runsOf({ tool: 'dvc', at: repo.path, experiments: ['flights'], revisions, environment: repo.environment, sha256 }),
    { store, sha256 },
  );

const newStore = () => memoryStore(undefined, sha256);

async function runsIn(store: ReturnType<typeof newStore>, { imported }: Imported): Promise<readonly Run[]> {
  const runs = await Promise.all(imported.map((id) => store.read(id)));
  return runs.filter((run) => run !== undefined);
}

describe('an import of DVC', () => {
  test('has the values of `dvc exp show`, of HEAD and of every experiment', async () => {
    await using repo = await dvcRepo();
    const store = newStore();
    const done = await bring(repo, store);
    expect(done.problems).toEqual([]);
    const runs = await runsIn(store, done);
    expect(runs).toHaveLength(2);
    const shown = JSON.parse(await readFile(fixture('dvc/expected.json'), 'utf8')) as Readonly<Record<string, Shown>>;
    for (const [index, name] of ['base', 'higher-lr'].entries()) {
      const [run, dvc] = [runs[index], shown[name]];
      const metrics = Object.entries(dvc?.metrics ?? {}).flatMap(([file, { data }]) =>
        Object.entries(flat(data)).map(([key, value]) => [
          key === 'acc' ? `${file}:acc` : key,
          value === 'NaN' ? null : value,
        ]),
      );
      expect(Object.fromEntries(Object.entries(run?.metrics ?? {}).map(([key, { value }]) => [key, value]))).toEqual(
        Object.fromEntries(metrics),
      );
      const params = Object.values(dvc?.params ?? {}).flatMap(({ data }) => Object.entries(flat(data)));
      expect(run?.params).toEqual(Object.fromEntries(params));
      for (const { path = '', digest, bytes } of run?.inputs ?? []) {
        expect({ digest, bytes }).toEqual({ digest: `md5:${dvc?.deps[path]?.hash}`, bytes: dvc?.deps[path]?.size });
      }
      expect(run?.inputs.map(({ path }) => path)).toEqual(Object.keys(dvc?.deps ?? {}).toSorted());
      const model = run?.artifacts?.find((artifact) => artifact.name === 'model.bin');
      expect(model).toEqual({
        name: 'model.bin',
        digest: `md5:${dvc?.outs['model.bin']?.hash}`,
        bytes: 3,
        uri: 'dvc:model.bin',
      });
    }
  });

  test('names the experiment, its baseline, the stages and the commit', async () => {
    await using repo = await dvcRepo();
    const store = newStore();
    const [head, experiment] = await runsIn(store, await bring(repo, store));
    expect(head).toMatchObject({
      name: 'flights',
      kind: 'training',
      origin: { commit: repo.base },
      tags: { 'dvc.stages': 'train' },
    });
    expect(experiment).toMatchObject({
      origin: { commit: repo.experiment },
      tags: { 'dvc.experiment': 'higher-lr', 'dvc.baseline': repo.base },
      imported: { tool: 'dvc', id: repo.experiment, stages: { train: 'python train.py' } },
    });
  });

  test('takes only the wanted commit or experiment, and adds nothing twice', async () => {
    await using repo = await dvcRepo();
    const store = newStore();
    const one = await bring(repo, store, ['higher-lr']);
    expect(one.imported).toHaveLength(1);
    expect(await bring(repo, store)).toMatchObject({ present: one.imported, imported: [expect.any(String)] });
    await expect(bring(repo, store, ['lower-lr'])).rejects.toMatchObject({ code: 'DVC_REVISION_UNKNOWN' });
    await expect(bring(repo, store, ['--output=x'])).rejects.toMatchObject({ code: 'DVC_REVISION_UNKNOWN' });
  });

  test('says which metrics are not here', async () => {
    await using repo = await dvcRepo();
    await repo.git('clean', '-fdxq', '.dvc');
    const done = await bring(repo, newStore(), ['HEAD']);
    expect(done.imported).toHaveLength(1);
    expect(done.problems).toMatchObject([
      {
        code: 'DVC_VALUES_UNREAD',
        file: 'cached.yaml',
        message: expect.stringContaining('neither in the commit nor in the DVC cache'),
      },
    ]);
  });

  test('a broken lock file is named, and the rest is imported', async () => {
    await using repo = await dvcRepo();
    await repo.commit('Break', { 'dvc.lock': 'stages: [' });
    const done = await bring(repo, newStore(), ['HEAD']);
    expect(done.imported).toHaveLength(1);
    expect(done.problems.map(({ code, file }) => [code, file])).toContainEqual(['DVC_FILE_BROKEN', 'dvc.lock']);
  });

  test('a commit without DVC, and a folder without Git, are told', async () => {
    await using repo = await gitRepo({ 'a.txt': 'a' });
    expect(await bring(repo)).toMatchObject({ imported: [], skipped: 1, problems: [{ code: 'DVC_NOTHING' }] });
    await using folder = await temporaryFolder();
    await expect(bring({ ...repo, path: folder.path })).rejects.toMatchObject({ code: 'IMPORT_NO_REPOSITORY' });
  });
});

describe('what DVC files may say', () => {
  test('metrics, plots and params of every form are found, from where they stand', () => {
    const text = `
params: [top.yaml]
metrics: [all.json]
plots:
  - loss.csv
  - curves: {y: {a.csv: x, b.csv: [y, z]}}
stages:
  fit:
    wdir: sub
    cmd: [one, two]
    params: [lr, {other.yaml: [a, b]}, {whole.json: null}]
    metrics: [m.json, {n.yaml: {cache: false}}]
    plots: [{p.csv: {x: step}}]
  many: {foreach: [1, 2], do: {cmd: x, metrics: ['\${item}.json']}}
  named: {cmd: x, metrics: ['\${place}/m.json']}
`;
    const found = readPipeline({ 'deep/dvc.yaml': text });
    expect(found.metrics).toEqual(['deep/all.json', 'deep/sub/m.json', 'deep/sub/n.yaml']);
    expect(found.plots).toEqual(['deep/a.csv', 'deep/b.csv', 'deep/loss.csv', 'deep/sub/p.csv']);
    expect(found.params).toEqual({
      'deep/top.yaml': [],
      'deep/sub/params.yaml': ['lr'],
      'deep/sub/other.yaml': ['a', 'b'],
      'deep/sub/whole.json': [],
    });
    expect(found.problems.map(({ code }) => code)).toEqual(['DVC_TEMPLATED', 'DVC_TEMPLATED']);
  });

  test("values keep YAML's words, and JSON's bare NaN", () => {
    expect(readValues('a: yes\nb: 1e3\nc: null\nd: [1, 2]\ne: .nan\n', 'p.yaml')).toEqual({
      a: 'yes',
      b: 1000,
      c: null,
      d: '[1,2]',
      e: Number.NaN,
    });
    expect(readValues('{"a": NaN, "b": [-Infinity], "c": "x: NaN, y"}', 'm.json')).toMatchObject({ a: Number.NaN });
    expect(readValues('- 1', 'm.yaml')).toBeUndefined();
    expect(readValues('{', 'm.json')).toBeUndefined();
  });
});
