// Objects as GitHub writes them, complete enough for GitHub's own response schemas.
import type { JsonObject } from './contract.ts';

export interface Actor {
  readonly login: string;
  /** An installation is what `GITHUB_TOKEN` and GitHub Apps are; a user is a person's token. */
  readonly kind: 'installation' | 'user';
}

/** Addresses of one repository on the loopback server. */
export interface Place {
  readonly url: string;
  readonly owner: string;
  readonly name: string;
}

export interface ChangedFile {
  readonly filename: string;
  readonly status?: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged';
  readonly additions?: number;
  readonly deletions?: number;
  readonly patch?: string;
  readonly previousFilename?: string;
}

export interface PullRequestSeed {
  readonly number: number;
  readonly title?: string;
  readonly body?: string;
  readonly author?: string;
  readonly state?: 'open' | 'closed';
  readonly merged?: boolean;
  readonly draft?: boolean;
  readonly head: {
    readonly ref: string;
    readonly sha: string;
    /** `owner/name` of a fork. */ readonly repository?: string;
  };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly files?: readonly ChangedFile[];
}

export const apiOf = (place: Place): string => `${place.url}/repos/${place.owner}/${place.name}`;
export const pageOf = (place: Place): string => `${place.url}/${place.owner}/${place.name}`;
/** GitHub's node ids are opaque; a client that parses one is wrong. */
export const nodeId = (kind: string, id: number | string): string =>
  `${kind}_${Buffer.from(String(id)).toString('base64url')}`;

// The same login has the same id in every answer, as a client may compare either.
function idOf(text: string): number {
  let hash = 7;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 90_000_000;
  return hash + 1;
}

export function userObject(url: string, login: string): JsonObject {
  const api = `${url}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: idOf(login),
    node_id: nodeId('U', login),
    avatar_url: `${url}/avatars/${idOf(login)}`,
    gravatar_id: '',
    url: api,
    html_url: `${url}/${encodeURIComponent(login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  };
}

export function viewerObject(url: string, login: string, time: string): JsonObject {
  const texts = { bio: null, blog: null, company: null, email: null, hireable: null, location: null, name: login };
  return {
    ...userObject(url, login),
    ...texts,
    followers: 0,
    following: 0,
    public_gists: 0,
    public_repos: 1,
    created_at: time,
    updated_at: time,
  };
}

const REPOSITORY_LINKS = (
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks ' +
  'git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls ' +
  'releases stargazers statuses subscribers subscription tags teams trees'
).split(' ');

/** What every repository here has alike, and no client of ours reads. */
const QUIET_REPOSITORY: JsonObject = {
  archived: false,
  disabled: false,
  forks: 0,
  forks_count: 0,
  has_discussions: false,
  has_downloads: false,
  has_issues: true,
  has_pages: false,
  has_projects: false,
  has_wiki: false,
  homepage: null,
  language: null,
  license: null,
  mirror_url: null,
  network_count: 0,
  open_issues: 0,
  open_issues_count: 0,
  size: 1,
  stargazers_count: 0,
  subscribers_count: 0,
  watchers: 0,
  watchers_count: 0,
};

export function repositoryObject(place: Place, defaultBranch: string, time: string, fork = false): JsonObject {
  const full = `${place.owner}/${place.name}`;
  const links = Object.fromEntries(
    REPOSITORY_LINKS.map((link) => [`${link}_url`, `${apiOf(place)}/${link.replace('_', '/')}`]),
  );
  return {
    ...links,
    id: idOf(full),
    node_id: nodeId('R', full),
    name: place.name,
    full_name: full,
    owner: userObject(place.url, place.owner),
    private: false,
    html_url: pageOf(place),
    description: null,
    fork,
    url: apiOf(place),
    clone_url: `${pageOf(place)}.git`,
    git_url: `${pageOf(place)}.git`,
    ssh_url: `git@localhost:${full}.git`,
    svn_url: pageOf(place),
    default_branch: defaultBranch,
    ...QUIET_REPOSITORY,
    created_at: time,
    pushed_at: time,
    updated_at: time,
  };
}
