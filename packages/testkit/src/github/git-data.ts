// Blobs, commits and tags of the Git Data API, kept in a real bare repository.
import type { JsonObject } from './contract.ts';
import type { StoredObject } from './git-objects.ts';
import { isEmpty, refHandlers } from './git-refs.ts';
import { createTree, getTree } from './git-trees.ts';
import { apiOf, nodeId, pageOf } from './objects.ts';
import { failure, notFound, ok, textOf, type Handler, type State } from './state.ts';

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
const isSha = (text: string): boolean => /^[0-9a-f]{40}$/u.test(text);

const createBlob: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const encoding = textOf(call.body['encoding']) ?? 'utf-8';
  const content = Buffer.from(String(call.body['content']), encoding === 'base64' ? 'base64' : 'utf8');
  const sha = await objects.write('blob', content);
  return ok({ sha, url: `${apiOf(state.place)}/git/blobs/${sha}` }, 201);
};

const getBlob: Handler = async (state, call) => {
  const sha = String(call.path['file_sha']);
  if (!isSha(sha)) return failure(422, 'The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  const object = await state.git?.objects.read(sha);
  if (object?.type !== 'blob') return notFound();
  // GitHub breaks the lines of base64.
  const content = object.content.toString('base64').replace(/.{60}/gu, '$&\n');
  const url = `${apiOf(state.place)}/git/blobs/${sha}`;
  return ok({
    sha,
    node_id: nodeId('B', sha),
    size: object.content.length,
    url,
    content: `${content}\n`,
    encoding: 'base64',
  });
};

interface Person {
  readonly name?: string;
  readonly email?: string;
  readonly date?: string;
}

/** A person as a line of a commit: seconds, in UTC. */
const line = (
  state: State,
  { name = state.actor.login, email = 'noreply@github.com', date = state.now() }: Person,
): string => `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;

const createCommit: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const {
    message,
    tree,
    parents = [],
    author = {},
    committer = author,
  } = call.body as {
    readonly message: string;
    readonly tree: string;
    readonly parents?: readonly string[];
    readonly author?: Person;
    readonly committer?: Person;
  };
  if ((await objects.read(tree))?.type !== 'tree') return failure(422, 'Tree SHA does not exist');
  for (const parent of parents)
    if ((await objects.read(parent))?.type !== 'commit')
      return failure(422, 'Parent SHA does not exist or is not a commit object');
  const head = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${line(state, author)}`,
    `committer ${line(state, committer)}`,
  ];
  const sha = await objects.write('commit', Buffer.from(`${head.join('\n')}\n\n${message}`));
  return ok(commitObject(state, sha, (await objects.read(sha)) as StoredObject), 201);
};

const getCommit: Handler = async (state, call) => {
  const sha = String(call.path['commit_sha']);
  const object = await state.git?.objects.read(sha);
  return object?.type === 'commit' ? ok(commitObject(state, sha, object)) : notFound();
};

function commitObject(state: State, sha: string, { content }: StoredObject): JsonObject {
  const [head = '', message] = parted(content);
  const api = apiOf(state.place);
  const tree = /^tree (\w+)/u.exec(head)?.[1] ?? '';
  return {
    sha,
    node_id: nodeId('C', sha),
    url: `${api}/git/commits/${sha}`,
    html_url: `${pageOf(state.place)}/commit/${sha}`,
    author: personOf(head, 'author'),
    committer: personOf(head, 'committer'),
    tree: { sha: tree, url: `${api}/git/trees/${tree}` },
    message,
    parents: [...head.matchAll(/^parent (\w+)$/gmu)].map(([, parent = '']) => ({
      sha: parent,
      url: `${api}/git/commits/${parent}`,
      html_url: `${pageOf(state.place)}/commit/${parent}`,
    })),
    verification: unsigned,
  };
}

const createTag: Handler = async (state, call) => {
  const { objects } = state.git ?? {};
  if (objects === undefined) return notFound();
  const {
    tag,
    message,
    object,
    type,
    tagger = {},
  } = call.body as {
    readonly tag: string;
    readonly message: string;
    readonly object: string;
    readonly type: string;
    readonly tagger?: Person;
  };
  if ((await objects.read(object))?.type !== type)
    return failure(422, `Sorry, the object ${object} does not exist or is no ${type}`);
  const text = `object ${object}\ntype ${type}\ntag ${tag}\ntagger ${line(state, tagger)}\n\n${message}`;
  const sha = await objects.write('tag', Buffer.from(text.endsWith('\n') ? text : `${text}\n`));
  return ok(tagObject(state, sha, (await objects.read(sha)) as StoredObject), 201);
};

const getTag: Handler = async (state, call) => {
  const sha = String(call.path['tag_sha']);
  const object = await state.git?.objects.read(sha);
  return object?.type === 'tag' ? ok(tagObject(state, sha, object)) : notFound();
};

export function tagObject(state: State, sha: string, { content }: StoredObject): JsonObject {
  const [head = '', message] = parted(content);
  const field = (name: string): string => new RegExp(`^${name} (.+)$`, 'mu').exec(head)?.[1] ?? '';
  const api = apiOf(state.place);
  return {
    node_id: nodeId('TA', sha),
    tag: field('tag'),
    sha,
    url: `${api}/git/tags/${sha}`,
    message,
    tagger: personOf(head, 'tagger'),
    object: { sha: field('object'), type: field('type'), url: `${api}/git/${field('type')}s/${field('object')}` },
    verification: unsigned,
  };
}

function parted(content: Buffer): readonly [string, string] {
  const text = content.toString('utf8');
  const end = text.indexOf('\n\n');
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 2)];
}

function personOf(head: string, role: string): JsonObject {
  const [, name = '', email = '', seconds = '0'] = new RegExp(`^${role} (.*?) ?<(.*)> (\\d+)`, 'mu').exec(head) ?? [];
  return { name, email, date: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z') };
}

/** GitHub refuses everything about Git's objects until there is a first ref. */
const unlessEmpty =
  (handler: Handler): Handler =>
  async (state, call) => {
    const { git } = state;
    if (git === undefined) return notFound();
    git.begun ||= !(await isEmpty(git.objects));
    return git.begun ? handler(state, call) : failure(409, 'Git Repository is empty.');
  };

const handlers: Readonly<Record<string, Handler>> = {
  ...refHandlers,
  'git/create-blob': createBlob,
  'git/create-commit': createCommit,
  'git/create-tag': createTag,
  'git/create-tree': createTree,
  'git/get-blob': getBlob,
  'git/get-commit': getCommit,
  'git/get-tag': getTag,
  'git/get-tree': getTree,
};

export const gitHandlers: Readonly<Record<string, Handler>> = Object.fromEntries(
  Object.entries(handlers).map(([operation, handler]) => [operation, unlessEmpty(handler)]),
);
