// What came through a fork is shown and never believed: not by a rollout, not by a label, and it hides nothing of ours.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { makeUlid, type Registry, type Run } from '@pawl/core';
import { receiveFromFork, type ForkEvent, type Handover } from '@pawl/core/handover';
import { askGate } from '@pawl/core/registry';
import { memoryStore } from '@pawl/core/testing';

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;
const time = 1_795_253_400_000;
const digest = `sha256:${'ab'.repeat(32)}`;

const runOf = (nth: number, overrides: Partial<Run> = {}): Run => ({
  schema: 'pawl.run/1',
  id: makeUlid(time + nth, new Uint8Array(10)),
  kind: 'eval-gate',
  name: 'flight-delay',
  verdict: 'pass',
  startedAt: '2026-11-21T09:30:00.000Z',
  origin: { trust: 'own' },
  subject: { name: 'flight-delay', digest },
  baseline: { source: 'label', name: 'flight-delay' },
  inputs: [],
  params: {},
  metrics: {},
  results: {},
  ...overrides,
});

const event: ForkEvent = {
  repository: 'acme/flights',
  pullRequest: 7,
  commit: 'a'.repeat(40),
  branch: 'mallory:topic',
  actor: 'mallory',
  url: 'https://github.com/acme/flights/actions/runs/42',
  workflowRun: '42',
  attempt: 3,
  started: { time: time - 1000, iso: '2026-11-21T09:00:00.000Z' },
  ended: { time: time + 1000, iso: '2026-11-21T10:00:00.000Z' },
};

function received(run: Run): Run {
  const handover: Handover = {
    manifest: {
      schema: 'pawl.handover/1',
      slug: 'eval-gate',
      section: 'eval-gate flight-delay',
      producer: { key: '0'.repeat(16), attempt: 1, job: 'gate' },
    },
    report: {
      schema: 'pawl.report/1',
      kind: 'eval-gate',
      name: 'flight-delay',
      verdict: 'pass',
      headline: '',
      comparison: '',
      n: null,
      blocks: [],
      findings: [],
      problems: [],
      footer: {},
    },
    bundle: { runs: [{ run, results: {} }], operations: [] },
  };
  const answer = receiveFromFork(handover, 'pawl-bundle-eval-gate-0000000000000000', event);
  if ('problems' in answer) throw new Error(answer.problems[0]?.message);
  const [stored] = answer.handover.bundle.runs;
  if (stored === undefined) throw new Error('the run is lost');
  return stored.run;
}

const registry: Pick<Registry, 'history'> = { history: async () => [] };
const question = { name: 'flight-delay', digest, kind: 'eval-gate', label: 'production' } as const;

test('a pass of a fork is no evidence, whatever it says of its origin', async () => {
  const store = memoryStore(undefined, sha256);
  await store.add({ runs: [{ run: received(runOf(2)), results: {} }], operations: [] });
  expect(await store.list()).toMatchObject([{ trust: 'fork', verdict: 'pass' }]);
  expect(await askGate(question, { store, registry })).toMatchObject({ verdict: 'inconclusive' });
});

test('a newer run of a fork neither overrules ours nor supersedes it, though it claims our producer', async () => {
  const store = memoryStore(undefined, sha256);
  const producer = { key: 'ours', attempt: 1 };
  const own = runOf(1, { producer });
  const theirs = received(runOf(2, { verdict: 'fail', producer: { ...producer, attempt: 99 } }));
  await store.add({ runs: [own, theirs].map((run) => ({ run, results: {} })), operations: [] });
  expect((await store.list()).map(({ id }) => id)).toEqual([theirs.id, own.id]);
  expect(await askGate(question, { store, registry })).toEqual({ run: own.id });
});
