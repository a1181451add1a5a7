// A GitHub REST server on the loopback interface, for tests and for the demo. It keeps state, and it holds every
// request and every answer against GitHub's own description: `violations` must be empty at the end of a test.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addComment, commentHandlers } from './comments.ts';
import { checkHandlers } from './checks.ts';
import { checkRequest, checkResponse, matchRoute } from './contract.ts';
import type { JsonObject } from './contract.ts';
import { gitHandlers } from './git-data.ts';
import { openGitObjects, type GitRepositoryPlace } from './git-objects.ts';
import { answerGraphQl } from './graphql.ts';
import { bodyOf, INVALID, parse, send, unlessUnchanged } from './http-exchange.ts';
import type { Actor, PullRequestSeed } from './objects.ts';
import { refusal } from './permissions.ts';
import type { Permissions } from './permissions.ts';
import { repositoryHandlers } from './repository.ts';
import { failure, notFound } from './state.ts';
import type { Answer, Call, CheckRun, Comment, Deployment, GitState, State } from './state.ts';

export interface LoopbackGitHubOptions {
  /** `owner/name`; the only repository there is. */
  readonly repository?: string;
  /** The one token that is accepted. */
  readonly token?: string;
  /** Whose token it is: `GITHUB_TOKEN` unless told otherwise. */
  readonly actor?: Actor;
  readonly permissions?: Permissions;
  readonly pullRequests?: readonly PullRequestSeed[];
  /** Numbers of plain issues that take comments. */
  readonly issues?: readonly number[];
  readonly branches?: Readonly<Record<string, string>>;
  readonly defaultBranch?: string;
  readonly comments?: readonly { readonly issue: number; readonly login: string; readonly body: string }[];
  readonly now?: () => Date;
  /** A bare repository with SHA-1 objects that answers for Git's objects and refs. */
  readonly git?: GitRepositoryPlace & Pick<GitState, 'mostTreeEntries' | 'refuses'>;
  /**
   * Answers for single operations: those kept by no state here (artifacts), or a failure on purpose.
   * `undefined` leaves the operation to the server.
   */
  readonly handlers?: Readonly<Record<string, (call: Call) => Answer | undefined>>;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly operation: string | undefined;
  readonly body: unknown;
  readonly status: number;
}

export interface Violation {
  /** `response` means the server, or a handler given to it, is wrong. */
  readonly kind: 'request' | 'response';
  readonly method: string;
  readonly path: string;
  readonly operation: string | undefined;
  readonly message: string;
}

export interface LoopbackGitHub extends AsyncDisposable {
  /** What `GITHUB_API_URL` is to be set to. */
  readonly url: string;
  readonly token: string;
  readonly requests: readonly RecordedRequest[];
  readonly violations: readonly Violation[];
  readonly comments: (issue?: number) => readonly Readonly<Comment>[];
  readonly checkRuns: () => readonly Readonly<CheckRun>[];
  readonly deployments: () => readonly Deployment[];
  /** A comment by somebody else, while the server runs. */
  readonly addComment: (issue: number, login: string, body: string) => Readonly<Comment>;
  readonly close: () => Promise<void>;
}

const GITHUB_TOKEN: Actor = { login: 'github-actions[bot]', kind: 'installation' };
const HANDLERS = { ...commentHandlers, ...checkHandlers, ...repositoryHandlers };

export async function startLoopbackGitHub(options: LoopbackGitHubOptions = {}): Promise<LoopbackGitHub> {
  const token = options.token ?? 'loopback-token';
  const requests: RecordedRequest[] = [];
  const violations: Violation[] = [];
  let state: State;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', state.place.url);
    const path = url.pathname;
    const match = matchRoute(method, path);
    const operation = 'operation' in match ? match.operation : undefined;
    const violate = (kind: Violation['kind'], problems: readonly string[]): void => {
      violations.push(...problems.map((message) => ({ kind, method, path, operation, message })));
    };
    const text = await bodyOf(request);
    const body = parse(text);

    async function answer(): Promise<Answer> {
      // GitHub turns such requests away before it looks at anything else.
      if (request.headers['user-agent'] === undefined) {
        violate('request', ['headers: user-agent is missing']);
        return failure(
          403,
          'Request forbidden by administrative rules. Please make sure your request has a User-Agent header',
        );
      }
      const given = /^(?:bearer|token) (.+)$/iu.exec(request.headers.authorization ?? '')?.[1];
      if (given !== token) return failure(401, given === undefined ? 'Requires authentication' : 'Bad credentials');
      if (`${method} ${path}` === 'POST /graphql' && state.git !== undefined) return graphql(body, violate);
      if (!('operation' in match)) {
        const others = match.otherMethods.join(', ');
        violate('request', [others === '' ? 'no such route in the cut' : `method is not allowed here, ${others} is`]);
        return notFound();
      }
      if (body === INVALID) {
        violate('request', ['body: is not JSON']);
        return failure(400, 'Problems parsing JSON');
      }
      const checked = checkRequest(match, url.searchParams, body);
      if (checked.problems.length > 0) {
        violate('request', checked.problems);
        return failure(422, `Invalid request.\n\n${checked.problems.join('\n')}`, []);
      }
      const full = `${String(match.pathValues['owner'])}/${String(match.pathValues['repo'])}`;
      const here = `${state.place.owner}/${state.place.name}`;
      if ('owner' in match.pathValues && full.toLowerCase() !== here.toLowerCase()) return notFound();
      const refused = refusal(options.permissions ?? 'write', match.operation, method);
      if (refused !== undefined) return refused;
      const call: Call = {
        operation: match.operation,
        url,
        path: match.pathValues,
        query: checked.query,
        body: (body ?? {}) as JsonObject,
      };
      const own = options.handlers?.[match.operation]?.(call);
      const handler = (state.git === undefined ? undefined : gitHandlers[match.operation]) ?? HANDLERS[match.operation];
      if (own !== undefined || handler !== undefined) return own ?? (await handler?.(state, call)) ?? notFound();
      violate('request', ['nothing is kept for this operation: give the server a handler for it']);
      return failure(501, 'Not Implemented');
    }

    let result = await answer();
    const wrong = operation === undefined ? [] : checkResponse(operation, result.status, result.body);
    if (wrong.length > 0) {
      violate('response', wrong);
      result = failure(500, `The loopback server answered what GitHub never would.\n\n${wrong.join('\n')}`);
    }
    const query = Object.fromEntries(url.searchParams);
    result = unlessUnchanged(method, result, request.headers['if-none-match']);
    requests.push({ method, path, query, operation, body: body === INVALID ? text : body, status: result.status });
    send(response, result, requests.length);
  }

  async function graphql(
    body: unknown,
    violate: (kind: Violation['kind'], problems: readonly string[]) => void,
  ): Promise<Answer> {
    const result = await answerGraphQl(state, options.permissions ?? 'write', body);
    if (typeof result !== 'string') return result;
    violate('request', [result]);
    return failure(400, result);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      violations.push({
        kind: 'response',
        method: request.method ?? '',
        path: request.url ?? '',
        operation: undefined,
        message: String(error),
      });
      send(response, failure(500, String(error)), requests.length);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state = initialState(url, options);
  for (const comment of options.comments ?? []) addComment(state, comment.issue, comment.login, comment.body);

  const close = async (): Promise<void> => {
    // Clients keep sockets alive, and an open socket would keep the server.
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return {
    url,
    token,
    requests,
    violations,
    close,
    comments: (issue) =>
      [...state.comments.values()].filter((comment) => issue === undefined || comment.issue === issue),
    checkRuns: () => [...state.checkRuns.values()],
    deployments: () => [...state.deployments.values()],
    addComment: (issue, login, body) => addComment(state, issue, login, body),
    [Symbol.asyncDispose]: close,
  };
}

function initialState(url: string, options: LoopbackGitHubOptions): State {
  const [owner = '', name = ''] = (options.repository ?? 'acme/flights').split('/');
  const pullRequests = options.pullRequests ?? [];
  // GitHub's times have no fractions of a second.
  const now = (): string => (options.now?.() ?? new Date()).toISOString().replace(/\.\d+Z$/u, 'Z');
  let lastId = 1000;
  return {
    place: { url, owner, name },
    ...(options.git !== undefined && { git: { ...options.git, objects: openGitObjects(options.git), begun: false } }),
    actor: options.actor ?? GITHUB_TOKEN,
    defaultBranch: options.defaultBranch ?? 'main',
    startedAt: now(),
    now,
    nextId: () => ++lastId,
    issues: new Set([
      ...pullRequests.map((seed) => seed.number),
      ...(options.issues ?? []),
      ...(options.comments ?? []).map(({ issue }) => issue),
    ]),
    branches: new Map(Object.entries(options.branches ?? {})),
    pullRequests,
    comments: new Map(),
    checkRuns: new Map(),
    deployments: new Map(),
  };
}
