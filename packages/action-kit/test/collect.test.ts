// Legs that hand over, and `mode: collect` after them: one push, one comment, one verdict, and nothing that is missing
// is taken for a pass.
import type { Report } from '@pawl/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handoverScene, outcomeOf, pullRequestEvent, runIdOf, type Played, type Scene } from './handover-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await handoverScene(async (env, work) => {
    // GitHub's own client reads the process's environment and nothing else.
    for (const name of ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL', 'GITHUB_SERVER_URL'])
      vi.stubEnv(name, env[name] ?? '');
    const quiet = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    try {
      return await work();
    } finally {
      quiet.mockRestore();
      vi.unstubAllEnvs();
    }
  });
});
afterEach(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const versions = ['py3.10', 'py3.11', 'py3.12', 'py3.13'];

interface Leg {
  readonly version: string;
  readonly report?: Partial<Report>;
  readonly attempt?: string;
  readonly runId?: string;
}

const leg = ({ version, report = {}, attempt = '1', runId }: Leg): Promise<Played> => {
  const index = versions.indexOf(version);
  return scene.play({
    inputs: {
      store: 'artifact',
      matrix: JSON.stringify({ python: version }),
      'job-index': String(index),
      'job-total': String(versions.length),
    },
    outcome: outcomeOf(report, { id: runId ?? runIdOf(index + 1) }),
    env: { GITHUB_RUN_ATTEMPT: attempt },
  });
};

const collect = (inputs: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) =>
  scene.play({ inputs: { mode: 'collect', candidate: '', ...inputs }, env: { GITHUB_JOB: 'collect', ...env } });

const needs = (result: string): string => JSON.stringify({ gate: { result, outputs: {} } });

describe('a matrix of four legs', () => {
  test('hands over and writes nothing; its collect job pushes once, and comments once with four sections', async () => {
    for (const version of versions) {
      const played = await leg({ version });
      expect(played.exitCode, played.log).toBe(0);
      expect(played.outputs).toMatchObject({
        verdict: 'pass',
        'run-id': '',
        handover: expect.stringMatching(/^pawl-bundle-eval-gate-[0-9a-f]{16}$/),
      });
      expect(played.summary).toContain('a job with `mode: collect` stores and comments it');
    }
    expect(scene.pushes()).toBe(0);
    expect(scene.github.requests).toEqual([]);
    expect(new Set(scene.artifacts.stored().map(({ name }) => name)).size).toBe(4);

    const played = await collect({ needs: needs('success') });

    expect(played.exitCode, played.log).toBe(0);
    expect(scene.pushes()).toBe(1);
    expect(scene.compactions()).toEqual([{ atLeast: 20 }]);
    expect((await scene.store.list()).map(({ id }) => id).toSorted()).toEqual([1, 2, 3, 4].map((nth) => runIdOf(nth)));
    expect((await scene.store.read(runIdOf(1)))?.origin).toMatchObject({
      trust: 'own',
      pullRequest: 8,
      actor: 'robin',
    });
    const [comment, ...others] = scene.github.comments(8);
    expect(others).toEqual([]);
    expect(comment?.body).toContain('All 4 gates passed');
    expect(comment?.body.match(/^\| eval-gate /gm)).toHaveLength(4);
    expect(scene.github.checkRuns()).toHaveLength(4);
    expect(played.outputs).toMatchObject({ verdict: 'pass', passed: 'true', headline: '4 of 4 legs handed over' });
  });

  test('is as bad as its worst leg', async () => {
    for (const version of versions)
      await leg({ version, report: version === 'py3.12' ? { verdict: 'fail', headline: 'worse' } : {} });
    const played = await collect();
    expect(played.exitCode).toBe(1);
    expect(played.outputs).toMatchObject({ verdict: 'fail', passed: 'false' });
    expect(scene.github.comments(8)[0]?.body).toContain('1 of 4 gates failed');
    expect((await collect({ 'fail-on': 'error' })).exitCode).toBe(0);
  });

  test('is stored once, however often collect is run again', async () => {
    for (const version of versions) await leg({ version });
    await collect();
    const again = await collect({}, { GITHUB_RUN_ATTEMPT: '2' });
    expect(again.exitCode).toBe(0);
    expect(scene.pushes()).toBe(1);
    expect(scene.github.comments(8)).toHaveLength(1);
    expect(scene.github.checkRuns()).toHaveLength(4);
  });

  test('with a leg that was run again counts the newer attempt', async () => {
    for (const version of versions) await leg({ version, report: version === 'py3.12' ? { verdict: 'fail' } : {} });
    expect((await collect()).exitCode).toBe(1);
    scene.artifacts.newAttempt();
    await leg({ version: 'py3.12', attempt: '2', runId: runIdOf(9) });
    const again = await collect({}, { GITHUB_RUN_ATTEMPT: '2' });
    expect(again.exitCode, again.log).toBe(0);
    expect(scene.github.comments(8)[0]?.body).toContain('All 4 gates passed');
    // The record of the first attempt stays, and stands behind the second.
    expect((await scene.store.list()).map(({ id }) => id)).not.toContain(runIdOf(3));
    expect(await scene.store.list({ all: true })).toHaveLength(5);
  });
});

describe('what is missing', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'is named when the workflow names its legs',
      { legs: versions.join(','), needs: needs('failure') },
      /3 of 4 legs handed over; leg `py3\.12` is missing: its job did not finish/,
    ],
    ['is counted by the size of the matrix', {}, /3 of 4 legs handed over; leg 3 of 4 of job `gate` is missing/],
    [
      'is a job that was cancelled',
      { needs: JSON.stringify({ gate: { result: 'failure' }, drift: { result: 'cancelled' } }) },
      /job `drift` handed nothing over: it was cancelled/,
    ],
  ])('%s, and is no pass', async (_, inputs, words) => {
    for (const version of versions) if (version !== 'py3.12') await leg({ version });
    const played = await collect({ 'fail-on': 'never', ...inputs });
    expect(played.exitCode).toBe(3);
    expect(played.outputs).toMatchObject({ verdict: 'error', passed: 'false', headline: expect.stringMatching(words) });
    expect(played.log).toContain('::error title=LEG_MISSING');
    // What is there is stored and shown all the same.
    expect(await scene.store.list()).toHaveLength(3);
    expect(scene.github.comments(8)[0]?.body).toContain('could not be judged');
  });

  test('leaves the comment when it has come', async () => {
    for (const version of versions) if (version !== 'py3.12') await leg({ version });
    await collect();
    expect(scene.github.comments(8)[0]?.body).toContain('could not be judged');
    await leg({ version: 'py3.12' });
    const played = await collect({}, { GITHUB_RUN_ATTEMPT: '2' });
    expect(played.exitCode, played.log).toBe(0);
    expect(scene.github.comments(8)[0]?.body).toContain('All 4 gates passed');
    expect(scene.github.comments(8)).toHaveLength(1);
  });

  test('is everything: an error, whatever "fail-on" says', async () => {
    const played = await collect({ 'fail-on': 'never' });
    expect(played.exitCode).toBe(3);
    expect(played.log).toContain('HANDOVER_NONE');
    expect(played.outputs).toMatchObject({ verdict: 'error', passed: 'false' });
    expect(scene.pushes()).toBe(0);
  });

  test('is what cannot be read: an error, and the rest is shown', async () => {
    await scene.play({ inputs: { store: 'artifact' }, outcome: outcomeOf() });
    scene.artifacts.put(`pawl-bundle-eval-gate-${'0'.repeat(16)}`, Buffer.from('no zip'));
    const played = await collect();
    expect(played.exitCode).toBe(3);
    expect(played.log).toMatch(/HANDOVER_REFUSED.*no zip/);
    expect(scene.github.comments(8)[0]?.body).toContain('1 of 2 gates could not be judged');
  });
});

describe('events whose code cannot be trusted', () => {
  const issueComment = (number: number) => ({
    name: 'issue_comment',
    payload: { issue: { number, pull_request: {} }, repository: { full_name: 'acme/flights' } },
  });
  const workflowRun = (headRepository: string) => ({
    name: 'workflow_run',
    payload: {
      workflow_run: { id: 1, head_sha: 'a'.repeat(40), head_repository: { full_name: headRepository } },
      repository: { full_name: 'acme/flights' },
    },
  });
  test.each<[string, { name: string; payload: unknown }, Readonly<Record<string, string>>]>([
    ['a pull request of a fork', { name: 'pull_request', payload: pullRequestEvent('mallory/flights') }, {}],
    [
      'pull_request_target of a fork',
      { name: 'pull_request_target', payload: pullRequestEvent('mallory/flights') },
      {},
    ],
    ['a review in a fork', { name: 'pull_request_review', payload: pullRequestEvent('mallory/flights') }, {}],
    ['a workflow run of a fork', workflowRun('mallory/flights'), {}],
    ['a comment on the pull request of a fork', issueComment(7), {}],
    ['a comment on a pull request that cannot be read', issueComment(12_345), {}],
    [
      'a pull request of Dependabot',
      { name: 'pull_request', payload: pullRequestEvent('acme/flights', 8) },
      { GITHUB_ACTOR: 'dependabot[bot]' },
    ],
  ])('%s hands over, and neither pushes nor comments', async (_, event, env) => {
    const played = await scene.play({ event, env, outcome: outcomeOf({ verdict: 'fail' }) });
    expect(played.exitCode, played.log).toBe(1);
    expect(played.outputs['handover']).toMatch(/^pawl-bundle-eval-gate-/);
    expect(played.summary).toContain('a workflow with `mode: publish` stores and comments it');
    expect(scene.artifacts.stored()).toHaveLength(1);
    expect(scene.pushes()).toBe(0);
    expect(scene.github.comments()).toEqual([]);
    expect(scene.github.checkRuns()).toEqual([]);
  });

  test.each<[string, { name: string; payload: unknown }]>([
    ['a pull request of this repository', { name: 'pull_request', payload: pullRequestEvent('acme/flights', 8) }],
    ['a workflow run of this repository', workflowRun('acme/flights')],
    ['a comment on a pull request of this repository', issueComment(8)],
    ['a comment on an issue', { name: 'issue_comment', payload: { issue: { number: 3 } } }],
  ])('%s is our own, and is stored', async (_, event) => {
    const played = await scene.play({ event });
    expect(played.exitCode, played.log).toBe(0);
    expect(scene.pushes()).toBe(1);
    expect(scene.artifacts.stored()).toEqual([]);
  });

  test('a collect job of a fork judges, and leaves the artifacts to the publishing workflow', async () => {
    const event = { name: 'pull_request', payload: pullRequestEvent('mallory/flights') };
    await scene.play({ event });
    const played = await scene.play({ event, inputs: { mode: 'collect' } });
    expect(played.exitCode, played.log).toBe(0);
    expect(played.outputs).toMatchObject({ verdict: 'pass', headline: '1 of 1 leg handed over' });
    expect(scene.pushes()).toBe(0);
    expect(scene.github.requests).toEqual([]);
  });
});

test('a runner without artifacts is told where the files lie', async () => {
  const played = await scene.play({ inputs: { store: 'artifact' }, env: { ACTIONS_RUNTIME_TOKEN: '' } });
  expect(played.exitCode).toBe(0);
  expect(played.log).toMatch(/HANDOVER_NOT_UPLOADED.*handover/);
  const collected = await collect({}, { ACTIONS_RUNTIME_TOKEN: '' });
  expect(collected.exitCode).toBe(3);
  expect(collected.log).toContain('HANDOVER_NO_ARTIFACTS');
});
