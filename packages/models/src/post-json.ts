// JSON in, JSON out, for assertions that ask a service: webhooks and guardrails.
import { HttpError, openHttp } from '@pawl/wire';
import { parsedJson } from './json-member.ts';

export interface PostOptions {
  readonly timeoutMs?: number;
  readonly maximumBytes?: number;
}

/** Addresses that give a machine's own credentials to whoever asks: no assertion has business there. */
const metadataHosts = new Set(['169.254.169.254', '[fd00:ec2::254]', 'metadata.google.internal', '100.100.100.200']);

/**
 * Sends once; any status is an answer. The body is its JSON, else its text.
 * @throws HttpError when nobody answers, in time and in size, or the address is none that may be asked
 */
export function postJson({ timeoutMs = 15_000, maximumBytes = 4_000_000 }: PostOptions = {}) {
  return async (url: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }> => {
    const host = URL.parse(url)?.hostname ?? '';
    if (metadataHosts.has(host.toLowerCase())) throw new HttpError('url', `${host} is never asked`);
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
