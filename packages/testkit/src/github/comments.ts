// Issue comments: the sticky comment lives here, so order, paging and limits are GitHub's.
import type { JsonObject } from './contract.ts';
import { apiOf, nodeId, pageOf, userObject } from './objects.ts';
import { notFound, numberOf, ok, paginate, textOf, unprocessable } from './state.ts';
import type { Answer, Call, Comment, Handler, State } from './state.ts';

/** Counted in Unicode code points, as GitHub's database does. */
const LONGEST_BODY = 65_536;

export function addComment(state: State, issue: number, login: string, body: string): Comment {
  const time = state.now();
  const comment: Comment = { id: state.nextId(), issue, login, body, createdAt: time, updatedAt: time };
  state.comments.set(comment.id, comment);
  return comment;
}

function commentObject(state: State, comment: Comment): JsonObject {
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url: `${apiOf(state.place)}/issues/comments/${comment.id}`,
    html_url: `${pageOf(state.place)}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${apiOf(state.place)}/issues/${comment.issue}`,
    user: userObject(state.place.url, comment.login),
    author_association: comment.login === state.place.owner ? 'OWNER' : 'CONTRIBUTOR',
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  };
}

function refusedBody(body: string): Answer | undefined {
  if (body.trim() === '') return unprocessable('IssueComment', 'data', 'Body cannot be blank');
  // The cheap test first: code points are never more than UTF-16 units.
  if (body.length <= LONGEST_BODY || Array.from(body).length <= LONGEST_BODY) return undefined;
  return unprocessable('IssueComment', 'data', `Body is too long (maximum is ${LONGEST_BODY} characters)`);
}

const knownIssue = (state: State, call: Call): boolean => state.issues.has(numberOf(call.path['issue_number']));
const addressed = (state: State, call: Call): Comment | undefined =>
  state.comments.get(numberOf(call.path['comment_id']));

const list: Handler = (state, call) => {
  if (!knownIssue(state, call)) return notFound();
  const since = textOf(call.query['since']) ?? '';
  const all = [...state.comments.values()]
    .filter(
      (comment) =>
        comment.issue === call.path['issue_number'] && Date.parse(comment.updatedAt) >= (Date.parse(since) || 0),
    )
    .sort((a, b) => a.id - b.id);
  const { items, headers } = paginate(call, all);
  return { ...ok(items.map((comment) => commentObject(state, comment))), headers };
};

const create: Handler = (state, call) => {
  if (!knownIssue(state, call)) return notFound();
  const body = String(call.body['body']);
  const comment = (): Comment => addComment(state, numberOf(call.path['issue_number']), state.actor.login, body);
  return refusedBody(body) ?? ok(commentObject(state, comment()), 201);
};

const update: Handler = (state, call) => {
  const comment = addressed(state, call);
  if (comment === undefined) return notFound();
  const body = String(call.body['body']);
  const refused = refusedBody(body);
  if (refused !== undefined) return refused;
  comment.body = body;
  comment.updatedAt = state.now();
  return ok(commentObject(state, comment));
};

const get: Handler = (state, call) => {
  const comment = addressed(state, call);
  return comment === undefined ? notFound() : ok(commentObject(state, comment));
};

const remove: Handler = (state, call) => {
  const comment = addressed(state, call);
  if (comment === undefined) return notFound();
  state.comments.delete(comment.id);
  return { status: 204 };
};

export const commentHandlers: Readonly<Record<string, Handler>> = {
  'issues/list-comments': list,
  'issues/create-comment': create,
  'issues/update-comment': update,
  'issues/get-comment': get,
  'issues/delete-comment': remove,
};
