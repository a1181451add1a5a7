// The Git Data API of the loopback GitHub: a real repository behind it, and the habits of GitHub's that clients meet.
import { expect, test } from 'vitest';
import { startLoopbackGitHub, type LoopbackGitHub } from '../src/github/index.ts';
import { bareRemote, gitRepo, type BareRemote } from '../src/git/index.ts';
import { ask } from './ask-github.ts';

const git = '/repos/acme/flights/git';
const person = { name: 'Ada', email: 'ada@example.com', date: '2026-01-01T00:00:00Z' };

interface Place extends AsyncDisposable {
  readonly github: LoopbackGitHub;
  readonly remote: BareRemote;
  /** Of the first commit. */
  readonly commit: string;
}

async function place(more: Parameters<typeof startLoopbackGitHub>[0] = {}): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo({ 'a.txt': 'a' }));
  await repo.publishTo(remote);
  const github = stack.use(await startLoopbackGitHub({ ...more, git: { ...more.git, ...remote } }));
  return {
    github,
    remote,
    commit: await repo.git('rev-parse', 'HEAD'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const post = async (github: LoopbackGitHub, path: string, body: object): Promise<string> =>
  String((await ask(github, 'POST', `${git}/${path}`, body)).body['sha']);

test('what is written over REST is what Git reads, and the same content has the same id', async () => {
  await using here = await place();
  const { github, remote } = here;
  const blob = await post(github, 'blobs', { content: Buffer.from([0, 255]).toString('base64'), encoding: 'base64' });
  const file = (path: string, entry: object) => ({ path, mode: '100644', type: 'blob', ...entry });
  const tree = await post(github, 'trees', {
    tree: [file('b/c.txt', { content: 'é' }), file('b.txt', { content: 'b' }), file('b/raw', { sha: blob })],
  });
  const grown = await post(github, 'trees', { base_tree: tree, tree: [file('b/d.txt', { content: 'd' })] });
  const less = await post(github, 'trees', { base_tree: grown, tree: [file('b/d.txt', { sha: null })] });
  expect(less).toBe(tree);
  const commit = await post(github, 'commits', { message: 'x', tree: grown, author: person, committer: person });
  await ask(github, 'POST', `${git}/refs`, { ref: 'refs/pawl/x', sha: commit });
  expect(await remote.git('ls-tree', '-r', '--name-only', 'refs/pawl/x')).toBe('b.txt\nb/c.txt\nb/d.txt\nb/raw');
  expect(await remote.git('show', '-s', '--format=%an %ae %ct %s', 'refs/pawl/x')).toBe(
    'Ada ada@example.com 1767225600 x',
  );
  expect(await remote.git('fsck', '--strict', '--no-dangling')).toBe('');
  const read = await ask(github, 'GET', `${git}/blobs/${blob}`);
  expect(Buffer.from(String(read.body['content']), 'base64')).toEqual(Buffer.from([0, 255]));
  expect(github.violations).toEqual([]);
});

test('a ref is made once, moves forward only unless forced, and is found by the beginning of its name', async () => {
  await using here = await place();
  const { github, commit } = here;
  const tree = String(((await ask(github, 'GET', `${git}/commits/${commit}`)).body['tree'] as { sha: string }).sha);
  const next = await post(github, 'commits', { message: 'next', tree, parents: [commit] });
  const create = (sha: string) => ask(github, 'POST', `${git}/refs`, { ref: 'refs/pawl/x/y', sha });
  expect(await create(commit)).toMatchObject({ status: 201, body: { object: { sha: commit, type: 'commit' } } });
  expect(await create(next)).toMatchObject({ status: 422, body: { message: 'Reference already exists' } });
  expect(await create('f'.repeat(40))).toMatchObject({ status: 422, body: { message: 'Object does not exist' } });
  const move = (sha: string, force = false) => ask(github, 'PATCH', `${git}/refs/pawl/x/y`, { sha, force });
  expect((await move(next)).status).toBe(200);
  expect((await move(commit)).status).toBe(422);
  expect((await move(commit, true)).status).toBe(200);
  const found = await ask(github, 'GET', `${git}/matching-refs/pawl/x`);
  expect(found.body).toMatchObject([{ ref: 'refs/pawl/x/y' }]);
  expect((await ask(github, 'DELETE', `${git}/refs/pawl/x/y`)).status).toBe(204);
  expect((await ask(github, 'GET', `${git}/ref/pawl/x/y`)).status).toBe(404);
  expect(github.violations).toEqual([]);
});

test('updateRefs moves all refs or none, and only from where they were said to be', async () => {
  await using here = await place();
  const { github, remote, commit } = here;
  const tag = await post(github, 'tags', {
    tag: 'm#p#1',
    message: 'go',
    object: commit,
    type: 'commit',
    tagger: person,
  });
  const { node_id: repositoryId } = (await ask(github, 'GET', '/repos/acme/flights')).body;
  const query = 'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';
  const move = async (...refUpdates: object[]) =>
    (await ask(github, 'POST', '/graphql', { query, variables: { input: { repositoryId, refUpdates } } })).body;
  const zero = '0'.repeat(40);
  const made = { name: 'refs/tags/m#p#1', beforeOid: zero, afterOid: tag };
  expect(await move(made, { name: 'refs/pawl/g', beforeOid: commit, afterOid: tag })).toMatchObject({ errors: [{}] });
  expect(await remote.git('for-each-ref', 'refs/tags', 'refs/pawl')).toBe('');
  expect(await move(made, { name: 'refs/pawl/g', beforeOid: zero, afterOid: tag })).not.toHaveProperty('errors');
  expect(await move(made)).toMatchObject({ errors: [{ type: 'UNPROCESSABLE' }] });
  expect(await remote.git('for-each-ref', '--format=%(refname) %(objecttype)', 'refs/tags', 'refs/pawl')).toBe(
    'refs/pawl/g tag\nrefs/tags/m#p#1 tag',
  );
  expect(github.violations).toEqual([]);
  await ask(github, 'POST', '/graphql', { query, variables: { input: { repositoryId, refUpdates: [{ ref: 'x' }] } } });
  expect(github.violations).toHaveLength(1);
});

test('an answer that did not change is 304 without a body, and a long tree is cut off and says so', async () => {
  await using here = await place({ git: { path: '', environment: {}, mostTreeEntries: 0 } });
  const { github, commit } = here;
  const address = `${github.url}${git}/matching-refs/heads`;
  const headers = { authorization: `Bearer ${github.token}` };
  const first = await fetch(address, { headers });
  const again = await fetch(address, { headers: { ...headers, 'if-none-match': first.headers.get('etag') ?? '' } });
  expect([first.status, again.status, await again.text()]).toEqual([200, 304, '']);
  const tree = await ask(github, 'GET', `${git}/trees/${commit}?recursive=1`);
  expect(tree.body).toMatchObject({ truncated: true, tree: [] });
  expect(github.violations).toEqual([]);
});

test('an empty repository answers 409, and a token that may only read cannot write', async () => {
  await using remote = await bareRemote();
  await using empty = await startLoopbackGitHub({ git: remote });
  expect(await ask(empty, 'GET', `${git}/matching-refs/heads`)).toMatchObject({ status: 409 });
  await using here = await place({ permissions: { contents: 'read' } });
  expect((await ask(here.github, 'GET', `${git}/commits/${here.commit}`)).status).toBe(200);
  expect((await ask(here.github, 'POST', `${git}/blobs`, { content: 'x' })).status).toBe(403);
});
