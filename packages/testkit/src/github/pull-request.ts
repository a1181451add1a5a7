// A pull request as GitHub writes it, from the few facts a test states.
import type { JsonObject } from './contract.ts';
import { apiOf, nodeId, pageOf, repositoryObject, userObject } from './objects.ts';
import type { ChangedFile, Place, PullRequestSeed } from './objects.ts';
import type { State } from './state.ts';

/** A pull request nobody has assigned, labelled or reviewed. */
const UNTOUCHED: JsonObject = {
  assignee: null,
  assignees: [],
  author_association: 'CONTRIBUTOR',
  auto_merge: null,
  commits: 1,
  labels: [],
  maintainer_can_modify: false,
  merge_commit_sha: null,
  mergeable: true,
  mergeable_state: 'clean',
  merged_by: null,
  milestone: null,
  rebaseable: true,
  requested_reviewers: [],
  requested_teams: [],
  review_comments: 0,
};

export function pullRequestObject(state: State, seed: PullRequestSeed, comments: number): JsonObject {
  const { place, defaultBranch, startedAt: time } = state;
  const api = `${apiOf(place)}/pulls/${seed.number}`;
  const issue = `${apiOf(place)}/issues/${seed.number}`;
  const page = `${pageOf(place)}/pull/${seed.number}`;
  const files = seed.files ?? [];
  const total = (pick: (file: ChangedFile) => number | undefined): number =>
    files.reduce((sum, file) => sum + (pick(file) ?? 0), 0);
  const [headOwner = place.owner, headName = place.name] = seed.head.repository?.split('/') ?? [];
  const isFork = headOwner !== place.owner || headName !== place.name;
  const side = (where: Place, ref: string, sha: string, fork: boolean): JsonObject => ({
    label: `${where.owner}:${ref}`,
    ref,
    sha,
    user: userObject(where.url, where.owner),
    repo: repositoryObject(where, defaultBranch, time, fork),
  });
  const merged = seed.merged ?? false;
  return {
    url: api,
    id: 1_000_000 + seed.number,
    node_id: nodeId('PR', seed.number),
    number: seed.number,
    state: merged ? 'closed' : (seed.state ?? 'open'),
    title: seed.title ?? `Pull request ${seed.number}`,
    body: seed.body ?? null,
    draft: seed.draft ?? false,
    locked: false,
    user: userObject(place.url, seed.author ?? 'octocat'),
    head: side({ url: place.url, owner: headOwner, name: headName }, seed.head.ref, seed.head.sha, isFork),
    base: side(place, seed.base.ref, seed.base.sha, false),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    comments_url: `${issue}/comments`,
    commits_url: `${api}/commits`,
    review_comments_url: `${api}/comments`,
    review_comment_url: `${apiOf(place)}/pulls/comments{/number}`,
    statuses_url: `${apiOf(place)}/statuses/${seed.head.sha}`,
    _links: linksOf(api, page, issue, `${apiOf(place)}/statuses/${seed.head.sha}`),
    ...UNTOUCHED,
    merged,
    merged_at: merged ? time : null,
    closed_at: merged || seed.state === 'closed' ? time : null,
    additions: total((file) => file.additions),
    deletions: total((file) => file.deletions),
    changed_files: files.length,
    comments,
    created_at: time,
    updated_at: time,
  };
}

function linksOf(api: string, page: string, issue: string, statuses: string): JsonObject {
  return {
    self: { href: api },
    html: { href: page },
    issue: { href: issue },
    comments: { href: `${issue}/comments` },
    review_comments: { href: `${api}/comments` },
    review_comment: { href: `${api}/comments{/number}` },
    commits: { href: `${api}/commits` },
    statuses: { href: statuses },
  };
}
