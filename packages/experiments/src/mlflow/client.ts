// A tracking server's REST API: one request, its credentials from the environment, its errors in words.
import { HttpError, sendHttp } from '@pawl/wire';
import { ExchangeError } from '../exchange-error.ts';
import { textAt } from '../shape.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface MlflowClient {
  /** Without credentials; for messages and links. */
  readonly url: string;
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  post(path: string, body: unknown, method?: 'POST' | 'PATCH' | 'DELETE'): Promise<unknown>;
}

/** A server's own refusal, by its code: `RESOURCE_DOES_NOT_EXIST`. */
export class MlflowRefusal extends ExchangeError {
  readonly refusal: string;

  constructor(refusal: string, message: string, hint?: string) {
    super('MLFLOW_REFUSED', message, hint);
    this.refusal = refusal;
  }
}

/** @throws ExchangeError when the address is none, or holds a password */
export function mlflowClient(address: string, environment: Environment): MlflowClient {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new ExchangeError(
      'MLFLOW_URL',
      `"${address}" is no http or https address.`,
      'Write for example mlflow:http://127.0.0.1:5000.',
    );
  if (url.username !== '' || url.password !== '')
    throw new ExchangeError(
      'MLFLOW_URL',
      'The address holds a name or a password.',
      'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
    );
  const root = `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  const { header, secrets } = credentials(environment);
  const send = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    rest: { query?: string; body?: unknown },
  ): Promise<unknown> => {
    const text = rest.body === undefined ? undefined : JSON.stringify(rest.body);
    try {
      const reply = await sendHttp(
        {
          method,
          url: `${root}/api/2.0/mlflow/${path}${rest.query ?? ''}`,
          headers: {
            ...header,
            accept: 'application/json',
            ...(text !== undefined && { 'content-type': 'application/json' }),
          },
          ...(text !== undefined && { body: text }),
        },
        { timeoutMs: 60_000, retries: 4, longestWaitMs: 20_000, maximumBytes: 64_000_000, secrets },
      );
      return readJson(reply.text, root);
    } catch (error) {
      throw error instanceof HttpError ? inWords(error, root) : error;
    }
  };
  return {
    url: root,
    get: (path, query) => send('GET', path, { query: query === undefined ? '' : `?${new URLSearchParams(query)}` }),
    post: (path, body, method = 'POST') => send(method, path, { body }),
  };
}

function credentials(environment: Environment): {
  readonly header: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
} {
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user = '',
    MLFLOW_TRACKING_PASSWORD: password,
  } = environment;
  if (password !== undefined && password !== '') {
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    return { header: { authorization: `Basic ${basic}` }, secrets: [password, basic] };
  }
  return token === undefined || token === ''
    ? { header: {}, secrets: [] }
    : { header: { authorization: `Bearer ${token}` }, secrets: [token] };
}

function readJson(text: string, root: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ExchangeError(
      'MLFLOW_NO_SERVER',
      `${root} did not answer in JSON.`,
      'Is this the address of an MLflow tracking server?',
    );
  }
}

function inWords(error: HttpError, root: string): ExchangeError {
  if (error.kind !== 'status')
    return new ExchangeError('MLFLOW_UNREACHABLE', `${error.message}.`, `Is the MLflow server at ${root} running?`);
  const body = parsed(error.body);
  const refusal = textAt(body, 'error_code') ?? String(error.status);
  const said = textAt(body, 'message') ?? error.body.slice(0, 200);
  const hint =
    error.status === 401 || error.status === 403
      ? 'Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.'
      : undefined;
  return new MlflowRefusal(refusal, `MLflow refused (${error.status} ${refusal}): ${said}`.trimEnd(), hint);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
