// A Triton double on loopback: http_server.cc's contract with its traps, computing the real ONNX.
// Status codes, error texts and index shapes follow the server's sources (explicit model control).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { infer, type Compute } from './infer.ts';
import { loadedModels, readyOf, type Loaded, type LoadedModels } from './loaded-models.ts';

export interface TritonDoubleOptions {
  /** The model repository: `<model>/config.pbtxt`, `<model>/<version>/model.onnx`. */
  readonly repositoryFolder: string;
  readonly port?: number;
  /** `--model-control-mode`; explicit unless told. `poll` refuses every load with 503. */
  readonly modelControl?: 'explicit' | 'poll';
  /** `--http-restricted-api=model-repository:<name>=<value>`. */
  readonly restricted?: { readonly header: string; readonly value: string };
  /** `--strict-readiness`; true unless told: one broken version makes the server unready. */
  readonly strictReadiness?: boolean;
  readonly compute?: (name: string, version: number) => Compute | undefined;
}

/** What goes wrong on purpose. */
export interface Fault {
  /** Every n-th inference of the version answers 500. */
  readonly failEvery?: number;
  readonly delayMs?: number;
  /** Every n-th inference has its connection cut. */
  readonly breakEvery?: number;
}

export interface TritonDouble extends AsyncDisposable {
  readonly url: string;
  inject(name: string, version: number | string, fault: Fault): void;
  /** Inferences answered or failed by a version. */
  requests(name: string, version: number | string): number;
  /** What a restart does: all models unload, nothing is loaded again in explicit mode. */
  restart(): Promise<void>;
}

export async function startTriton(options: TritonDoubleOptions): Promise<TritonDouble> {
  let models = loadedModels(options.repositoryFolder);
  const faults = new Map<string, Fault>();
  const server = createServer((request, response) => {
    answer({ options, models, faults }, request, response).catch((error: unknown) => {
      send(response, 500, { error: `internal: ${String(error)}` });
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    inject: (name, version, fault) => {
      faults.set(`${name}/${version}`, fault);
    },
    requests: (name, version) => models.get(name)?.versions.get(Number(version))?.requests ?? 0,
    restart: async () => {
      await models.release();
      models = loadedModels(options.repositoryFolder);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await models.release();
    },
  };
}

interface State {
  readonly options: TritonDoubleOptions;
  readonly models: LoadedModels;
  readonly faults: ReadonlyMap<string, Fault>;
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://triton').pathname;
  const body = await textOf(request);
  const wrongMethod = (wanted: string): boolean => {
    if (request.method === wanted) return false;
    response.writeHead(405).end('Method Not Allowed');
    return true;
  };

  if (path === '/v2') {
    return send(response, 200, { name: 'triton', version: '2.51.0', extensions: ['model_repository', 'statistics'] });
  }
  if (path === '/v2/health/live') return send(response, 200);
  if (path === '/v2/health/ready') return send(response, (await isReady(state)) ? 200 : 400);

  const repository = /^\/v2\/repository\/(?:index|models\/([^/]+)\/(load|unload))$/.exec(path);
  if (repository !== null) {
    const { restricted } = state.options;
    if (restricted !== undefined && request.headers[restricted.header.toLowerCase()] !== restricted.value) {
      return send(response, 403, { error: `This API is restricted, expecting header '${restricted.header}'` });
    }
    if (wrongMethod('POST')) return undefined;
    const [, name, action] = repository;
    if (name === undefined) return sendIndex(state, body, response);
    return control(state, { name: decodeURIComponent(name), unload: action === 'unload', body }, response);
  }

  const model = /^\/v2\/models\/([^/]+)(?:\/versions\/(\d+))?(?:\/(infer|ready|config|stats))?$/.exec(path);
  if (model === null) {
    response.writeHead(404).end('Not Found');
    return undefined;
  }
  const [, name = '', version, action] = model;
  if (wrongMethod(action === 'infer' ? 'POST' : 'GET')) return undefined;
  return serveModel(state, { name: decodeURIComponent(name), version, action, body }, response);
}

async function sendIndex(state: State, body: string, response: ServerResponse): Promise<void> {
  const ready: unknown = body === '' ? undefined : (JSON.parse(body) as { ready?: unknown }).ready;
  if (ready !== undefined && typeof ready !== 'boolean') {
    return send(response, 400, { error: "Invalid value for 'ready': expected a boolean" });
  }
  const entries = await state.models.index();
  return send(response, 200, ready === true ? entries.filter((entry) => entry.state === 'READY') : entries);
}

async function control(
  state: State,
  request: { name: string; unload: boolean; body: string },
  response: ServerResponse,
): Promise<void> {
  if (state.options.modelControl === 'poll') {
    return send(response, 503, { error: 'explicit model load / unload is not allowed if polling is enabled' });
  }
  const parameters =
    request.body === '' ? {} : ((JSON.parse(request.body) as { parameters?: object }).parameters ?? {});
  const strange = Object.keys(parameters).filter((name) => name !== 'unload_dependents');
  if (strange.length > 0) return send(response, 500, { error: 'unexpected error on creating Triton parameter' });
  const refusal = request.unload ? await state.models.unload(request.name) : await state.models.load(request.name);
  return refusal === undefined ? send(response, 200) : send(response, refusal.status, { error: refusal.error });
}

async function serveModel(
  state: State,
  request: { name: string; version: string | undefined; action: string | undefined; body: string },
  response: ServerResponse,
): Promise<void> {
  const { name, version, action, body } = request;
  const model = state.models.get(name);
  const ready = model === undefined ? [] : readyOf(model);
  const loaded = version === undefined ? ready.at(-1) : ready.find((one) => one.version === Number(version));
  if (action === 'ready') {
    return loaded === undefined ? send(response, 400, { error: 'Model version not ready' }) : send(response, 200);
  }
  if (model === undefined) {
    return send(response, 404, { error: `Request for unknown model: '${name}' is not found` });
  }
  if (loaded?.model === undefined) {
    const which = version === undefined ? '' : ` version ${version}`;
    return send(response, 404, { error: `Request for unknown model: '${name}'${which} is not found` });
  }
  if (action === undefined) {
    return send(response, 200, {
      name,
      versions: ready.map((one) => String(one.version)),
      platform: 'onnxruntime_onnx',
      inputs: loaded.model.inputs,
      outputs: loaded.model.outputs,
    });
  }
  if (action === 'config') {
    const { name: _, version_policy: __, ...rest } = model.config;
    const versions = ready.map((one) => one.version);
    return send(response, 200, { name, ...rest, version_policy: { specific: { versions } } });
  }
  if (action === 'stats') {
    return send(response, 200, {
      model_stats: [{ name, version: String(loaded.version), inference_count: loaded.requests }],
    });
  }
  return sendInference(state, { name, loaded, body }, response);
}

async function sendInference(
  state: State,
  { name, loaded, body }: { name: string; loaded: Loaded; body: string },
  response: ServerResponse,
): Promise<void> {
  loaded.requests += 1;
  const fault = state.faults.get(`${name}/${loaded.version}`);
  if (fault?.delayMs !== undefined) await delay(fault.delayMs);
  if (fault?.breakEvery !== undefined && loaded.requests % fault.breakEvery === 0) {
    response.socket?.destroy();
    return;
  }
  if (fault?.failEvery !== undefined && loaded.requests % fault.failEvery === 0) {
    send(response, 500, { error: 'onnx runtime error 6: injected' });
    return;
  }
  const { status, body: result } = await infer(name, loaded, body, state.options.compute?.(name, loaded.version));
  send(response, status, result);
}

async function isReady(state: State): Promise<boolean> {
  if (state.options.strictReadiness === false) return true;
  return (await state.models.index()).every((entry) => entry.state !== 'UNAVAILABLE' || entry.reason === 'unloaded');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Without a body the answer is empty, as the health routes answer. */
function send(response: ServerResponse, status: number, body?: unknown): void {
  if (response.headersSent || response.destroyed) return;
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
