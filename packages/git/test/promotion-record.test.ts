// A promotion leaves one and the same record in a real repository's tags, whether a person moved the label or a rollout did.
import { gitRepo } from '@pawl/testkit/git';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { deployModel, type DeployInputs } from '@pawl/core/deploy';
import { promote, promotionsOf } from '@pawl/core/registry';
import {
  fakeClock,
  fakeContext,
  fakeIds,
  fakeSplitter,
  fakeTarget,
  fakeWorkspace,
  makeRun,
  memoryStore,
} from '@pawl/core/testing';
import { openHistory, openRegistry } from '../src/index.ts';

const model = 'bytes of a model';
const deployment = `
name: flight
model: { path: flight.onnx, config: config.pbtxt }
target: { kind: triton, url: 'http://target.test', repository: models }
splitter: { url: 'http://splitter.test' }
strategy: { interval-seconds: 10, steps: [{ weight: 100, min-requests: 1, max-seconds: 60 }] }
guards: { errors: { limit: 0.1 } }
`;
const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

async function world() {
  const places = new AsyncDisposableStack();
  const repo = places.use(await gitRepo());
  const files = { 'flight.onnx': model, 'config.pbtxt': 'name: "flight"', 'flight.deploy.yml': deployment };
  const commit = await repo.commit('a model', files);
  const place = { repository: repo.path, environment: repo.environment };
  const registry = places.use(await openRegistry(place));
  const history = places.use(await openHistory(place));
  const clock = fakeClock();
  const ids = fakeIds(clock);
  const store = memoryStore();
  const workspace = fakeWorkspace(files);
  const context = fakeContext({ runId: ids.next(), sha256 });
  return {
    store,
    /** Files a gate's pass about the model. */
    gate: async () => {
      const run = makeRun({ id: ids.next(), name: 'flight', subject: { name: 'flight', digest: sha256(model) } });
      await store.add({ runs: [{ run, results: {} }], operations: [] });
      return run.id;
    },
    byHand: async (more: { readonly force?: string } = {}) => {
      const version = await registry.register({ name: 'flight', commit, message: 'new' });
      const { force } = more;
      return promote(
        {
          version,
          label: 'production',
          force: force !== undefined,
          ...(force !== undefined && { message: force }),
          person: { name: 'Ada', email: 'ada@example.com' },
          policies: [],
        },
        { workspace, history, registry, store, clock, ids, sha256 },
      );
    },
    byRollout: (more: Partial<DeployInputs> = {}) =>
      deployModel({
        inputs: {
          command: 'start',
          deployment: 'flight.deploy.yml',
          register: true,
          wait: true,
          label: 'production',
          ...more,
        } as DeployInputs,
        workspace,
        history,
        registry,
        store,
        openTarget: async () => fakeTarget(),
        openSplitter: async () => fakeSplitter(),
        clock,
        ids,
        context,
      }),
    /** As Git itself reads it. */
    trailers: (key: string) =>
      repo.git('for-each-ref', `--format=%(contents:trailers:key=${key},valueonly)`, 'refs/tags/flight#production*'),
    event: async () => (await registry.history('flight')).at(-1),
    notes: async () => (await store.operations(promotionsOf('flight'))).map(({ actor, data }) => ({ actor, data })),
    [Symbol.asyncDispose]: () => places.disposeAsync(),
  };
}

test.each(['byHand', 'byRollout'] as const)('the tag names the gate run that let it happen: %s', async (how) => {
  await using at = await world();
  const run = await at.gate();

  await at[how]();

  expect((await at.trailers('Pawl-Gate')).trim()).toBe(run);
  expect((await at.trailers('Pawl-Forced')).trim()).toBe('');
  expect(await at.event()).toMatchObject({ action: 'label', label: 'production', gate: run });
  expect(await at.notes()).toEqual([]);
});

test.each([
  ['byHand', 'It is urgent'],
  ['byRollout', 'Promoted:'],
] as const)('what was forced stands in the tag and in the store: %s', async (how, said) => {
  await using at = await world();

  await at[how]({ force: 'It is urgent' });

  const against = 'no eval-gate run has judged these bytes';
  expect(await at.trailers('Pawl-Forced')).toContain(against);
  expect(await at.event()).toMatchObject({
    message: expect.stringContaining(said),
    forced: expect.stringContaining(against),
  });
  expect(await at.notes()).toMatchObject([
    {
      actor: expect.any(String),
      data: {
        promotion: 'forced',
        version: 'v0.1.0',
        label: 'production',
        why: 'It is urgent',
        forced: expect.stringContaining(against),
        gates: [],
      },
    },
  ]);
});
