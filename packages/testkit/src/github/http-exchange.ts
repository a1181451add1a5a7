// Requests and answers as they go over the wire: bodies, rate-limit headers, conditional requests.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './state.ts';

/** GitHub's conditional requests: an answer that did not change has no body, and does not count. */
export function unlessUnchanged(method: string, answer: Answer, known: string | undefined): Answer {
  if (method !== 'GET' || answer.status !== 200) return answer;
  const etag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`;
  const headers = { ...answer.headers, etag };
  return known === etag ? { status: 304, headers } : { ...answer, headers };
}

export const INVALID = Symbol('not JSON');

export function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return INVALID;
  }
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

export function send(response: ServerResponse, { status, body, headers }: Answer, count: number): void {
  // Never exhausted: clients that wait for the reset would wait for ever.
  const limits = {
    limit: '5000',
    remaining: String(Math.max(1, 5000 - count)),
    used: String(count),
    reset: '4102444800',
    resource: 'core',
  };
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...Object.fromEntries(Object.entries(limits).map(([name, value]) => [`x-ratelimit-${name}`, value])),
    'x-github-request-id': `L00P:${count}`,
    ...headers,
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
