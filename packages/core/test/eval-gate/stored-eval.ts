import type { Run, Store } from '@pawl/core';
import { fakeClock, fakeIds } from '@pawl/core/testing';
import { productionCommit, sha256 } from './gate-world.ts';

const ids = fakeIds(fakeClock());

/** @returns what names the run of a suite whose cases ended so */
export async function storedEval(store: Store, lines: readonly object[], more: Partial<Run> = {}): Promise<string> {
  const text = lines.map((line) => `${JSON.stringify({ before: null, unchanged: false, ...line })}\n`).join('');
  const id = ids.next();
  const run: Run = {
    schema: 'pawl.run/1',
    id,
    kind: 'prompt-regression',
    name: 'triage',
    startedAt: '2026-01-01T00:00:00.000Z',
    origin: { commit: productionCommit, trust: 'own' },
    subject: { name: 'triage', digest: 'sha256:prompt' },
    inputs: [],
    params: {},
    metrics: {},
    results: { 'cases.jsonl': sha256(text) },
    ...more,
  };
  await store.add({ runs: [{ run, results: { 'cases.jsonl': text } }], operations: [] });
  return `run:${id}`;
}
