// GitHub's REST API for one repository: conditional requests, pages, rate limits, and few requests at once.
import { setTimeout as delay } from 'node:timers/promises';
import { retryAfter } from '@pawl/wire';
import { RestFailure, type RestFailureDetails } from './rest-failure.ts';

export interface RestPlace {
  /** `owner/name` */
  readonly repository: string;
  /** Needs `contents: read`, and `contents: write` to add and to tag. */
  readonly token: string;
  /** `GITHUB_API_URL`: `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** Instead of Node's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

export interface GitHubApi {
  readonly repository: string;
  /** A path under the repository, such as `git/blobs/…`; empty: the repository itself. @throws RestFailure */
  get(path: string): Promise<unknown>;
  /** All pages; when GitHub says that nothing changed, the answer from before. @throws RestFailure */
  getAll(path: string): Promise<readonly unknown[]>;
  /** Only for what may be sent twice: a lost answer is asked for again. @throws RestFailure */
  post(path: string, body: object): Promise<unknown>;
  /** @returns GraphQL's `data`. @throws RestFailure also for errors that come with 200 */
  graphql(query: string, variables: object): Promise<unknown>;
  /** Answered requests so far, those that GitHub does not count among them. */
  readonly sent: { readonly counted: number; readonly unchanged: number };
}

interface Known {
  readonly etag: string;
  readonly items: readonly unknown[];
  readonly next: string | undefined;
}

/** GitHub turns away more than a hundred at once, and much earlier when they write. */
const atOnce = 8;
const attempts = 5;
/** A job waits this long for a limit to pass, and no longer: hours are not waited for. */
const longestWait = 90_000;
const patience = 60_000;

/** @throws RestFailure when the repository's name or the address cannot be one */
export function openGitHubApi(place: RestPlace): GitHubApi {
  const { repository, token, now = Date.now, sleep = delay } = place;
  const base = baseOf(place);
  const known = new Map<string, Known>();
  const sent = { counted: 0, unchanged: 0 };
  const take = turns(atOnce);
  const addressOf = (path: string): string => `${base}/repos/${repository}${path === '' ? '' : `/${path}`}`;

  const once = async (method: string, url: string, body: object | undefined): Promise<Response> => {
    const etag = known.get(url)?.etag;
    const response = await (place.fetch ?? fetch)(url, {
      method,
      // The token must not follow to another place.
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'pawl',
        'x-github-api-version': '2022-11-28',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method === 'GET' && etag !== undefined && { 'if-none-match': etag }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    sent[response.status === 304 ? 'unchanged' : 'counted'] += 1;
    return response;
  };

  const send = (method: string, url: string, body?: object): Promise<{ response: Response; text: string }> =>
    take(async () => {
      for (let attempt = 1; ; attempt++) {
        let failure: RestFailureDetails;
        let wait = Math.min(8000, 250 * 2 ** attempt) * (0.5 + Math.random() / 2);
        try {
          const response = await once(method, url, body);
          const text = await response.text();
          if (response.ok || response.status === 304) return { response, text };
          failure = failureOf(response, text, now());
          if (failure.kind === 'limit') wait = Math.max(wait, (failure.until ?? now() + 60_000) - now());
        } catch (error) {
          failure = { kind: 'unreachable', said: `${new URL(url).host} does not answer: ${reasonOf(error)}` };
        }
        const again = failure.kind === 'limit' || failure.kind === 'unreachable';
        if (!again || attempt === attempts || wait > longestWait) throw new RestFailure(failure, token);
        await sleep(wait);
      }
    });

  const read = ({ text }: { readonly text: string }): unknown => {
    try {
      return text === '' ? undefined : JSON.parse(text);
    } catch {
      throw new RestFailure({
        kind: 'unreachable',
        said: `${new URL(base).host} answered with something that is no JSON`,
      });
    }
  };

  const page = async (url: string): Promise<Known> => {
    const answer = await send('GET', url);
    const before = known.get(url);
    if (answer.response.status === 304 && before !== undefined) return before;
    const items = read(answer);
    const next = /<([^>]+)>;\s*rel="next"/.exec(answer.response.headers.get('link') ?? '')?.[1];
    const etag = answer.response.headers.get('etag') ?? '';
    const found = {
      etag,
      items: Array.isArray(items) ? items : [],
      next: next?.startsWith(base) === true ? next : undefined,
    };
    if (etag === '') known.delete(url);
    else known.set(url, found);
    return found;
  };

  return {
    repository,
    sent,
    get: async (path) => read(await send('GET', addressOf(path))),
    getAll: async (path) => {
      const items: unknown[] = [];
      let url: string | undefined = addressOf(path);
      while (url !== undefined) {
        const found: Known = await page(url);
        items.push(...found.items);
        url = found.next;
      }
      return items;
    },
    post: async (path, body) => read(await send('POST', addressOf(path), body)),
    graphql: async (query, variables) => {
      const url = `${base.replace(/\/v3$/, '')}/graphql`;
      const answer = read(await send('POST', url, { query, variables })) as GraphQlAnswer;
      const [error] = answer?.errors ?? [];
      if (error === undefined) return answer?.data;
      const denied = error.type === 'FORBIDDEN' || error.type === 'INSUFFICIENT_SCOPES';
      const said = error.message ?? 'GraphQL answered with an error';
      throw new RestFailure({ kind: denied ? 'denied' : 'refused', said, ...(denied && { status: 403 }) }, token);
    },
  };
}

interface GraphQlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly type?: string; readonly message?: string }[];
}

function baseOf({ repository, apiUrl }: RestPlace): string {
  const url = URL.parse(apiUrl);
  if (!/^[A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+$/.test(repository) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(repository))
    throw new RestFailure({ kind: 'missing', said: `"${repository}" is no owner/name` });
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new RestFailure({ kind: 'unreachable', said: `"${apiUrl}" is no http or https URL` });
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function failureOf(response: Response, text: string, now: number): RestFailureDetails {
  const { status, headers } = response;
  const said = saidIn(text) ?? `GitHub answered ${status}`;
  const until = limitedUntil(response, said, now);
  const accepted = headers.get('x-accepted-github-permissions');
  const details = { status, said, ...(accepted !== null && { accepted }) };
  if (until !== undefined) return { ...details, kind: 'limit', until };
  if (status === 401 || status === 403) return { ...details, kind: 'denied' };
  if (status === 404) return { ...details, kind: 'missing' };
  if (status === 409 && /empty/i.test(said)) return { ...details, kind: 'empty' };
  if (status >= 500 || status === 408) return { ...details, kind: 'unreachable' };
  if (status >= 300 && status < 400)
    return { ...details, kind: 'missing', said: 'The repository was renamed or moved: give its new name' };
  return { ...details, kind: 'refused' };
}

/** Primary and secondary limits: 429, or 403 with one of three signs. @returns milliseconds since 1970 */
function limitedUntil({ status, headers }: Response, said: string, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const wait = retryAfter(headers, now);
  if (wait !== undefined) return now + wait;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN) * 1000;
  if (headers.get('x-ratelimit-remaining') === '0' && Number.isFinite(reset)) return reset;
  return status === 429 || /secondary rate limit|abuse detection/i.test(said) ? now + 60_000 : undefined;
}

function saidIn(text: string): string | undefined {
  try {
    const { message, errors } = JSON.parse(text) as { message?: unknown; errors?: readonly { message?: unknown }[] };
    const more = Array.isArray(errors)
      ? errors.flatMap((error) => (typeof error?.message === 'string' ? [error.message] : []))
      : [];
    return typeof message === 'string' ? [message, ...more].join(': ').slice(0, 300) : undefined;
  } catch {
    return undefined;
  }
}

/** fetch says "fetch failed"; why is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** Lets so many works go on at once; the others wait in line. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
