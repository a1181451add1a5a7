import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoopbackArtifacts } from '@pawl/testkit/github';
import { expect, test, vi } from 'vitest';
import { artifactName, uploadReport } from '@pawl/github';

test('outside a runner nothing is uploaded, and that is no problem', async () => {
  expect(await uploadReport({ name: 'x', files: [], folder: '/' }, { env: {} })).toEqual({ problems: [] });
});

test('a name has only what GitHub takes', () => {
  expect(artifactName('pawl eval-gate/a:b*c')).toBe('pawl eval-gate-a-b-c');
  expect(artifactName('')).toBe('pawl');
});

test('a report is uploaded by the runner protocol, and its link names the artifact', async () => {
  await using artifacts = await startLoopbackArtifacts();
  await using folder = await reportFolder();
  const place = { env: artifacts.env, runUrl: 'https://github.com/acme/flights/actions/runs/42' };
  const request = { name: 'pawl eval-gate', files: [join(folder.path, 'gate.html')], folder: folder.path };

  const uploaded = await withEnvironment(artifacts.env, () => uploadReport(request, place));
  const again = await withEnvironment(artifacts.env, () => uploadReport(request, place));

  expect(uploaded).toMatchObject({ url: 'https://github.com/acme/flights/actions/runs/42/artifacts/1', problems: [] });
  const [stored] = artifacts.stored();
  expect(stored?.name).toBe('pawl eval-gate');
  expect(stored?.bytes.subarray(0, 2).toString()).toBe('PK');
  expect(stored?.bytes.includes('gate.html')).toBe(true);
  expect(again.url).toBeUndefined();
  expect(again.problems).toMatchObject([{ code: 'GITHUB_ARTIFACT_FAILED', severity: 'warning' }]);
}, 60_000);

/** GitHub's own client reads the process's environment and nothing else. */
async function withEnvironment<T>(env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  for (const [name, value] of Object.entries({ ...env, GITHUB_SERVER_URL: 'https://github.com' }))
    vi.stubEnv(name, value);
  try {
    return await work();
  } finally {
    vi.unstubAllEnvs();
  }
}

async function reportFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'pawl-report-'));
  await writeFile(join(path, 'gate.html'), '<!doctype html><title>gate</title>');
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
