// What the loopback GitHub remembers, and what all its operations share.
import type { JsonObject } from './contract.ts';
import type { GitObjects } from './git-objects.ts';
import type { Actor, Place, PullRequestSeed } from './objects.ts';

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly login: string;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly headSha: string;
  name: string;
  status: string;
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  detailsUrl: string | null;
  externalId: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  readonly annotations: JsonObject[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly createdAt: string;
  readonly body: JsonObject;
}

export interface Deployment {
  readonly id: number;
  readonly ref: string;
  readonly sha: string;
  readonly createdAt: string;
  readonly body: JsonObject;
  readonly statuses: DeploymentStatus[];
}

/** A real repository behind the Git Data API. */
export interface GitState {
  readonly objects: GitObjects;
  /** There is a first ref: until then GitHub refuses everything. */
  begun: boolean;
  readonly mostTreeEntries?: number;
  /** A rule of the repository: why a ref may not be written. */
  readonly refuses?: (ref: string) => string | undefined;
}

export interface State {
  readonly git?: GitState;
  readonly place: Place;
  readonly actor: Actor;
  readonly defaultBranch: string;
  readonly startedAt: string;
  readonly now: () => string;
  readonly nextId: () => number;
  readonly issues: ReadonlySet<number>;
  readonly branches: ReadonlyMap<string, string>;
  readonly pullRequests: readonly PullRequestSeed[];
  readonly comments: Map<number, Comment>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly deployments: Map<number, Deployment>;
}

/** One request that has passed the contract. */
export interface Call {
  readonly operation: string;
  readonly url: URL;
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: JsonObject;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (state: State, call: Call) => Answer | Promise<Answer>;

const DOCUMENTATION = 'https://docs.github.com/rest';

export const ok = (body: unknown, status = 200): Answer => ({ status, body });

export function failure(status: number, message: string, errors?: readonly JsonObject[]): Answer {
  const body = { message, documentation_url: DOCUMENTATION, status: String(status) };
  return { status, body: errors === undefined ? body : { ...body, errors } };
}

export const notFound = (): Answer => failure(404, 'Not Found');

export function unprocessable(resource: string, field: string, message: string): Answer {
  return failure(422, 'Validation Failed', [{ resource, code: 'unprocessable', field, message }]);
}

export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/** GitHub's paging: 30 a page, never more than 100, and a Link header only when there is more than one page. */
export function paginate<T>(call: Call, all: readonly T[]): Page<T> {
  const asked = numberOf(call.query['per_page'] ?? 30);
  const perPage = Math.min(100, asked > 0 ? asked : 30);
  const page = Math.max(1, numberOf(call.query['page'] ?? 1));
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const items = all.slice((page - 1) * perPage, page * perPage);
  const link = (target: number, rel: string): string => {
    const url = new URL(call.url);
    url.searchParams.set('page', String(target));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  return { items, headers: links.length > 0 ? { link: links.join(', ') } : {} };
}

/** What a branch, a pull request's head or a commit id points at. */
export function resolveRef(state: State, ref: string): string | undefined {
  if (/^[0-9a-f]{40}$/u.test(ref)) return ref;
  const name = ref.replace(/^(refs\/)?heads\//u, '');
  const pull = state.pullRequests.find((seed) => seed.head.ref === name && seed.head.repository === undefined);
  return (
    state.branches.get(name) ?? pull?.head.sha ?? state.pullRequests.find((seed) => seed.base.ref === name)?.base.sha
  );
}
