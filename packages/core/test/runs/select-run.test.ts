// Which run is meant by an id, some of its letters, or "latest".
import { findRun } from '@pawl/core/runs';
import { fakeContext, memoryStore } from '@pawl/core/testing';
import type { Run, Store } from '@pawl/core';
import { expect, test } from 'vitest';
import { makeRun } from './make-runs.ts';

const day = 86_400_000;
const at = (index: number) => 1_790_000_000_000 + index * day;
const runs = [
  makeRun({ at: at(0), kind: 'eval-gate', name: 'flight-delay' }),
  makeRun({ at: at(1), kind: 'training', name: 'flight-delay' }),
  makeRun({ at: at(2), kind: 'eval-gate', name: 'team/mails' }),
  makeRun({ at: at(3), kind: 'eval-gate', name: 'flight-delay' }),
];

async function storeOf(given: readonly Run[]): Promise<Store> {
  const store = memoryStore();
  await store.add({ runs: given.map((run) => ({ run, results: {} })), operations: [] });
  return store;
}

const id = (index: number) => runs[index]!.id;

test.each([
  ['latest', 3],
  ['LATEST', 3],
  ['latest~1', 2],
  ['latest~3', 0],
  ['latest:training', 1],
  ['latest:eval-gate/flight-delay', 3],
  ['latest~1:eval-gate/flight-delay', 0],
  ['latest:flight-delay', 3],
  ['latest:team/mails', 2],
  ['latest:eval-gate/team/mails', 2],
])('%s is the run meant', async (text, index) => {
  const { value, problems } = await findRun(await storeOf(runs), text);
  expect(problems).toEqual([]);
  expect(value?.id).toBe(id(index));
});

test('letters that only one run begins with are enough, in either case', async () => {
  const store = await storeOf(runs);
  for (const run of runs) {
    expect((await findRun(store, run.id)).value?.id).toBe(run.id);
    expect((await findRun(store, ` ${run.id.slice(0, 9).toLowerCase()} `)).value?.id).toBe(run.id);
  }
});

test('a run that lists hide is still found, by its id and by its letters', async () => {
  const store = await storeOf(runs);
  const { ids } = { ids: fakeContext() };
  await store.add({
    runs: [],
    operations: [
      { schema: 'pawl.op/1', id: ids.runId, kind: 'tombstone', about: id(3), at: '2026-11-01T00:00:00Z', data: {} },
    ],
  });
  expect((await findRun(store, 'latest')).value?.id).toBe(id(2));
  expect((await findRun(store, id(3))).value?.id).toBe(id(3));
  expect((await findRun(store, id(3).slice(0, 12))).value?.id).toBe(id(3));
});

test.each([
  ['ZZZ', 'RUN_UNKNOWN', 'No run begins with "ZZZ".', 'pawl run list'],
  ['not a run!', 'RUN_UNKNOWN', 'No run begins with "not a run!".', 'pawl run list'],
  ['', 'RUN_UNKNOWN', 'No run begins with "".', 'pawl run list'],
  ['0', 'RUN_AMBIGUOUS', '4 runs begin with "0".', `${id(3)} (eval-gate flight-delay)`],
  ['latest~9', 'RUN_UNKNOWN', '"latest~9" goes back too far: there are 4 runs.', 'pawl run list'],
  ['latest~1:training', 'RUN_UNKNOWN', 'goes back too far: there is 1 run.', 'pawl run list'],
  ['latest:eval-gat/x', 'RUN_UNKNOWN', 'No run is "latest:eval-gat/x".', 'Did you mean "eval-gate"?'],
  ['latest:eval-gate/fligt-delay', 'RUN_UNKNOWN', 'No run is', 'Did you mean "flight-delay"?'],
  ['latest:drift-report', 'RUN_UNKNOWN', 'No run is "latest:drift-report".', 'pawl run list'],
])('%j is refused with what helps', async (text, code, message, hint) => {
  const { value, problems } = await findRun(await storeOf(runs), text);
  expect(value).toBeUndefined();
  expect(problems).toMatchObject([{ code, severity: 'error' }]);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0]?.hint).toContain(hint);
});

test('at most five candidates are named', async () => {
  const many = Array.from({ length: 8 }, (_, index) => makeRun({ at: at(index) }));
  const { problems } = await findRun(await storeOf(many), '0');
  expect(problems[0]?.hint).toMatch(
    /^Give more letters\. They are (\w+ \(training flight-delay\), ){4}\w+ \(.*\) and 3 more\.$/,
  );
});

test('without any run it says that nothing is recorded', async () => {
  const { problems } = await findRun(memoryStore(), 'latest');
  expect(problems[0]?.message).toBe('There is no run "latest": nothing is recorded yet.');
});
