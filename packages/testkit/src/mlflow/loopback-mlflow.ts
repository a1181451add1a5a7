// An MLflow tracking server's double on loopback. The contract beside the adapter holds for it and for the real server.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MlflowDoubleRefusal, mlflowRoutes, type Json } from './memory-mlflow.ts';

export interface LoopbackMlflow extends AsyncDisposable {
  readonly url: string;
  /** Every request's Authorization header. */
  readonly authorizations: readonly (string | undefined)[];
  /** While set, every request is answered with this status, and with its own Authorization header in the message. */
  refuse: number | undefined;
}

export async function startLoopbackMlflow(): Promise<LoopbackMlflow> {
  const routes = mlflowRoutes();
  const authorizations: (string | undefined)[] = [];
  const state: { refuse: number | undefined } = { refuse: undefined };
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      authorizations.push(request.headers.authorization);
      const url = new URL(request.url ?? '', 'http://loopback');
      const body = request.method === 'GET' ? Object.fromEntries(url.searchParams) : await bodyOf(request);
      const say = (status: number, value: unknown): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (state.refuse !== undefined)
        return say(state.refuse, {
          error_code: 'PERMISSION_DENIED',
          message: `no: ${request.headers.authorization ?? ''}`,
        });
      const route = routes[url.pathname.replace('/api/2.0/mlflow/', '')];
      try {
        if (route === undefined) return say(404, { error_code: 'ENDPOINT_NOT_FOUND', message: url.pathname });
        return say(200, route(body));
      } catch (error) {
        if (!(error instanceof MlflowDoubleRefusal)) throw error;
        return say(error.code === 'RESOURCE_DOES_NOT_EXIST' ? 404 : 400, {
          error_code: error.code,
          message: error.message,
        });
      }
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    get refuse() {
      return state.refuse;
    },
    set refuse(status) {
      state.refuse = status;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Json;
}
