// One pull request, and a client that knows nothing of GitHub.
import type { LoopbackGitHub } from '../src/github/loopback-github.ts';

export const SHA = 'a'.repeat(40);
export const BASE = 'b'.repeat(40);
export const pullRequests = [
  {
    number: 7,
    title: 'Tighten the prompt',
    head: { ref: 'tighten', sha: SHA },
    base: { ref: 'main', sha: BASE },
    files: [{ filename: 'prompts/mail triage.prompt.yml', additions: 3, deletions: 1, patch: '@@ -1 +1 @@' }],
  },
];
export const COMMENTS = '/repos/acme/flights/issues/7/comments';

// Answers are picked apart with matchers only, so a loose type is enough.
export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly length?: number };
  readonly headers: Headers;
}

export async function ask(
  github: LoopbackGitHub,
  method: string,
  path: string,
  body?: unknown,
  token = github.token,
): Promise<Reply> {
  const address = path.startsWith('http') ? path : `${github.url}${path}`;
  const response = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: (text === '' ? {} : JSON.parse(text)) as Reply['body'],
    headers: response.headers,
  };
}

export function nextOf(reply: Reply): string | undefined {
  return /<([^>]+)>; rel="next"/u.exec(reply.headers.get('link') ?? '')?.[1];
}
