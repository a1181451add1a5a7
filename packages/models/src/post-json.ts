// JSON in, JSON out, for assertions that ask a service: webhooks and guardrails.
import { openHttp } from '@pawl/wire';
import { parsedJson } from './json-member.ts';

export interface PostOptions {
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
}

/**
 * Sends once; any status is an answer. The body is its JSON, else its text.
 * @throws HttpError when nobody answers, in time and in size, or the address is none that may be asked
 */
export function postJson({ timeoutMs = 15_000, maximumBytes = 4_000_000 }: PostOptions = {}) {
  return async (url: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }> => {
    const opened = await openHttp(
      {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
      },
      { timeoutMs, maximumBytes },
    );
    const text = await opened.text();
    return { status: opened.status, body: parsedJson(text) ?? text };
  };
}
