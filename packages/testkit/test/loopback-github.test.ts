import { expect, test } from 'vitest';
import { startLoopbackGitHub } from '../src/github/loopback-github.ts';
import { ask, BASE, COMMENTS, nextOf, pullRequests, SHA } from './ask-github.ts';

test('comments are created, read, changed and deleted in the name of the token', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  const created = await ask(github, 'POST', COMMENTS, { body: 'first' });
  expect(created).toMatchObject({
    status: 201,
    body: { body: 'first', user: { login: 'github-actions[bot]', type: 'Bot' } },
  });

  const path = `/repos/acme/flights/issues/comments/${String(created.body['id'])}`;
  expect(await ask(github, 'PATCH', path, { body: 'second' })).toMatchObject({ status: 200, body: { body: 'second' } });
  expect(await ask(github, 'GET', path)).toMatchObject({ status: 200, body: { body: 'second' } });
  expect(github.comments(7)).toMatchObject([{ body: 'second' }]);

  expect(await ask(github, 'DELETE', path)).toMatchObject({ status: 204 });
  expect(await ask(github, 'GET', path)).toMatchObject({ status: 404, body: { message: 'Not Found' } });
  expect(github.comments()).toEqual([]);
  expect(github.violations).toEqual([]);
});

test('following the Link header visits every comment once', async () => {
  const comments = Array.from({ length: 65 }, (_, index) => ({ issue: 7, login: 'octocat', body: `comment ${index}` }));
  await using github = await startLoopbackGitHub({ pullRequests, comments });
  const seen: string[] = [];
  let pages = 0;
  for (let path: string | undefined = `${COMMENTS}`; path !== undefined; pages += 1) {
    const reply = await ask(github, 'GET', path);
    seen.push(...(reply.body as unknown as { body: string }[]).map((comment) => comment.body));
    path = nextOf(reply);
  }
  expect(pages).toBe(3);
  expect(seen).toEqual(comments.map((comment) => comment.body));
  expect(github.violations).toEqual([]);
});

test('a page holds a hundred comments at most, whatever is asked for', async () => {
  const comments = Array.from({ length: 130 }, () => ({ issue: 7, login: 'octocat', body: 'x' }));
  await using github = await startLoopbackGitHub({ pullRequests, comments });
  const first = await ask(github, 'GET', `${COMMENTS}?per_page=500`);
  expect(first.body.length).toBe(100);
  expect((await ask(github, 'GET', nextOf(first) ?? '')).body.length).toBe(30);
});

test('a read-only token reads and is refused every write', async () => {
  await using github = await startLoopbackGitHub({ pullRequests, permissions: 'read' });
  expect(await ask(github, 'GET', COMMENTS)).toMatchObject({ status: 200 });
  const refused = await ask(github, 'POST', COMMENTS, { body: 'no' });
  expect(refused).toMatchObject({ status: 403, body: { message: 'Resource not accessible by integration' } });
  expect(refused.headers.get('x-accepted-github-permissions')).toBe('issues=write; pull_requests=write');
  expect(await ask(github, 'POST', '/repos/acme/flights/check-runs', { name: 'pawl', head_sha: SHA })).toMatchObject({
    status: 403,
  });
  expect(github.comments()).toEqual([]);
  expect(github.violations).toEqual([]);
});

test('a permissions block grants what it names and nothing else', async () => {
  await using github = await startLoopbackGitHub({ pullRequests, permissions: { pull_requests: 'write' } });
  expect(await ask(github, 'POST', COMMENTS, { body: 'yes' })).toMatchObject({ status: 201 });
  expect(await ask(github, 'POST', '/repos/acme/flights/check-runs', { name: 'pawl', head_sha: SHA })).toMatchObject({
    status: 403,
  });
});

test('a comment longer than 65536 characters is answered 422, and one of that length is kept', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  expect(await ask(github, 'POST', COMMENTS, { body: 'é'.repeat(65_536) })).toMatchObject({ status: 201 });
  expect(await ask(github, 'POST', COMMENTS, { body: 'x'.repeat(65_537) })).toMatchObject({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ message: 'Body is too long (maximum is 65536 characters)' }] },
  });
  expect(github.comments()).toHaveLength(1);
});

test('a check run is created, gathers annotations and is completed by its conclusion', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  const created = await ask(github, 'POST', '/repos/acme/flights/check-runs', {
    name: 'pawl',
    head_sha: SHA,
    status: 'in_progress',
  });
  expect(created).toMatchObject({
    status: 201,
    body: { status: 'in_progress', conclusion: null, pull_requests: [{ number: 7 }] },
  });

  const path = `/repos/acme/flights/check-runs/${String(created.body['id'])}`;
  const annotation = { path: 'a.yml', start_line: 1, end_line: 1, annotation_level: 'warning', message: 'hm' };
  const output = { title: 'Gate', summary: 'ok', annotations: Array.from({ length: 50 }, () => annotation) };
  await ask(github, 'PATCH', path, { output });
  const done = await ask(github, 'PATCH', path, {
    conclusion: 'neutral',
    output: { title: 'Gate', summary: 'done', annotations: [annotation] },
  });
  expect(done.body).toMatchObject({
    status: 'completed',
    conclusion: 'neutral',
    output: { summary: 'done', annotations_count: 51 },
  });
  expect((await ask(github, 'GET', `${path}/annotations?per_page=100`)).body.length).toBe(51);
  expect(github.violations).toEqual([]);
});

test('check runs of a ref are found by commit and by branch, the latest of each name unless all are asked for', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  for (const name of ['pawl', 'pawl', 'other'])
    await ask(github, 'POST', '/repos/acme/flights/check-runs', { name, head_sha: SHA });
  const total = async (path: string): Promise<unknown> =>
    (await ask(github, 'GET', `/repos/acme/flights/commits/${path}`)).body['total_count'];
  expect(await total(`${SHA}/check-runs`)).toBe(2);
  expect(await total('tighten/check-runs')).toBe(2);
  expect(await total(`${SHA}/check-runs?filter=all`)).toBe(3);
  expect(await total(`${SHA}/check-runs?filter=all&check_name=pawl`)).toBe(2);
  expect(github.violations).toEqual([]);
});

test("pull requests, their files and the repository are valid by GitHub's own schemas", async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  expect(await ask(github, 'GET', '/repos/acme/flights/pulls/7')).toMatchObject({
    status: 200,
    body: { number: 7, head: { sha: SHA }, changed_files: 1 },
  });
  expect(await ask(github, 'GET', '/repos/acme/flights/pulls/7/files')).toMatchObject({
    body: [{ status: 'modified', changes: 4 }],
  });
  expect(await ask(github, 'GET', '/repos/Acme/Flights')).toMatchObject({
    status: 200,
    body: { full_name: 'acme/flights', default_branch: 'main' },
  });
  expect(await ask(github, 'GET', `/repos/acme/flights/commits/${SHA}/pulls`)).toMatchObject({ body: [{ number: 7 }] });
  expect(await ask(github, 'GET', '/repos/acme/flights/pulls/8')).toMatchObject({ status: 404 });
  expect(github.violations).toEqual([]);
});

test('an installation is nobody, and a person is', async () => {
  await using installation = await startLoopbackGitHub();
  expect(await ask(installation, 'GET', '/user')).toMatchObject({
    status: 403,
    body: { message: 'Resource not accessible by integration' },
  });
  await using person = await startLoopbackGitHub({ pullRequests, actor: { login: 'octocat', kind: 'user' } });
  expect(await ask(person, 'GET', '/user')).toMatchObject({ status: 200, body: { login: 'octocat', type: 'User' } });
  expect(await ask(person, 'POST', '/repos/acme/flights/check-runs', { name: 'x', head_sha: SHA })).toMatchObject({
    status: 403,
  });
  expect(person.violations).toEqual([]);
});

test('deployments and their statuses are kept', async () => {
  await using github = await startLoopbackGitHub({ branches: { main: BASE } });
  const path = '/repos/acme/flights/deployments';
  const created = await ask(github, 'POST', path, {
    ref: 'main',
    environment: 'staging',
    auto_merge: false,
    required_contexts: [],
  });
  expect(created).toMatchObject({ status: 201, body: { sha: BASE, environment: 'staging' } });
  expect(
    await ask(github, 'POST', `${path}/${String(created.body['id'])}/statuses`, { state: 'success' }),
  ).toMatchObject({ status: 201 });
  expect((await ask(github, 'GET', `${path}?environment=production`)).body.length).toBe(0);
  expect((await ask(github, 'GET', `${path}?environment=staging`)).body.length).toBe(1);
  expect(github.deployments()).toMatchObject([{ statuses: [{ state: 'success' }] }]);
  expect(github.violations).toEqual([]);
});

test('a wrong token is 401, and no token is written down', async () => {
  await using github = await startLoopbackGitHub({ pullRequests, token: 'right' });
  expect(await ask(github, 'GET', COMMENTS, undefined, 'wrong')).toMatchObject({
    status: 401,
    body: { message: 'Bad credentials' },
  });
  await ask(github, 'GET', COMMENTS);
  expect(github.requests).toMatchObject([{ status: 401 }, { status: 200, operation: 'issues/list-comments' }]);
  expect(JSON.stringify(github.requests)).not.toContain('right');
});
