// Recordings kept with the runs: whose are believed, and whose are kept.
import type { Outcome, RunSummary } from '@pawl/core';
import { fakeWorkspace } from '@pawl/core/testing';
import { expect, test } from 'vitest';
import { openStoreCassette } from '../src/store-cassette.ts';
import type { WorldStore } from '../src/world.ts';

const header = '{"schema":"pawl.cassette/1","provider":"openai","model":"small"}\n';
const line = (text: string): string => `${JSON.stringify({ key: `sha256:${'0'.repeat(64)}`, reply: { text } })}\n`;
const sha256 = (): string => `sha256:${'1'.repeat(64)}`;

/** Newest first. */
async function opened(runs: Readonly<Record<string, 'own' | 'fork'>>, trust: 'own' | 'fork') {
  const store = {
    list: async () =>
      Object.entries(runs).map(([id, of]) => ({ id, ...(of === 'fork' && { trust: of }) }) as RunSummary),
    readResult: async (id: string, path: string) => (path === 'cassette-1.jsonl' ? header + line(id) : undefined),
  } as Partial<WorldStore> as WorldStore;
  return openStoreCassette({ store, workspace: fakeWorkspace({}) }, { name: () => 'sort', trust, sha256 });
}

test('what the run of a fork recorded is not believed, however new it is', async () => {
  const { workspace } = await opened({ forged: 'fork', true: 'own', older: 'own' }, 'own');
  expect(await workspace.readText('store')).toBe(header + line('true'));

  const { workspace: only } = await opened({ forged: 'fork' }, 'own');
  expect(await only.readText('store')).toBeUndefined();
  expect(await only.fingerprint('store')).toBeUndefined();
});

test('the run of a fork replays and keeps nothing; any other keeps what it used', async () => {
  const outcome = { results: {}, run: { results: {} } } as Outcome;
  const [fork, own] = [await opened({ true: 'own' }, 'fork'), await opened({ true: 'own' }, 'own')];

  for (const { workspace } of [fork, own]) expect(await workspace.readText('store')).toBe(header + line('true'));
  expect(fork.kept(outcome, sha256)).toBe(outcome);
  expect(own.kept(outcome, sha256)).toMatchObject({
    results: { 'cassette-1.jsonl': header + line('true') },
    run: { results: { 'cassette-1.jsonl': sha256() } },
  });
});
