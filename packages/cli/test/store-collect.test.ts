// `pawl store collect` on folders as `gh run download` leaves them.
import { createHash } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Report, Run } from '@pawl/core';
import { handoverName, writeHandover } from '@pawl/core/handover';
import { gitRepo, bareRemote, type GitRepo } from '@pawl/testkit/git';
import { expect, test } from 'vitest';
import { pawlIn } from './pawl-in.ts';

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`;

interface Leg {
  readonly nth: number;
  readonly verdict?: Report['verdict'];
  readonly trust?: 'own' | 'fork';
}

/** @returns the folder of the handover */
async function handOver(repo: GitRepo, { nth, verdict = 'pass', trust = 'own' }: Leg): Promise<string> {
  const run: Run = {
    schema: 'pawl.run/1',
    id: `01JD000000000000000000000${nth}`,
    kind: 'eval-gate',
    name: 'flight-delay',
    verdict,
    startedAt: '2026-11-21T09:31:00.000Z',
    origin: { trust, branch: 'topic' },
    inputs: [],
    params: {},
    metrics: {},
    results: {},
  };
  const manifest = {
    schema: 'pawl.handover/1' as const,
    slug: 'eval-gate' as const,
    section: `eval-gate flight-delay leg-${nth}`,
    producer: { key: `${nth}`.padStart(16, 'a'), attempt: 1, job: 'gate', leg: `leg-${nth}`, legIndex: nth, legs: 2 },
  };
  const report: Report = {
    schema: 'pawl.report/1',
    kind: 'eval-gate',
    name: 'flight-delay',
    verdict,
    headline: 'as told',
    comparison: '',
    n: 1,
    blocks: [],
    findings: [],
    problems: [],
    footer: {},
  };
  const bundle = { runs: [{ run, results: { 'cases.jsonl': '{}\n' } }], operations: [] };
  const folder = join(repo.path, 'downloaded', handoverName(manifest));
  for (const [path, text] of writeHandover({ manifest, report, bundle }, sha256).files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

test('stores what all legs handed over once, and says what they say', async () => {
  await using remote = await bareRemote();
  await using repo = await gitRepo({ 'a.txt': 'a' });
  await repo.publishTo(remote);
  await handOver(repo, { nth: 0 });
  await handOver(repo, { nth: 1 });

  const said = await pawlIn(repo, 'store', 'collect', 'downloaded');
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toContain('eval-gate flight-delay leg-1: pass: as told');
  expect(said.out).toContain('2 of 2 legs handed over; 2 runs are new.');
  const inbox = await remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl/inbox');
  expect(inbox.split('\n')).toHaveLength(1);

  const again = await pawlIn(repo, 'store', 'collect', 'downloaded', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ verdict: 'pass', stored: 0, known: 2, spooled: [] });
  expect(await remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl/inbox')).toBe(inbox);
});

test('ends as its worst leg does, and as an error when one is missing', async () => {
  await using repo = await gitRepo({ 'a.txt': 'a' });
  const first = await handOver(repo, { nth: 0, verdict: 'fail' });
  const missing = await pawlIn(repo, 'store', 'collect', first);
  expect(missing.code).toBe(3);
  expect(missing.out).toContain('leg 2 of 2 of job `gate` is missing');
  await handOver(repo, { nth: 1 });
  expect((await pawlIn(repo, 'store', 'collect', 'downloaded')).code).toBe(1);
  const named = await pawlIn(repo, 'store', 'collect', 'downloaded', '--legs', 'leg-0,leg-7');
  expect(named.code).toBe(3);
  expect(named.out).toContain('leg `leg-7` is missing');
});

test('takes nothing from a folder with a link, a changed file, no handover, or what a fork handed over', async () => {
  await using repo = await gitRepo({ 'a.txt': 'a' });
  const folder = await handOver(repo, { nth: 0 });
  await symlink('/etc/passwd', join(folder, 'results/x'));
  const linked = await pawlIn(repo, 'store', 'collect', 'downloaded');
  expect(linked.code).toBe(2);
  expect(linked.err).toContain('"results/x" is a link');
  await rm(join(folder, 'results/x'));
  await writeFile(join(folder, 'report.json'), '{}');
  expect((await pawlIn(repo, 'store', 'collect', 'downloaded')).err).toContain(
    'report.json is not what its digest says',
  );
  expect((await pawlIn(repo, 'store', 'collect', 'elsewhere')).err).toContain('There is no handover in');
  await handOver(repo, { nth: 0, trust: 'fork' });
  const fork = await pawlIn(repo, 'store', 'collect', 'downloaded', '--json');
  expect(fork.code).toBe(2);
  expect(JSON.parse(fork.out)).toMatchObject({ problems: [{ code: 'HANDOVER_OF_FORK' }] });
  expect(JSON.parse((await pawlIn(repo, 'run', 'list', '--json')).out)).toEqual([]);
});
