// What every Store keeps to, in memory or on Git.
import assert from 'node:assert/strict';
import { runSchema, summaryOf, type Operation, type Run, type RunSummary, type Store } from '@pawl/core';
import { fakeClock, fakeIds } from '@pawl/core/testing';
import type { ContractCase } from './contract-case.ts';

export interface StoreSubject {
  /** Each call opens the same place anew, as another process would. */
  open(): Promise<Store>;
}

export const exampleRun = (id: string, more: Partial<Run> = {}): Run => ({
  schema: runSchema,
  id,
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'pass',
  startedAt: '2026-01-01T00:00:00.000Z',
  origin: { commit: 'c0ffee', branch: 'main', actor: 'ada' },
  inputs: [],
  params: {},
  metrics: { f1: { value: 0.9, n: 100 } },
  results: {},
  ...more,
});

const note = (id: string, about: string, text: string): Operation => ({
  schema: 'pawl.op/1',
  id,
  kind: 'note',
  about,
  at: '2026-01-02T00:00:00.000Z',
  data: { text },
});

/** Ids a day apart, so that several segments of an index are met. */
function dailyIds(): { next(): string } {
  const clock = fakeClock();
  return {
    next: () => {
      clock.advance(86_400_000);
      return fakeIds(clock).next();
    },
  };
}

const only = (...runs: readonly Run[]): { runs: { run: Run; results: Record<string, string> }[]; operations: [] } => ({
  runs: runs.map((run) => ({ run, results: {} })),
  operations: [],
});

export const storeContract: readonly ContractCase<StoreSubject>[] = [
  {
    title: 'lists nothing before the first run, and has nothing to fold',
    check: async ({ open }) => {
      const store = await open();
      assert.deepEqual(await store.list(), []);
      assert.equal(await store.read(dailyIds().next()), undefined);
      assert.equal((await store.compact()).folded, 0);
      assert.deepEqual(await store.list(), []);
    },
  },
  {
    title: 'shows a run at once to other readers, and the same after compaction, with fields it does not know',
    check: async ({ open }) => {
      const [writer, reader, late] = [await open(), await open(), await open()];
      const run = exampleRun(dailyIds().next(), { headline: 'gut 100 % ✓', futureField: { deep: [1] } });
      const receipt = await writer.add({ runs: [{ run, results: { 'cases.jsonl': '{"é":1}\n' } }], operations: [] });
      assert.notEqual(receipt.kept, 'spool');
      for (const store of [reader, late]) {
        const read = await store.read(run.id);
        assert.deepEqual({ ...read, results: {} }, run);
        assert.match(read?.results['cases.jsonl'] ?? '', /^sha256:[0-9a-f]{64}$/);
        assert.equal(await store.readResult(run.id, 'cases.jsonl'), '{"é":1}\n');
        assert.equal(await store.readResult(run.id, 'constructor'), undefined);
        assert.deepEqual(await store.list(), [summaryOf(run)]);
        assert.equal((await store.compact()).quarantined, 0);
      }
    },
  },
  {
    title: 'lists newest first over days, folded or not, filters, and stops at the limit',
    check: async ({ open }) => {
      const [writer, reader] = [await open(), await open()];
      const ids = dailyIds();
      const runs = [
        exampleRun(ids.next()),
        exampleRun(ids.next(), { kind: 'drift-report', name: 'flights', verdict: 'inconclusive' }),
        exampleRun(ids.next(), { origin: { branch: 'topic' }, subject: { name: 'm', digest: 'sha256:1' } }),
        exampleRun(ids.next(), { verdict: 'fail' }),
      ];
      await writer.add(only(...runs.slice(0, 2)));
      await writer.compact();
      await writer.add(only(...runs.slice(2)));
      const listed = async (query = {}): Promise<readonly number[]> =>
        (await reader.list(query)).map(({ id }) => runs.findIndex((run) => run.id === id));
      assert.deepEqual(await listed(), [3, 2, 1, 0]);
      assert.deepEqual(await listed({ limit: 3 }), [3, 2, 1]);
      assert.deepEqual(await listed({ kind: 'drift-report' }), [1]);
      assert.deepEqual(await listed({ name: 'flight-delay', limit: 1 }), [3]);
      assert.deepEqual(await listed({ branch: 'topic' }), [2]);
      assert.deepEqual(await listed({ verdict: 'fail' }), [3]);
      assert.deepEqual(await listed({ subject: 'sha256:1' }), [2]);
      assert.deepEqual(await listed({ name: 'nobody' }), []);
    },
  },
  {
    title: 'leaves out what a tombstone hides and what a newer attempt supersedes, unless asked for all, and pages',
    check: async ({ open }) => {
      const [writer, reader] = [await open(), await open()];
      const ids = dailyIds();
      const attempt = (number: number): Partial<Run> => ({ producer: { key: 'sha256:step', attempt: number } });
      const runs = [
        exampleRun(ids.next(), { ...attempt(1), verdict: 'fail', startedAt: '2026-01-01T00:00:00.000Z' }),
        exampleRun(ids.next(), { origin: { actor: 'bob' }, startedAt: '2026-01-02T00:00:00.000Z' }),
        exampleRun(ids.next(), { ...attempt(2), startedAt: '2026-01-03T00:00:00.000Z' }),
        exampleRun(ids.next(), { metrics: { f1: { value: 0.5 } }, startedAt: '2026-01-04T00:00:00.000Z' }),
      ];
      const hidden = runs[3]?.id ?? '';
      await writer.add(only(...runs));
      await writer.add({ runs: [], operations: [{ ...note(ids.next(), hidden, ''), kind: 'tombstone' }] });
      const listed = async (query = {}): Promise<readonly number[]> =>
        (await reader.list(query)).map(({ id }) => runs.findIndex((run) => run.id === id));
      for (const compact of [async () => {}, () => writer.compact()]) {
        await compact();
        assert.deepEqual(await listed(), [2, 1]);
        assert.deepEqual(await listed({ all: true }), [3, 2, 1, 0]);
        assert.deepEqual(await listed({ verdict: 'fail' }), []);
        assert.deepEqual(await listed({ all: true, offset: 1, limit: 2 }), [2, 1]);
        assert.deepEqual(await listed({ author: 'bob' }), [1]);
        const day = Date.parse('2026-01-02T00:00:00.000Z');
        assert.deepEqual(await listed({ since: day, until: day + 86_400_000 }), [1]);
        assert.deepEqual(
          await listed({ all: true, matches: (run: RunSummary) => (run.metrics['f1'] ?? 0) < 0.6 }),
          [3],
        );
        assert.equal((await reader.read(hidden))?.id, hidden);
      }
    },
  },
  {
    title: 'takes the same bundle twice as one, before and after compaction',
    check: async ({ open }) => {
      const store = await open();
      const bundle = only(exampleRun(dailyIds().next()));
      await store.add(bundle);
      await store.add(bundle);
      await store.compact();
      await store.add(bundle);
      assert.equal((await store.list()).length, 1);
      assert.equal((await store.compact()).quarantined, 0);
      assert.equal((await store.list()).length, 1);
    },
  },
  {
    title: 'keeps the first of two different runs with one id, and puts the second aside',
    check: async ({ open }) => {
      const store = await open();
      const id = dailyIds().next();
      await store.add(only(exampleRun(id)));
      await store.compact();
      await store.add(only(exampleRun(id, { verdict: 'fail' })));
      assert.equal((await store.compact()).quarantined, 1);
      assert.equal((await store.read(id))?.verdict, 'pass');
      assert.equal((await store.list()).length, 1);
    },
  },
  {
    title: 'answers the operations about one thing, oldest first',
    check: async ({ open }) => {
      const [writer, reader] = [await open(), await open()];
      const ids = dailyIds();
      const [run, other] = [ids.next(), ids.next()];
      const operations = [note(ids.next(), run, 'one'), note(ids.next(), other, 'else'), note(ids.next(), run, 'two')];
      await writer.add({ runs: [], operations: operations.slice(0, 1) });
      await writer.compact();
      await writer.add({ runs: [], operations: operations.slice(1) });
      assert.deepEqual(await reader.operations(run), [operations[0], operations[2]]);
      await writer.compact();
      assert.deepEqual(await reader.operations(run), [operations[0], operations[2]]);
      assert.deepEqual(await reader.operations('nothing'), []);
    },
  },
  {
    title: 'refuses what it could not give back: no records, a bad id, a bad name, a wrong digest, more than 1 MB',
    check: async ({ open }) => {
      const store = await open();
      const run = exampleRun(dailyIds().next());
      const refused = [
        { runs: [], operations: [] },
        only({ ...run, id: 'not-a-ulid' }),
        { runs: [{ run, results: { '../escape': '' } }], operations: [] },
        { runs: [{ run: { ...run, results: { 'a.txt': 'sha256:0' } }, results: { 'a.txt': 'a' } }], operations: [] },
        { runs: [{ run, results: { 'a.txt': 'x'.repeat(1_000_001) } }], operations: [] },
      ];
      for (const bundle of refused) await assert.rejects(store.add(bundle));
      assert.deepEqual(await store.list(), []);
    },
  },
];
