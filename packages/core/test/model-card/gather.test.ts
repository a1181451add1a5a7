import type { Run } from '@pawl/core';
import { gatherFacts, namedRun } from '@pawl/core/model-card';
import { fakeContext, fakeIds, fakeWorkspace, memoryStore } from '@pawl/core/testing';
import { describe, expect, test } from 'vitest';
import { makeRun } from './make-run.ts';

const { sha256 } = fakeContext();
const digest = sha256(new TextEncoder().encode('weights'));
const policy = `name: flight
task: classification
model: models/flight.onnx
data: { id: id, label: late }
metrics: { accuracy: { minimum: 0.5 } }
`;
const files = { 'flight.gate.yml': policy, 'models/flight.onnx': 'weights' };

async function storeOf(...runs: readonly Partial<Run>[]) {
  const ids = fakeIds();
  const store = memoryStore();
  const made: string[] = [];
  for (const run of runs) {
    const id = ids.next();
    made.push(id);
    await store.add({
      runs: [{ run: makeRun({ id, subject: { name: 'flight', digest }, ...run }), results: {} }],
      operations: [],
    });
  }
  return { store, made };
}

const gather = async (
  runs: readonly Partial<Run>[],
  only: 'passing' | 'judged' = 'passing',
  tree: Record<string, string> = files,
) => {
  const { store, made } = await storeOf(...runs);
  const { value, problems } = await gatherFacts('flight', { workspace: fakeWorkspace(tree), store, sha256 }, only);
  return {
    problems,
    subjects: value?.subjects,
    runs: value?.runs.map(({ id }) => made.indexOf(id)),
    training: value?.training === undefined ? undefined : made.indexOf(value.training.id),
  };
};

describe('the runs that speak of a model', () => {
  test('are the newest that passed on its very bytes, and no fork’s', async () => {
    const other = { subject: { name: 'flight', digest: `sha256:${'9'.repeat(64)}` } };
    expect(
      await gather([{}, {}, other, { verdict: 'fail' }, { advisory: true }, { origin: { trust: 'fork' } }]),
    ).toMatchObject({ subjects: [digest], runs: [1] });
  });

  test('for looking over may also have failed, and must have judged', async () => {
    expect(await gather([{}, { verdict: 'fail' }, { verdict: 'error' }], 'judged')).toMatchObject({ runs: [1] });
  });

  test('go by its name where nobody says which file it is', async () => {
    expect(await gather([{}, { name: 'other' }], 'passing', {})).toMatchObject({ subjects: [], runs: [0] });
  });

  test('none is none', async () => {
    expect(await gather([])).toEqual({ problems: [], subjects: [digest], runs: [], training: undefined });
  });

  test('its training is the run that made these bytes, else the newest one', async () => {
    const training = { kind: 'training' as const };
    const made = { ...training, artifacts: [{ name: 'model', digest }] };
    expect(await gather([{}, made, training])).toMatchObject({ training: 1 });
    expect(await gather([training, training])).toMatchObject({ training: 1 });
  });
});

test('a run is named by the first letters of its id, and must have judged and passed', async () => {
  const { store, made } = await storeOf({}, { verdict: 'fail' }, { kind: 'training' }, { origin: { trust: 'fork' } });
  const [good = '', failed = '', training = '', fork = ''] = made;
  expect((await namedRun(good.toLowerCase(), store)).value?.id).toBe(good);
  for (const [id, code, message] of [
    [good.slice(0, 5), 'RUN_AMBIGUOUS', '4 runs begin with'],
    ['ZZ', 'RUN_UNKNOWN', 'No run begins with "ZZ".'],
    [failed, 'CARD_RUN_UNFIT', 'says fail.'],
    [training, 'CARD_RUN_UNFIT', 'is of the kind training.'],
    [fork, 'CARD_RUN_UNFIT', 'came from a fork.'],
  ] as const)
    expect((await namedRun(id, store)).problems).toMatchObject([{ code, message: expect.stringContaining(message) }]);
});
