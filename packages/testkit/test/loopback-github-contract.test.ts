import { expect, test } from 'vitest';
import { contractSource, operationNames } from '../src/github/contract.ts';
import { startLoopbackGitHub } from '../src/github/loopback-github.ts';
import { ask, COMMENTS, pullRequests, SHA } from './ask-github.ts';

test('the cut names its source and holds every operation Pawl calls', () => {
  expect(contractSource).toMatch(/^@octokit\/openapi@\d+\.\d+\.\d+$/u);
  expect(operationNames).toHaveLength(36);
});

test('an unknown property of a body is a violation', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  expect(await ask(github, 'POST', COMMENTS, { body: 'hello', bdoy: 'typo' })).toMatchObject({ status: 422 });
  expect(github.violations).toEqual([
    {
      kind: 'request',
      method: 'POST',
      path: COMMENTS,
      operation: 'issues/create-comment',
      message: 'body: "bdoy" is not a permitted key',
    },
  ]);
  expect(github.comments()).toEqual([]);
});

test.for([
  ['a wrong type', 'POST', COMMENTS, { body: 7 }, 'body/body: must be string'],
  ['a missing property', 'POST', COMMENTS, {}, "body: must have required property 'body'"],
  ['a missing body', 'POST', COMMENTS, undefined, 'body: is missing'],
  ['an unknown query parameter', 'GET', `${COMMENTS}?perpage=5`, undefined, 'query: "perpage" is not a permitted key'],
  ['a query parameter of a wrong type', 'GET', `${COMMENTS}?page=two`, undefined, 'query/page: must be integer'],
  [
    'a nested unknown property',
    'POST',
    '/repos/acme/flights/check-runs',
    { name: 'x', head_sha: SHA, output: { title: '', summary: '', body: '' } },
    'body/output: "body" is not a permitted key',
  ],
] as const)('%s is a violation and answered 422', async ([, method, path, body, message]) => {
  await using github = await startLoopbackGitHub({ pullRequests });
  expect(await ask(github, method, path, body)).toMatchObject({ status: 422 });
  expect(github.violations).toMatchObject([{ kind: 'request', message }]);
});

test('an unknown route and a wrong method are 404 and violations', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  expect(await ask(github, 'GET', '/repos/acme/flights/nonsense')).toMatchObject({ status: 404 });
  expect(await ask(github, 'PUT', COMMENTS, {})).toMatchObject({ status: 404 });
  expect(github.violations.map((violation) => violation.message)).toEqual([
    'no such route in the cut',
    expect.stringContaining('method is not allowed here'),
  ]);
});

test('more than fifty annotations in one request are a violation', async () => {
  await using github = await startLoopbackGitHub({ pullRequests });
  const annotation = { path: 'a.yml', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'hm' };
  const output = { title: 't', summary: 's', annotations: Array.from({ length: 51 }, () => annotation) };
  expect(
    await ask(github, 'POST', '/repos/acme/flights/check-runs', { name: 'pawl', head_sha: SHA, output }),
  ).toMatchObject({ status: 422 });
  expect(github.violations).toMatchObject([{ message: 'body/output/annotations: must NOT have more than 50 items' }]);
});

test('a handler answers an operation without state, and its answer is held against the contract', async () => {
  const blob = { sha: SHA, url: 'http://localhost/blob' };
  let body: unknown = blob;
  await using github = await startLoopbackGitHub({ handlers: { 'git/create-blob': () => ({ status: 201, body }) } });
  expect(await ask(github, 'POST', '/repos/acme/flights/git/blobs', { content: 'hi' })).toMatchObject({
    status: 201,
    body: blob,
  });
  body = { sha: SHA };
  expect(await ask(github, 'POST', '/repos/acme/flights/git/blobs', { content: 'hi' })).toMatchObject({ status: 500 });
  expect(github.violations).toMatchObject([
    { kind: 'response', message: "response: must have required property 'url'" },
  ]);
});
