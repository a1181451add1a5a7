// The real dvc trains and compares; our runs have its numbers.
// Needs a Python with dvc-requirements.txt: PAWL_INTEROP_PYTHON_DVC=/path/to/python.
import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Run } from '@pawl/core';
import { memoryStore } from '@pawl/core/testing';
import { gitRepo, type GitRepo } from '@pawl/testkit/git';
import { describe, expect, test } from 'vitest';
import { flat } from '../src/dvc/values-file.ts';
import { importRuns, runsOf } from '../src/index.ts';
import { sha256 } from './sha256.ts';

const python = process.env['PAWL_INTEROP_PYTHON_DVC'] ?? '';
if (python === '') console.warn('dvc interop is skipped: PAWL_INTEROP_PYTHON_DVC names no Python with dvc.');

const execute = promisify(execFile);

async function dvc(repo: GitRepo, ...command: readonly string[]): Promise<string> {
  const PATH = [dirname(python), process.env['PATH']].join(delimiter);
  const identity = {
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const { stdout } = await execute(python, ['-m', 'dvc', ...command], {
    cwd: repo.path,
    env: { ...repo.environment, ...identity, PATH, DVC_NO_ANALYTICS: '1' },
  });
  return stdout;
}

const files = {
  'params.yaml': 'train:\n  lr: 0.1\n  depth: 3\nseed: 42\n',
  'other.json': '{"threshold": 0.5, "unread": 1}\n',
  'data.csv': 'a,b\n1,2\n',
  'train.py':
    'import json, yaml\np = yaml.safe_load(open("params.yaml"))["train"]\njson.dump({"acc": 0.5 + p["lr"], "deep": {"rows": len(open("data.csv").read())}}, open("metrics.json", "w"))\nopen("kept.yaml", "w").write("f1: %s\\n" % (p["depth"] / 10))\nopen("model.bin", "w").write("m" * p["depth"])\n',
  'dvc.yaml':
    'stages:\n  train:\n    cmd: python train.py\n    deps: [train.py, data.csv]\n    params: [train.lr, train.depth, {other.json: [threshold]}]\n    outs: [model.bin]\n    metrics:\n      - metrics.json: {cache: false}\n      - kept.yaml\n',
};

interface Shown {
  readonly rev: string;
  readonly name: string | null;
  readonly data: Readonly<
    Record<'params' | 'metrics', Readonly<Record<string, { readonly data: Readonly<Record<string, unknown>> }>>>
  > & { readonly deps: Readonly<Record<string, { readonly hash: string; readonly size: number }>> };
  readonly experiments?: readonly { readonly revs: readonly Shown[] }[] | null;
}

const valuesOf = (shown: Shown['data']['params']): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.values(shown).flatMap(({ data }) => Object.entries(flat(data))));

describe.runIf(python !== '')('dvc', () => {
  test('runs of HEAD and of every experiment have the values of exp show, metrics show and params diff', async () => {
    await using repo = await gitRepo(files);
    await dvc(repo, 'init', '-q');
    await dvc(repo, 'add', '-q', 'data.csv').catch(async () => {
      // A tracked file must leave Git first.
      await repo.git('rm', '-q', '--cached', 'data.csv');
      await dvc(repo, 'add', '-q', 'data.csv');
    });
    await dvc(repo, 'repro', '-q');
    await repo.commit('Train');
    await dvc(repo, 'exp', 'run', '-q', '-S', 'train.lr=0.3', '-n', 'higher-lr');
    await dvc(repo, 'exp', 'run', '-q', '-S', 'train.depth=5', '-n', 'deeper');
    await repo.git('reset', '-q', '--hard');
    await dvc(repo, 'checkout', '-q');

    const store = memoryStore(undefined, sha256);
    const done = await importRuns(
      runsOf({ tool: 'dvc', at: repo.path, experiments: [], revisions: [], environment: repo.environment, sha256 }),
      { store, sha256 },
    );
    expect(done).toMatchObject({ skipped: 0, problems: [] });
    const runs = new Map<string, Run>();
    for (const id of done.imported) {
      const run = await store.read(id);
      if (run !== undefined) runs.set(run.origin.commit ?? '', run);
    }

    const shown = (JSON.parse(await dvc(repo, 'exp', 'show', '--json')) as readonly Shown[]).filter(
      ({ rev }) => rev !== 'workspace',
    );
    const all = shown.flatMap((one) => [one, ...(one.experiments ?? []).flatMap(({ revs }) => revs)]);
    expect(all).toHaveLength(3);
    expect(runs.size).toBe(3);
    for (const { rev, name, data } of all) {
      const run = runs.get(rev);
      expect(Object.fromEntries(Object.entries(run?.metrics ?? {}).map(([key, { value }]) => [key, value]))).toEqual(
        valuesOf(data.metrics),
      );
      expect(run?.params).toEqual(valuesOf(data.params));
      for (const input of run?.inputs ?? [])
        expect(input).toMatchObject({
          digest: `md5:${data.deps[input.path ?? '']?.hash}`,
          bytes: data.deps[input.path ?? '']?.size,
        });
      if (rev !== shown[0]?.rev) expect(run?.tags?.['dvc.experiment']).toBe(name);
    }

    const head = runs.get(await repo.git('rev-parse', 'HEAD'));
    const metrics = JSON.parse(await dvc(repo, 'metrics', 'show', '--json')) as Readonly<
      Record<string, { readonly data: Shown['data']['metrics'] }>
    >;
    expect(Object.fromEntries(Object.entries(head?.metrics ?? {}).map(([key, { value }]) => [key, value]))).toEqual(
      valuesOf(metrics['']?.data ?? {}),
    );

    const diff = JSON.parse(await dvc(repo, 'params', 'diff', '--json', 'HEAD', 'higher-lr')) as Readonly<
      Record<string, Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>>
    >;
    const other = [...runs.values()].find(({ tags }) => tags?.['dvc.experiment'] === 'higher-lr');
    const changed = Object.keys(head?.params ?? {}).filter((key) => head?.params[key] !== other?.params[key]);
    expect(
      Object.fromEntries(changed.map((key) => [key, { old: head?.params[key], new: other?.params[key] }])),
    ).toMatchObject(
      Object.fromEntries(
        Object.values(diff).flatMap((values) =>
          Object.entries(values).map(([key, { old, new: now }]) => [key, { old, new: now }]),
        ),
      ),
    );
    expect(changed).toEqual(['train.lr']);
  });
});
