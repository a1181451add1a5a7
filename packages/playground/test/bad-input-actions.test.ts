// Eight kinds of bad input through the built actions, as a runner starts them: the step fails, the check is red, and
// the annotation stands where the mistake is.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { badInputs, goodRepository, spoiled, type BadInput, type GoodRepository } from '@pawl/testkit/bad-input';
import { temporaryFolder } from '@pawl/testkit/git';
import { startLoopbackGitHub, type LoopbackGitHub } from '@pawl/testkit/github';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../src/material.ts';
import { runAction, type JobResult } from '../src/run-action.ts';

const repository = 'acme/delays';
const tried = badInputs.filter(({ inActions }) => inActions === true);

let good: GoodRepository;
beforeAll(async () => {
  for (const slug of new Set(tried.map((bad) => bad.slug))) {
    if (!existsSync(join(projectRoot, 'actions', slug, 'dist/index.mjs')))
      throw new Error(`The action ${slug} is not built. "npm test" builds it, and so does "npx turbo run build".`);
  }
  good = await goodRepository();
});
afterAll(() => good[Symbol.asyncDispose]());

interface Played {
  readonly result: JobResult;
  readonly github: LoopbackGitHub;
}

/** One step of a pull request's job on a repository that is spoiled. */
async function play(bad: BadInput, check: (played: Played) => void): Promise<void> {
  await using repo = await spoiled(good, bad.spoil);
  await using folder = await temporaryFolder('pawl-runner');
  await mkdir(join(folder.path, 'runner'));
  const sha = await repo.git('rev-parse', 'HEAD');
  await using github = await startLoopbackGitHub({
    repository,
    pullRequests: [{ number: 7, head: { ref: 'topic', sha }, base: { ref: 'main', sha } }],
  });
  const origin = { full_name: repository, fork: false, default_branch: 'main' };
  const result = await runAction({
    action: join(projectRoot, 'actions', bad.slug),
    inputs: { ...bad.inputs, 'upload-report': 'false' },
    workspace: repo.path,
    event: {
      name: 'pull_request',
      payload: {
        number: 7,
        pull_request: {
          number: 7,
          head: { ref: 'topic', sha, repo: origin },
          base: { ref: 'main', sha, repo: origin },
        },
        repository: origin,
      },
    },
    github: {
      apiUrl: github.url,
      token: github.token,
      repository,
      sha,
      ref: 'refs/pull/7/merge',
      actor: 'robin',
      workflow: 'gates',
      runId: '1',
      job: bad.slug,
    },
    runnerFolder: join(folder.path, 'runner'),
    env: { HOME: folder.path },
  });
  check({ result, github });
}

test('eight kinds are tried', () => {
  expect(tried).toHaveLength(8);
});

test.each(tried)('$slug fails its step on $title', async (bad) => {
  await play(bad, ({ result, github }) => {
    const { problem } = bad;
    expect(result.exitCode, result.log).toBe(bad.exit);
    expect(result.outputs).toMatchObject({ verdict: 'error', passed: 'false' });
    expect(result.log).not.toContain('PAWL_BROKE');

    const [check, ...others] = github.checkRuns();
    expect(others).toEqual([]);
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(check?.annotations).toMatchObject([
      {
        annotation_level: 'failure',
        path: problem.file,
        start_line: problem.line ?? 1,
        ...(problem.column !== undefined && { start_column: problem.column }),
        title: problem.code,
        message: expect.stringMatching(
          new RegExp(`${problem.message.source}.*${problem.hint.source.replace('^', '')}`),
        ),
      },
    ]);
    expect(github.comments(7)).toHaveLength(1);
    expect(github.violations).toEqual([]);
  });
});
