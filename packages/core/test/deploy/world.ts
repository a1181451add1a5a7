// A small world to deploy in: two versions of a model in history, a gate, a target, a splitter, a clock.
import type { Run } from '@pawl/core';
import { deployModel, type DeployInputs } from '@pawl/core/deploy';
import {
  fakeClock,
  fakeContext,
  fakeIds,
  fakeSplitter,
  fakeTarget,
  fakeWorkspace,
  makeRun,
  memoryHistory,
  memoryRegistry,
  memoryStore,
} from '@pawl/core/testing';

export const deploymentText = `
name: flight
model: { path: models/flight.onnx, config: models/config.pbtxt }
target: { kind: triton, url: 'http://target.test', repository: models }
splitter: { url: 'http://splitter.test' }
strategy:
  interval-seconds: 10
  steps:
    - { weight: 10, min-requests: 100, max-seconds: 600 }
    - { weight: 50, min-requests: 100, max-seconds: 600 }
    - { weight: 100, min-requests: 100, max-seconds: 600 }
guards: { errors: { limit: 0.02 } }
samples: samples.json
`;

const file = 'flight.deploy.yml';
const commits = ['a', 'b', 'c'].map((letter) => letter.repeat(40));

export function world(text: string = deploymentText) {
  const clock = fakeClock();
  const ids = fakeIds(clock);
  const store = memoryStore();
  const registry = memoryRegistry(clock, (milliseconds) => new Date(milliseconds).toISOString());
  const target = fakeTarget();
  const splitter = fakeSplitter();
  const tree = (model: string) => ({
    'models/flight.onnx': model,
    'models/config.pbtxt': 'name: "flight"',
    'samples.json': '[{}]',
  });
  const files: Record<string, string> = {};
  const at = { head: commits[0] ?? '' };
  const history = () =>
    memoryHistory({
      commits: commits.map((commit, index) => ({ commit, parents: [], time: index, files: tree(`model ${index}`) })),
      refs: { main: at.head },
      head: 'main',
    });
  const context = () => fakeContext({ runId: ids.next() });
  const digestOf = (index: number) => context().sha256(new TextEncoder().encode(`model ${index}`));
  return {
    clock,
    store,
    registry,
    target,
    splitter,
    /** Further files of the work tree. */
    files,
    checkout: (index: number) => {
      at.head = commits[index] ?? '';
    },
    /** Files an eval-gate run about a commit's model. */
    gate: async (index: number, overrides: Partial<Run> = {}) => {
      const subject = { name: 'flight', digest: digestOf(index) };
      const run = makeRun({ id: ids.next(), name: 'flight', subject, ...overrides });
      await store.add({ runs: [{ run, results: {} }], operations: [] });
      return run.id;
    },
    /** A process of its own, each time: all it knows is in the store. */
    deploy: (inputs: Partial<DeployInputs> = {}, origin: Run['origin'] = {}) =>
      deployModel({
        inputs: {
          command: 'start',
          deployment: file,
          register: true,
          wait: false,
          label: 'production',
          ...inputs,
        } as DeployInputs,
        workspace: fakeWorkspace({ [file]: text, 'strict.gate.yml': 'policy', ...files }),
        history: history(),
        registry,
        store,
        openTarget: async () => target,
        openSplitter: async () => splitter,
        clock,
        ids,
        context: fakeContext({ runId: ids.next(), origin: { ...fakeContext().origin, ...origin } }),
      }),
  };
}
export type TestWorld = ReturnType<typeof world>;

/** The first version is out, and the second is at its first step. */
export async function atFirstStep(text?: string): Promise<TestWorld> {
  const at = world(text);
  await at.gate(0);
  await at.deploy({ wait: true });
  at.checkout(1);
  await at.gate(1);
  await at.deploy();
  return at;
}
