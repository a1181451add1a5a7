// What must hold of every MLflow server: the double on loopback, and the real one in the interop test.
import type { Prompt, Run } from '@pawl/core';
import { memoryRegistry, memoryStore } from '@pawl/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  exportRuns,
  importRuns,
  mlflowClient,
  pullModels,
  pullPrompt,
  pushModels,
  pushPrompt,
  runsOf,
  type Imported,
} from '../src/index.ts';
import { fixture, sha256 } from './sha256.ts';
import { sorterVersions } from './sorter-versions.ts';

type Store = ReturnType<typeof memoryStore>;
const newStore = (): Store => memoryStore(undefined, sha256);

const bring = (store: Store, at: string, experiments: readonly string[] = []): Promise<Imported> =>
  importRuns(runsOf({ tool: 'mlflow', at, experiments, revisions: [], environment: {}, sha256 }), { store, sha256 });

export function mlflowContract(start: () => Promise<{ readonly url: string } & AsyncDisposable>): void {
  let server: { readonly url: string } & AsyncDisposable;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('runs that are pushed are there once, and come back the same', async () => {
    const store = newStore();
    const { imported } = await bring(store, fixture('mlruns'));
    const request = { store, target: server.url, environment: {} };
    const first = await exportRuns(imported, request);
    expect(first).toMatchObject({ present: [], skipped: 0, problems: [] });
    expect(await exportRuns(imported, request)).toMatchObject({ pushed: [], present: first.pushed });

    const other = newStore();
    const back = await bring(other, server.url, ['flight-delay']);
    expect(back).toMatchObject({ skipped: 0, problems: [] });
    expect([...back.imported].toSorted()).toEqual([...imported].toSorted());
    for (const id of imported) {
      expect(await other.read(id)).toEqual(await store.read(id));
      expect(await other.readResult(id, 'metrics.jsonl')).toBe(await store.readResult(id, 'metrics.jsonl'));
    }
  });

  test('a long run is logged in batches that MLflow takes', async () => {
    const history = Array.from({ length: 2500 }, (_, step) =>
      JSON.stringify({ metric: 'loss', value: step / 2, step, at: '2026-01-01T00:00:00.000Z' }),
    ).join('\n');
    const params = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`p${index}`, index]));
    const tags = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`t${index}`, `v${index}`]));
    const run: Run = { ...longRun, params, tags, results: { 'metrics.jsonl': sha256(history) } };
    const store = newStore();
    await store.add({ runs: [{ run, results: { 'metrics.jsonl': history } }], operations: [] });
    expect(await exportRuns([run.id], { store, target: server.url, environment: {} })).toMatchObject({
      skipped: 0,
      problems: [],
    });
    const other = newStore();
    const { imported } = await bring(other, server.url, ['long']);
    expect(imported).toEqual([run.id]);
    const back = await other.read(run.id);
    expect(back?.params).toEqual(params);
    expect(back?.tags).toMatchObject(tags);
    expect(((await other.readResult(run.id, 'metrics.jsonl')) ?? '').trim().split('\n')).toHaveLength(2500);
  });

  test('versions and labels go there once, and come back to another repository', async () => {
    const client = mlflowClient(server.url, {});
    const registry = memoryRegistry();
    const commits = ['1', '2', '3'].map((digit) => digit.repeat(40));
    for (const [index, commit] of commits.entries())
      await registry.register({ name: 'delay', version: `v1.${index}.0`, commit, message: `Number ${index}` });
    await registry.label({ name: 'delay', version: 'v1.1.0', label: 'production', message: 'Good' });
    await registry.label({ name: 'delay', version: 'v1.2.0', label: 'team/next', message: 'Next' });
    const first = await pushModels(client, await registry.list());
    expect(first.created.map(({ version, mlflowVersion }) => [version, mlflowVersion])).toEqual([
      ['v1.0.0', 1],
      ['v1.1.0', 2],
      ['v1.2.0', 3],
    ]);
    expect(first.aliased).toEqual([{ name: 'delay', alias: 'production', mlflowVersion: 2 }]);
    expect(first.problems).toMatchObject([{ code: 'MLFLOW_ALIAS_NAME', severity: 'warning' }]);
    expect(await pushModels(client, await registry.list())).toMatchObject({ created: [], present: 3, aliased: [] });

    const other = memoryRegistry();
    const moved: string[] = [];
    const ports = {
      client,
      registry: other,
      history: { resolve: async (revision: string) => (commits.includes(revision) ? revision : undefined) },
      moveLabel: async ({ version }: { readonly version: string }, label: string) => {
        moved.push(`${label} ${version}`);
        return undefined;
      },
    };
    expect((await pullModels(ports, { names: [] })).registered.map(({ version, commit }) => [version, commit])).toEqual(
      commits.map((commit, index) => [`v1.${index}.0`, commit]),
    );
    expect(moved).toEqual(['production v1.1.0']);
    expect(await pullModels(ports, { names: ['delay'] })).toMatchObject({ registered: [], present: 3, skipped: 0 });
    await expect(pullModels(ports, { names: ['none'] })).rejects.toMatchObject({ code: 'MLFLOW_MODEL_UNKNOWN' });
  });

  test('a commit that is not here, and a name that cannot be one here, are told', async () => {
    const client = mlflowClient(server.url, {});
    await client.post('registered-models/create', { name: 'flight delay.v2' });
    await client.post('model-versions/create', { name: 'flight delay.v2', source: 's3:/models/1' });
    const registry = memoryRegistry();
    const ports = {
      client,
      registry,
      history: { resolve: async (revision: string) => (revision === 'HEAD' ? '9'.repeat(40) : undefined) },
      moveLabel: async () => undefined,
    };
    const names = ['flight delay.v2'];
    expect(await pullModels(ports, { names })).toMatchObject({ skipped: 1, problems: [{ code: 'REGISTRY_NAME' }] });
    expect(await pullModels(ports, { names, as: 'delay2' })).toMatchObject({
      skipped: 1,
      problems: [{ code: 'MLFLOW_VERSION_NO_COMMIT' }],
    });
    expect(await pullModels(ports, { names, as: 'delay2', commit: 'HEAD' })).toMatchObject({
      registered: [{ name: 'delay2', version: 'v1.0.0' }],
      problems: [],
    });
  });

  test('a prompt goes there once, and comes back as it is', async () => {
    const client = mlflowClient(server.url, {});
    const versions = await sorterVersions(plain, kind);
    expect(await pushPrompt(client, 'sorter', versions, sha256)).toMatchObject({
      created: [
        { version: 'v1.0.0', mlflowVersion: 1 },
        { version: 'v1.1.0', mlflowVersion: 2 },
      ],
      aliased: [{ alias: 'production', mlflowVersion: 1 }],
      problems: [],
    });
    expect(await pushPrompt(client, 'sorter', versions, sha256)).toMatchObject({
      created: [],
      present: 2,
      aliased: [],
    });
    expect((await pullPrompt(client, 'sorter', undefined, sha256)).content).toEqual(kind);
    expect((await pullPrompt(client, 'sorter', 'production', sha256)).content).toEqual(plain);
    await expect(pullPrompt(client, 'sorter', '7', sha256)).rejects.toMatchObject({
      hint: 'There are: 1, 2, production.',
    });
    await expect(pullPrompt(client, 'delay', undefined, sha256)).rejects.toMatchObject({
      code: 'MLFLOW_PROMPT_UNKNOWN',
    });
    await expect(pushPrompt(client, 'delay', versions, sha256)).rejects.toMatchObject({ code: 'MLFLOW_IS_MODEL' });
  });
}

export const plain: Prompt = { messages: [{ role: 'user', content: 'Sort {{mail}}' }] };
export const kind: Prompt = {
  model: 'small-1',
  modelParameters: { temperature: 0, maxTokens: 20, seed: 7, stop: ['a', 'b'] },
  responseFormat: 'json_object',
  messages: [
    { role: 'system', content: 'Be kind.\n\nAnd brief.' },
    { role: 'user', content: 'Sort {{mail}}' },
  ],
};

const longRun: Run = {
  schema: 'pawl.run/1',
  id: '01KAM3Y5QZ8T4W2V6X0R1S9N7P',
  kind: 'training',
  name: 'long',
  startedAt: '2025-11-21T20:51:20.000Z',
  endedAt: '2025-11-21T20:52:00.000Z',
  origin: {},
  inputs: [{ role: 'data', path: 'data/a.csv', digest: `sha256:${'0'.repeat(64)}` }],
  params: {},
  metrics: { loss: { value: 1249.5 } },
  results: {},
};
