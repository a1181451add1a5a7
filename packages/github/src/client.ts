// GitHub's REST API through octokit, loaded when the first request is made. Requests that GitHub asks to repeat are
// repeated; what it refuses comes back as a value, since a refused comment must never change a verdict.
import type { getOctokit } from '@actions/github';

export type Octokit = ReturnType<typeof getOctokit>;

export interface ClientOptions {
  readonly token: string;
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** Replaces the platform's own `fetch`; octokit then knows nothing of proxies. */
  readonly fetch?: typeof globalThis.fetch;
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

export interface Client {
  /** @returns what the call returns, or GitHub's refusal of it */
  call<T>(request: (octokit: Octokit) => Promise<T>): Promise<T | Refusal>;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** GitHub said no, or could not be reached. */
export class Refusal {
  readonly status: number | undefined;
  readonly message: string;
  /** Which permission GitHub says would help: `issues=write; pull_requests=write`. */
  readonly accepts: string | undefined;

  constructor(status: number | undefined, message: string, accepts?: string) {
    this.status = status;
    this.message = message;
    this.accepts = accepts;
  }
}

const attempts = 4;

export function openClient(options: ClientOptions): Client {
  const sleep = options.sleep ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  let opened: Promise<Octokit> | undefined;
  const open = (): Promise<Octokit> => (opened ??= openOctokit(options));
  return {
    sleep,
    async call(request) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await request(await open());
        } catch (error) {
          const wait = attempt < attempts ? waitAfter(error, attempt) : undefined;
          if (wait === undefined) return refusalOf(error);
          await sleep(wait);
        }
      }
    },
  };
}

async function openOctokit(options: ClientOptions): Promise<Octokit> {
  const { getOctokit } = await import('@actions/github');
  return getOctokit(options.token, {
    baseUrl: options.apiUrl,
    userAgent: 'pawl',
    log: silent,
    ...(options.fetch !== undefined && { request: { fetch: options.fetch } }),
  });
}

// Octokit writes deprecations and failures to the console, where they would end up in the job's log.
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface HttpError {
  readonly status?: number;
  readonly message: string;
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

const isHttpError = (error: unknown): error is HttpError => error instanceof Error;

/** Milliseconds to wait before trying again, or undefined when trying again is of no use. */
function waitAfter(error: unknown, attempt: number): number | undefined {
  if (!isHttpError(error)) return undefined;
  const headers = error.response?.headers ?? {};
  const asked = Number(headers['retry-after']);
  const limited = error.status === 429 || (error.status === 403 && /rate limit/i.test(error.message));
  if (limited) return Number.isFinite(asked) ? Math.min(asked, 60) * 1000 : 5000 * attempt;
  // Octokit says 500 for a connection that broke before an answer came.
  return error.status === undefined || error.status >= 500 ? 300 * 2 ** attempt : undefined;
}

function refusalOf(error: unknown): Refusal {
  if (!isHttpError(error)) return new Refusal(undefined, String(error));
  const accepts = error.response?.headers?.['x-accepted-github-permissions'];
  return new Refusal(
    error.status,
    error.message.split('\n')[0] ?? '',
    accepts === undefined ? undefined : String(accepts),
  );
}
