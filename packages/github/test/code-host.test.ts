import { expect, test } from 'vitest';
import type { Published, Report } from '@pawl/core';
import { startLoopbackGitHub, type LoopbackGitHub } from '@pawl/testkit/github';
import { openCodeHost, type CommentMode } from '@pawl/github';
import { headSha, makeOutcome, pullRequests, repository } from './make-outcome.ts';

interface Told {
  readonly key?: string;
  readonly report?: Partial<Report>;
  readonly comment?: CommentMode;
  readonly headSha?: string;
  readonly commentKey?: string;
}

function publish(github: LoopbackGitHub, told: Told = {}): Promise<Published> {
  const host = openCodeHost({
    token: github.token,
    apiUrl: github.url,
    repository,
    headSha: told.headSha ?? headSha,
    pullRequest: 7,
    commentKey: told.commentKey ?? 'pawl',
    runUrl: 'https://github.com/acme/flights/actions/runs/42',
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / 50)),
  });
  return host.publish({
    key: told.key ?? 'eval-gate flight-delay',
    outcome: makeOutcome(told.report),
    comment: told.comment ?? 'always',
  });
}

const writes = (github: LoopbackGitHub) => github.requests.filter((request) => request.method !== 'GET');

test('a section becomes a check run and a comment', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  const published = await publish(github, { report: { verdict: 'fail', headline: 'misses spam' } });

  expect(published.problems).toEqual([]);
  expect(github.comments(7)).toHaveLength(1);
  expect(github.comments(7)[0]?.body).toContain('### 1 gate failed: `flight-delay` – misses spam');
  expect(github.checkRuns()).toMatchObject([
    { name: 'pawl: eval-gate flight-delay', conclusion: 'failure', title: 'fail: misses spam', status: 'completed' },
  ]);
  expect(published.commentUrl).toContain('#issuecomment-');
  expect(published.checkUrl).toContain('/runs/');
  expect(github.violations).toEqual([]);
});

test.each([
  ['pass', 'success'],
  ['inconclusive', 'neutral'],
  ['error', 'failure'],
] as const)('the verdict %s concludes the check as %s', async (verdict, conclusion) => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github, { report: { verdict } });
  expect(github.checkRuns()).toMatchObject([{ conclusion }]);
});

test('twenty jobs at once end in one comment that lacks no section', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  const keys = Array.from({ length: 20 }, (_, index) => `gate-${String(index).padStart(2, '0')}`);
  const published = await Promise.all(keys.map((key) => publish(github, { key, report: { name: key } })));

  const comments = github.comments(7);
  expect(comments).toHaveLength(1);
  expect(keys.filter((key) => comments[0]?.body.includes(`\`${key}\``) !== true)).toEqual([]);
  expect(published.flatMap((one) => one.problems)).toEqual([]);
  expect(github.violations).toEqual([]);
});

test('publishing the same again writes nothing', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github);
  const before = writes(github).length;
  await publish(github);
  expect(writes(github)).toHaveLength(before);
});

test('a comment is found behind a hundred others, and never one that somebody else wrote', async () => {
  await using github = await startLoopbackGitHub({
    pullRequests,
    comments: [
      { issue: 7, login: 'mallory', body: '<!-- pawl comment: pawl -->\nmine now' },
      ...Array.from({ length: 130 }, (_, index) => ({ issue: 7, login: 'octocat', body: `chat ${index}` })),
    ],
  });
  await publish(github);
  await publish(github, { report: { headline: 'changed', verdict: 'fail' } });

  const ours = github.comments(7).filter((comment) => comment.login === 'github-actions[bot]');
  expect(ours).toHaveLength(1);
  expect(ours[0]?.body).toContain('changed');
  expect(github.comments(7)[0]?.body).toBe('<!-- pawl comment: pawl -->\nmine now');
  expect(github.violations).toEqual([]);
});

test('of two comments the oldest stays, complete, and the other goes', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github, { key: 'a', report: { name: 'a' } });
  github.addComment(7, 'github-actions[bot]', '<!-- pawl comment: pawl -->\nstale');
  await publish(github, { key: 'b', report: { name: 'b' } });

  expect(github.comments(7)).toHaveLength(1);
  expect(github.comments(7)[0]?.body).toMatch(/`a`[\s\S]*`b`/);
});

test('an older run never writes over the comment of a newer commit', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github, { report: { headline: 'new', verdict: 'fail' } });
  const late = await publish(github, { headSha: 'c'.repeat(40), report: { headline: 'old', verdict: 'fail' } });

  expect(github.comments(7)[0]?.body).toContain('new');
  expect(late.commentUrl).toBeUndefined();
});

test('a commit has only its own sections, and keys keep comments apart', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github, { key: 'a', report: { name: 'a' } });
  await publish(github, { key: 'b', report: { name: 'b' }, commentKey: 'nightly' });

  const bodies = github.comments(7).map((comment) => comment.body);
  expect(bodies).toHaveLength(2);
  expect(bodies[1]).not.toContain('`a`');
});

test('without checks: write each section keeps a comment, and the permission is named', async () => {
  await using github = await startLoopbackGitHub({ pullRequests, permissions: { pull_requests: 'write' } });
  const first = await publish(github, { key: 'a', report: { name: 'a' } });
  await publish(github, { key: 'b', report: { name: 'b' } });
  await publish(github, { key: 'a', report: { name: 'a', verdict: 'fail' } });

  expect(github.comments(7).map((comment) => comment.body.match(/<code>(\w)<\/code>|`(\w)`/)?.[0])).toEqual([
    '`a`',
    '`b`',
  ]);
  expect(first.problems).toMatchObject([
    { code: 'GITHUB_CHECK_REFUSED', severity: 'warning', hint: expect.stringContaining('checks: write') },
  ]);
});

test('a read-only token publishes nothing, says which permissions are missing and throws nothing', async () => {
  await using github = await startLoopbackGitHub({ pullRequests, permissions: 'read' });
  const published = await publish(github);

  expect(published.problems.map((problem) => problem.code)).toEqual(['GITHUB_CHECK_REFUSED', 'GITHUB_COMMENT_REFUSED']);
  expect(published.problems[1]?.hint).toContain('pull-requests: write');
  expect(github.comments(7)).toEqual([]);
  expect(github.violations).toEqual([]);
});

test('a body that GitHub finds too long is written as its headline', async () => {
  let refused = 0;
  await using github = await startLoopbackGitHub({
    pullRequests,
    handlers: {
      'issues/create-comment': ({ body }) => {
        if (String(body['body']).length < 300) return undefined;
        refused += 1;
        return {
          status: 422,
          body: { message: 'Validation Failed', documentation_url: 'https://docs.github.com/rest' },
        };
      },
    },
  });
  const published = await publish(github, { report: { verdict: 'fail', headline: 'misses spam' } });

  expect(refused).toBe(1);
  expect(github.comments(7)[0]?.body).toMatch(
    /^<!-- pawl comment: pawl -->\n### 1 gate failed: `flight-delay` – misses spam\n\nThe \[workflow run\]/,
  );
  expect(published.problems).toEqual([]);
});

test('a server that fails once is asked again', async () => {
  let failures = 2;
  await using github = await startLoopbackGitHub({
    pullRequests,
    handlers: {
      'checks/create': () => (failures-- > 0 ? { status: 502, body: { message: 'Bad gateway' } } : undefined),
    },
  });
  expect((await publish(github)).problems).toEqual([]);
  expect(github.checkRuns()).toHaveLength(1);
});

test.each<[CommentMode, Partial<Report>, number]>([
  ['always', {}, 1],
  ['changes', {}, 0],
  ['changes', { verdict: 'inconclusive' }, 1],
  ['changes', { findings: [{ severity: 'notice', title: 't', message: 'm' }] }, 1],
  ['failures', { verdict: 'inconclusive' }, 0],
  ['failures', { verdict: 'fail', advisory: true }, 0],
  ['failures', { verdict: 'error' }, 1],
  ['never', { verdict: 'fail' }, 0],
])('comment: %s with %o leaves %i comments', async (comment, report, count) => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github, { comment, report });
  expect(github.comments(7)).toHaveLength(count);
  expect(github.checkRuns()).toHaveLength(1);
});

test('a comment that exists is brought up to date when all is well again', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  await publish(github, { comment: 'failures', report: { verdict: 'fail' } });
  await publish(github, { comment: 'failures' });
  expect(github.comments(7)[0]?.body).toContain('### 1 gate passed');
});

test('annotations go to the check fifty at a time, and a second run does not double them', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  const findings = Array.from({ length: 120 }, (_, index) => ({
    severity: 'warning' as const,
    title: `t${index}`,
    message: 'm',
    file: 'data/flights.csv',
    line: index + 1,
  }));
  await publish(github, { report: { findings } });
  await publish(github, { report: { findings, headline: 'again' } });
  expect(github.checkRuns().map((run) => run.annotations.length)).toEqual([120, 120]);
  expect(github.comments(7)).toHaveLength(1);
  expect(github.violations).toEqual([]);
});
