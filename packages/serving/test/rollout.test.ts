// The whole chain but Git: use case, Triton's interface, real ONNX, the embedded splitter, real requests.
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Clock } from '@pawl/core';
import { deployModel, type DeployInputs } from '@pawl/core/deploy';
import { fakeContext, fakeIds, fakeWorkspace, memoryRegistry, memoryStore } from '@pawl/core/testing';
import { splitterClient, startSplitter, tritonTarget } from '@pawl/serving';
import { modelRepository, startTriton, tinyConfig, tinyInput, tinyOnnx, type Fault } from '@pawl/testkit/triton';

const clock: Clock = { now: () => Date.now(), sleep: (milliseconds) => delay(milliseconds) };
const commits = ['a'.repeat(40), 'b'.repeat(40)];

async function place() {
  const places = new AsyncDisposableStack();
  const { folder } = places.use(await modelRepository());
  const triton = places.use(await startTriton({ repositoryFolder: folder }));
  const splitter = places.use(await startSplitter({ seed: 3, drainMs: 200 }));
  const store = memoryStore();
  const registry = memoryRegistry(clock);
  const ids = fakeIds(clock);
  const at = { commit: commits[0] ?? '' };
  const text = `
name: flight
model: { path: flight.onnx, config: config.pbtxt }
target: { kind: triton, url: '${triton.url}', repository: '${folder}' }
splitter: { url: '${splitter.adminUrl}' }
strategy:
  interval-seconds: 0.05
  steps:
    - { weight: 50, min-requests: 30, max-seconds: 20 }
    - { weight: 100, min-requests: 30, max-seconds: 20 }
guards: { errors: { limit: 0.1 } }
requires: { gate: false }
`;
  const filesOf = (commit: string): Record<string, Uint8Array> => ({
    'flight.onnx': tinyOnnx([1, -1, 0.5], commits.indexOf(commit)),
    'config.pbtxt': new TextEncoder().encode(tinyConfig('flight')),
  });
  return {
    triton,
    splitter,
    registry,
    checkout: (index: number) => {
      at.commit = commits[index] ?? '';
    },
    deploy: (inputs: Partial<DeployInputs> = {}) =>
      deployModel({
        inputs: {
          command: 'start',
          deployment: 'd.yml',
          register: true,
          wait: true,
          label: 'production',
          ...inputs,
        } as DeployInputs,
        workspace: fakeWorkspace({ 'd.yml': text }),
        history: {
          resolve: async () => at.commit,
          mergeBase: async () => undefined,
          read: async (commit, path) => filesOf(commit)[path],
          list: async () => [],
          materialize: async () => undefined,
          commitTime: async () => 0,
          head: async () => ({ commit: at.commit, dirty: false }),
        },
        registry,
        store,
        openTarget: async () => tritonTarget({ url: triton.url, repository: folder }),
        openSplitter: async () => splitterClient({ url: splitter.adminUrl }),
        clock,
        ids,
        context: fakeContext({
          runId: ids.next(),
          sha256: (data) => `sha256:${createHash('sha256').update(data).digest('hex')}`,
        }),
      }),
    /** Sends requests until it is disposed. @returns how many were answered with 200, by version */
    traffic: () => {
      const answered: Record<string, number> = {};
      const ended = new AbortController();
      const user = async (): Promise<void> => {
        while (!ended.signal.aborted) {
          const response = await fetch(`${splitter.url}/v2/models/flight/infer`, {
            method: 'POST',
            body: JSON.stringify(tinyInput([0, 0, 0])),
          });
          const body = (await response.json()) as { model_version?: string };
          if (body.model_version !== undefined) answered[body.model_version] = (answered[body.model_version] ?? 0) + 1;
        }
      };
      const users = [user(), user(), user()];
      return {
        answered,
        [Symbol.asyncDispose]: async () => {
          ended.abort();
          await Promise.all(users);
        },
      };
    },
    [Symbol.asyncDispose]: () => places.disposeAsync(),
  };
}

test('a good version is stepped to all requests, and every answer comes from the version it should', async () => {
  await using at = await place();
  await at.deploy();
  at.checkout(1);
  await using traffic = at.traffic();

  const { report } = await at.deploy();

  expect(report).toMatchObject({ verdict: 'pass' });
  expect(report.headline).toMatch(/^v0\.1\.1 serves all requests after 2 steps; 0 of \d+ canary requests failed$/);
  expect(traffic.answered['1']).toBeGreaterThan(0);
  expect(traffic.answered['2']).toBeGreaterThan(60);
  expect((await at.registry.resolve('flight', 'production'))?.version).toBe('v0.1.1');
});

test.each([
  ['fails', { failEvery: 2 }],
  ['breaks connections', { breakEvery: 2 }],
] as [string, Fault][])(
  'a version that %s is rolled back within its first step, and stable goes on',
  async (_, fault) => {
    await using at = await place();
    await at.deploy();
    at.checkout(1);
    at.triton.inject('flight', 2, fault);
    await using traffic = at.traffic();

    const { report } = await at.deploy();
    const before = traffic.answered['1'] ?? 0;
    await expect.poll(() => traffic.answered['1']).toBeGreaterThan(before);

    expect(report).toMatchObject({ verdict: 'fail' });
    expect(report.headline).toContain('and v0.1.0 serves all requests again');
    expect((await at.registry.resolve('flight', 'production'))?.version).toBe('v0.1.0');
  },
);
