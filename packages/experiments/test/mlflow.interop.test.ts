// The real MLflow: its client and a server of it read what we write, and we read what they write.
// Needs a Python with mlflow-requirements.txt: PAWL_INTEROP_PYTHON_MLFLOW=/path/to/python.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readPrompt, type Prompt, type Run } from '@pawl/core';
import { memoryRegistry, memoryStore } from '@pawl/core/testing';
import { temporaryFolder } from '@pawl/testkit/git';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  exportRuns,
  importRuns,
  mergePrompt,
  mlflowClient,
  pullModels,
  pullPrompt,
  pushModels,
  pushPrompt,
  runsOf,
  type Imported,
} from '../src/index.ts';
import { mlflowContract } from './mlflow-contract.ts';
import { startMlflow, withMlflow, type MlflowServer } from './mlflow-server.ts';
import { sha256 } from './sha256.ts';
import { sorterVersions } from './sorter-versions.ts';

const python = process.env['PAWL_INTEROP_PYTHON_MLFLOW'] ?? '';
if (python === '') console.warn('mlflow interop is skipped: PAWL_INTEROP_PYTHON_MLFLOW names no Python with mlflow.');

interface Seen {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly status: string;
  readonly start: number;
  readonly end: number;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly history: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  readonly data: readonly (readonly [string, string])[];
}

type Store = ReturnType<typeof memoryStore>;
const newStore = (): Store => memoryStore(undefined, sha256);
const commit = 'a'.repeat(40);

const bring = (store: Store, at: string, experiments: readonly string[] = []): Promise<Imported> =>
  importRuns(runsOf({ tool: 'mlflow', at, experiments, revisions: [], environment: {}, sha256 }), { store, sha256 });

async function all(
  store: Store,
  ids: readonly string[],
): Promise<readonly (readonly [Run | undefined, string | undefined])[]> {
  return Promise.all(
    ids.toSorted().map(async (id) => [await store.read(id), await store.readResult(id, 'metrics.jsonl')] as const),
  );
}

describe.runIf(python !== '')('MLflow', () => {
  let server: MlflowServer;
  let trained: { readonly parent: string; readonly child: string };
  beforeAll(async () => {
    server = await startMlflow(python);
    trained = await withMlflow(python, 'train', server.url, 'flight-delay', commit);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('runs of a server are imported with all their pages and steps', async () => {
    const store = newStore();
    const done = await bring(store, server.url, ['flight-delay']);
    expect(done).toMatchObject({ skipped: 0, problems: [] });
    const runs = await all(store, done.imported);
    const [parent, history = ''] = runs.find(([run]) => run?.tags?.['mlflow.runName'] === 'parent') ?? [];
    expect(parent).toMatchObject({
      name: 'flight-delay',
      status: 'finished',
      origin: { commit, branch: 'main' },
      params: { lr: 0.1, depth: 6, solver: 'adam' },
      tags: { team: 'search' },
      inputs: [{ digest: 'mlflow:c247459b', name: 'flights', context: 'training' }],
      artifacts: [
        {
          name: 'out/notes.txt',
          bytes: 5,
          uri: expect.stringMatching(/^mlflow-artifacts:/),
          digest: expect.stringMatching(/^address:/),
        },
      ],
      metrics: {
        loss: { value: 0.2 },
        steps: { value: 998 },
        nan: { value: null },
        inf: { value: null },
        'val/acc': { value: 0.75 },
      },
    });
    expect(history.split('\n').filter((line) => line.includes('"steps"'))).toHaveLength(999);
    expect(history).toContain('"#number:NaN"');
    expect(history).toContain('"#number:Infinity"');
    const child = runs.find(([run]) => run?.tags?.['mlflow.runName'] === 'child')?.[0];
    expect(child?.tags?.['mlflow.parentRunId']).toBe(trained.parent);
    expect(await bring(store, server.url, ['flight-delay'])).toMatchObject({
      imported: [],
      present: done.imported,
      problems: [],
    });
  });

  test('an exported folder is read by the real client with the same values, and imported as the same runs', async () => {
    await using folder = await temporaryFolder();
    const store = newStore();
    const { imported } = await bring(store, server.url, ['flight-delay']);
    const target = join(folder.path, 'mlruns');
    expect(await exportRuns(imported, { store, target, environment: {} })).toMatchObject({ skipped: 0, problems: [] });

    const there = (await withMlflow<readonly Seen[]>(python, 'see', server.url)).filter(
      ({ experiment, tags }) => experiment === 'flight-delay' && tags['pawl.run_id'] === undefined,
    );
    const here = await withMlflow<readonly Seen[]>(python, 'see', pathToFileURL(target).href);
    expect(here).toHaveLength(there.length);
    for (const run of here) {
      const { tags = {}, ...original } = there.find(({ id }) => id === run.id) ?? ({} as Partial<Seen>);
      // The SQL store writes the largest double for infinity; the folder has infinity itself.
      const asHere = JSON.parse(JSON.stringify(original).replaceAll('1.7976931348623157e+308', 'inf')) as Omit<
        Seen,
        'tags'
      >;
      expect({ ...run, tags: undefined }).toEqual({ ...asHere, tags: undefined });
      expect(run.tags).toMatchObject(tags);
    }

    const other = newStore();
    const back = await bring(other, target);
    expect(back).toMatchObject({ skipped: 0, problems: [] });
    expect(await all(other, back.imported)).toEqual(await all(store, imported));
  });

  test('runs pushed to a server are read by the real client, are there once, and come back the same', async () => {
    await using empty = await startMlflow(python);
    const store = newStore();
    const { imported } = await bring(store, server.url, ['flight-delay']);
    await store.add({ runs: [{ run: gateRun, results: {} }], operations: [] });
    const ids = [...imported, gateRun.id];
    const request = { store, target: empty.url, environment: {} };
    const first = await exportRuns(ids, request);
    expect(first).toMatchObject({ present: [], skipped: 0, problems: [] });
    expect(await exportRuns(ids, request)).toMatchObject({ pushed: [], present: first.pushed });

    const seen = await withMlflow<readonly Seen[]>(python, 'see', empty.url);
    expect(seen).toHaveLength(3);
    const parent = seen.find(({ name }) => name === 'parent');
    expect(parent?.history['steps']).toHaveLength(999);
    expect(seen.find(({ name }) => name === 'child')?.tags['mlflow.parentRunId']).toBe(parent?.id);
    const gate = seen.find(({ tags }) => tags['pawl.kind'] === 'eval-gate');
    expect(gate).toMatchObject({
      experiment: 'flight-delay',
      status: 'FINISHED',
      metrics: { 'log-loss': '0.5' },
      tags: { 'pawl.verdict': 'fail', 'mlflow.source.git.commit': commit },
    });

    const other = newStore();
    const back = await bring(other, empty.url);
    const expected = await all(store, imported);
    const found = await all(
      other,
      back.imported.filter((id) => imported.includes(id)),
    );
    expect(found).toEqual(expected);
    // To the server it came from, nothing of it is sent again.
    expect(await exportRuns(imported, { store, target: server.url, environment: {} })).toMatchObject({
      pushed: [],
      skipped: 0,
    });
  });

  test('a push that was cut off is completed by the next one', async () => {
    const client = mlflowClient(server.url, {});
    const store = newStore();
    const run: Run = { ...gateRun, id: '01KAM3Y5QZ8T4W2V6X0R1S9N7Q', name: 'cut-off' };
    await store.add({ runs: [{ run, results: {} }], operations: [] });
    const { experiment_id } = (await client.post('experiments/create', { name: 'cut-off' })) as {
      experiment_id: string;
    };
    await client.post('runs/create', { experiment_id, start_time: 1, tags: [{ key: 'pawl.run_id', value: run.id }] });
    expect((await exportRuns([run.id], { store, target: server.url, environment: {} })).pushed).toHaveLength(1);
    const seen = (await withMlflow<readonly Seen[]>(python, 'see', server.url)).filter(
      ({ experiment }) => experiment === 'cut-off',
    );
    expect(seen).toMatchObject([{ status: 'FINISHED', metrics: { 'log-loss': '0.5' } }]);
  });

  test('models become versions on the commits of their runs, aliases labels, and go back as they are', async () => {
    const other = await withMlflow<{ readonly parent: string }>(python, 'train', server.url, 'other', 'c'.repeat(40));
    await withMlflow(python, 'register', server.url, 'delay', trained.parent, trained.child, other.parent);
    const client = mlflowClient(server.url, {});
    const registry = memoryRegistry();
    const known = new Map([
      [commit, commit],
      ['HEAD', 'b'.repeat(40)],
    ]);
    const ports = {
      client,
      registry,
      history: { resolve: async (revision: string) => known.get(revision) },
      moveLabel: async (version: { name: string; version: string }, label: string, message: string) => {
        await registry.label({ ...version, label, message });
        return undefined;
      },
    };
    // The child tells no commit, and the other one a commit that is not here.
    const first = await pullModels(ports, { names: ['delay'] });
    expect(first.registered).toMatchObject([{ name: 'delay', version: 'v1.0.0', commit, mlflowVersion: 1 }]);
    expect(first.problems.map(({ code }) => code)).toEqual([
      'MLFLOW_VERSION_NO_COMMIT',
      'MLFLOW_VERSION_NO_COMMIT',
      'MLFLOW_ALIAS_NO_VERSION',
    ]);
    const second = await pullModels(ports, { names: [], commit: 'HEAD' });
    expect(second.registered).toMatchObject([{ version: 'v2.0.0', commit: 'b'.repeat(40) }]);
    expect(second.present).toBe(1);
    // A commit holds one version of a name: HEAD is taken by the second.
    expect(second.problems.map(({ code }) => code)).toEqual(['MLFLOW_VERSION_REFUSED', 'MLFLOW_ALIAS_NO_VERSION']);
    expect(await registry.resolve('delay', 'production')).toMatchObject({
      version: 'v1.0.0',
      message: expect.stringContaining(`MLflow-Run: ${trained.parent}`),
    });

    await registry.register({ name: 'delay', version: 'v2.1.0', commit: 'd'.repeat(40), message: 'Retrained' });
    await registry.label({ name: 'delay', version: 'v2.1.0', label: 'production', message: 'Better' });
    const pushed = await pushModels(client, await registry.list('delay'));
    expect(pushed).toMatchObject({
      created: [{ version: 'v2.1.0', mlflowVersion: 4 }],
      present: 2,
      aliased: [{ alias: 'production', mlflowVersion: 4 }],
      problems: [],
    });
    const model = await withMlflow<{
      aliases: object;
      versions: Record<string, { tags: object; description: string }>;
    }>(python, 'model', server.url, 'delay');
    expect(model.aliases).toEqual({ production: 4, staging: 3 });
    expect(model.versions['4']).toMatchObject({
      tags: { 'pawl.version': 'v2.1.0', 'pawl.commit': 'd'.repeat(40) },
      description: 'Retrained',
    });
    expect(await pushModels(client, await registry.list('delay'))).toMatchObject({
      created: [],
      present: 3,
      aliased: [],
    });
  });

  test('a version that we push is linked with the run of its commit', async () => {
    const client = mlflowClient(server.url, {});
    const registry = memoryRegistry();
    await registry.register({ name: 'flight-delay', version: 'v0.1.0', commit, message: 'First' });
    expect((await pushModels(client, await registry.list())).created).toMatchObject([
      { name: 'flight-delay', mlflowVersion: 1, runId: trained.parent },
    ]);
    const empty = memoryRegistry();
    const ports = {
      client,
      registry: empty,
      history: { resolve: async (revision: string) => revision },
      moveLabel: async () => undefined,
    };
    expect((await pullModels(ports, { names: ['flight-delay'] })).registered).toMatchObject([
      { version: 'v0.1.0', commit },
    ]);
  });

  test('prompts that the real client registered become prompt files', async () => {
    await withMlflow(python, 'prompts', server.url, 'mail-triage');
    const client = mlflowClient(server.url, {});
    const newest = await pullPrompt(client, 'mail-triage', undefined, sha256);
    expect(newest).toMatchObject({ mlflowVersion: 2, message: 'as a chat', problems: [] });
    const text = mergePrompt(undefined, 'mail-triage', newest.content);
    expect(readPrompt({ text, file: 'p.prompt.yml' })).toMatchObject({
      problems: [],
      value: {
        name: 'mail-triage',
        model: 'small-1',
        modelParameters: { temperature: 0.2, maxTokens: 9, stop: 'end' },
        responseFormat: 'json_schema',
        messages: [
          { role: 'system', content: 'You sort mail.' },
          { role: 'user', content: 'Mail: {{ mail }}' },
        ],
      },
    });
    expect((await pullPrompt(client, 'mail-triage', 'production', sha256)).content.messages).toEqual([
      { role: 'user', content: 'Sort {{mail}}' },
    ]);
    await expect(pullPrompt(client, 'mail-triage', '7', sha256)).rejects.toMatchObject({
      code: 'MLFLOW_PROMPT_UNKNOWN',
      hint: 'There are: 1, 2, production.',
    });
    await expect(pullPrompt(client, 'nobody', undefined, sha256)).rejects.toMatchObject({
      code: 'MLFLOW_PROMPT_UNKNOWN',
    });
  });

  test('our prompts are loaded and filled in by the real client', async () => {
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
    expect(await withMlflow(python, 'prompt', server.url, 'sorter', 'production', '{"mail": "hello"}')).toMatchObject({
      version: 1,
      filled: 'Sort hello',
      message: 'Begin',
      variables: ['mail'],
      aliases: ['production'],
    });
    expect(await withMlflow(python, 'prompt', server.url, 'sorter', '2', '{"mail": "hello"}')).toMatchObject({
      filled: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Sort hello' },
      ],
      message: 'Be kind',
      config: { model_name: 'small-1', temperature: 0, max_tokens: 20 },
      format: { type: 'object' },
    });
    expect(await pushPrompt(client, 'sorter', versions, sha256)).toMatchObject({
      created: [],
      present: 2,
      aliased: [],
    });
    // And back: exactly what it was.
    const back = await pullPrompt(client, 'sorter', '2', sha256);
    expect(back.content).toEqual({ ...kind, jsonSchema: JSON.stringify(JSON.parse(kind.jsonSchema ?? ''), null, 2) });
    expect(back.aliases).toEqual([
      expect.objectContaining({ alias: 'production', mlflowVersion: 1, version: 'v1.0.0' }),
    ]);
  });

  test('a version that was pulled and registered here is not pushed back as another', async () => {
    const client = mlflowClient(server.url, {});
    await withMlflow(python, 'prompts', server.url, 'pulled');
    const { content } = await pullPrompt(client, 'pulled', undefined, sha256);
    const registry = memoryRegistry();
    const version = await registry.register({
      name: 'pulled',
      version: 'v0.1.0',
      commit: '3'.repeat(40),
      message: 'From MLflow',
    });
    expect(await pushPrompt(client, 'pulled', [{ version, prompt: content }], sha256)).toMatchObject({
      created: [],
      present: 1,
    });
  });

  test('a server that is not there is told', async () => {
    await expect(bring(newStore(), 'http://127.0.0.1:1')).rejects.toMatchObject({ code: 'MLFLOW_UNREACHABLE' });
  });
});

describe.runIf(python !== '')('the contract', () => mlflowContract(() => startMlflow(python)));

const plain: Prompt = { messages: [{ role: 'user', content: 'Sort {{mail}}' }] };
const kind: Prompt = {
  model: 'small-1',
  modelParameters: { temperature: 0, maxTokens: 20 },
  responseFormat: 'json_schema',
  jsonSchema: '{"name": "sorted", "schema": {"type": "object"}}',
  messages: [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Sort {{mail}}' },
  ],
};

const gateRun: Run = {
  schema: 'pawl.run/1',
  id: '01KAM3Y5QZ8T4W2V6X0R1S9N7P',
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'fail',
  headline: 'log-loss is worse',
  startedAt: '2025-11-21T20:51:20.000Z',
  endedAt: '2025-11-21T20:52:00.000Z',
  origin: { commit, actor: 'ada' },
  inputs: [{ role: 'predictions', path: 'predictions.csv', digest: `sha256:${'0'.repeat(64)}` }],
  params: { margin: 0.01 },
  metrics: { 'log-loss': { value: 0.5 } },
  results: {},
};
