// Langfuse's public API: one request, its keys from the environment, its errors in words.
import { HttpError, sendHttp } from '@pawl/wire';
import { ExchangeError } from '../exchange-error.ts';
import { textAt } from '../shape.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LangfuseClient {
  /** Without keys; for messages. */
  readonly url: string;
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  send(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<unknown>;
}

/** The server's own refusal. */
export class LangfuseRefusal extends ExchangeError {
  readonly status: number;

  constructor(status: number, message: string, hint?: string) {
    super('LANGFUSE_REFUSED', message, hint);
    this.status = status;
  }
}

/** `langfuse:https://HOST`, or `langfuse` with LANGFUSE_HOST or LANGFUSE_BASE_URL set. @throws ExchangeError */
export function parseLangfuseAddress(text: string, environment: Environment): string {
  const named = environment['LANGFUSE_HOST'] || environment['LANGFUSE_BASE_URL'] || '';
  const address = text.replace(/^langfuse:?/, '') || named;
  if (/^https?:\/\//.test(address)) return address;
  throw new ExchangeError(
    'LANGFUSE_URL',
    address === '' ? 'No Langfuse server is named.' : `"${text}" names no Langfuse server.`,
    'Write langfuse:https://HOST, or langfuse with LANGFUSE_HOST set.',
  );
}

/** @throws ExchangeError when the address is none or holds a password, or the keys are missing */
export function langfuseClient(address: string, environment: Environment): LangfuseClient {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new ExchangeError(
      'LANGFUSE_URL',
      `"${address}" is no http or https address.`,
      'Write for example langfuse:http://127.0.0.1:3000.',
    );
  if (url.username !== '' || url.password !== '')
    throw new ExchangeError('LANGFUSE_URL', 'The address holds a name or a password.', keysHint);
  const { LANGFUSE_PUBLIC_KEY: publicKey = '', LANGFUSE_SECRET_KEY: secretKey = '' } = environment;
  if (publicKey === '' || secretKey === '')
    throw new ExchangeError('LANGFUSE_KEYS', 'The keys of a Langfuse project are not set.', keysHint);
  const root = `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  const basic = Buffer.from(`${publicKey}:${secretKey}`).toString('base64');
  const request = async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<unknown> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    try {
      const reply = await sendHttp(
        {
          method,
          url: `${root}/api/public/v2/${path}`,
          headers: {
            authorization: `Basic ${basic}`,
            accept: 'application/json',
            ...(text !== undefined && { 'content-type': 'application/json' }),
          },
          ...(text !== undefined && { body: text }),
        },
        // A version that was made and not heard of would be made twice.
        {
          timeoutMs: 60_000,
          retries: method === 'POST' ? 0 : 4,
          longestWaitMs: 20_000,
          maximumBytes: 64_000_000,
          secrets: [secretKey, basic],
        },
      );
      return readJson(reply.text, root);
    } catch (error) {
      throw error instanceof HttpError ? inWords(error, root) : error;
    }
  };
  return {
    url: root,
    get: (path, query = {}) => {
      const asked = new URLSearchParams(query).toString();
      return request('GET', asked === '' ? path : `${path}?${asked}`);
    },
    send: request,
  };
}

const keysHint = "Set LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY: a project's settings in Langfuse have them.";

function readJson(text: string, root: string): unknown {
  const value = parsed(text);
  if (value !== undefined) return value;
  throw new ExchangeError(
    'LANGFUSE_NO_SERVER',
    `${root} did not answer in JSON.`,
    'Is this the address of a Langfuse server?',
  );
}

function inWords(error: HttpError, root: string): ExchangeError {
  if (error.kind !== 'status')
    return new ExchangeError('LANGFUSE_UNREACHABLE', `${error.message}.`, `Is the Langfuse server at ${root} running?`);
  const status = error.status ?? 0;
  const said = textAt(parsed(error.body), 'message') ?? error.body.slice(0, 200);
  return new LangfuseRefusal(
    status,
    `Langfuse refused (${status}): ${said}`.trimEnd(),
    status === 401 ? keysHint : undefined,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
