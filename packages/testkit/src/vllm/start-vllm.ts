// A vLLM double on loopback: health, models, completions with streaming, LoRA adapters, metrics. Statuses and
// texts follow vLLM's serving sources; the words it generates are a deterministic function of model and prompt.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tinyWords } from './tiny-words.ts';

export interface VllmDoubleOptions {
  readonly port?: number;
  /** `--served-model-name`. */
  readonly baseModel?: string;
  /** `--enable-lora` with VLLM_ALLOW_RUNTIME_LORA_UPDATING; true unless told. Without it the routes are 404. */
  readonly loraUpdating?: boolean;
  /** Answers instead of the tiny generator. */
  readonly generate?: (request: { readonly model: string; readonly prompt: string }) => string;
}

export interface VllmFault {
  readonly failEvery?: number;
  readonly delayMs?: number;
  /** Every n-th stream carries an error event after its first token, under status 200. */
  readonly streamErrorEvery?: number;
}

export interface VllmDouble extends AsyncDisposable {
  readonly url: string;
  inject(model: string, fault: VllmFault): void;
  requests(model: string): number;
  /** A dead engine: /health answers 503. */
  healthy: boolean;
  /** Adapters do not survive it. */
  restart(): void;
}

interface State {
  readonly options: VllmDoubleOptions;
  readonly baseModel: string;
  readonly adapters: Map<string, string>;
  readonly faults: Map<string, VllmFault>;
  readonly requests: Map<string, number>;
  healthy: boolean;
}

export async function startVllm(options: VllmDoubleOptions = {}): Promise<VllmDouble> {
  const state: State = {
    options,
    baseModel: options.baseModel ?? 'base',
    adapters: new Map(),
    faults: new Map(),
    requests: new Map(),
    healthy: true,
  };
  const server = createServer((request, response) => {
    answer(state, request, response).catch((error: unknown) => {
      refuse(response, 500, 'InternalServerError', String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: (model, fault) => void state.faults.set(model, fault),
    requests: (model) => state.requests.get(model) ?? 0,
    get healthy() {
      return state.healthy;
    },
    set healthy(value) {
      state.healthy = value;
    },
    restart: () => state.adapters.clear(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://vllm').pathname;
  const text = await textOf(request);
  switch (`${request.method} ${path}`) {
    case 'GET /health':
      response.writeHead(state.healthy ? 200 : 503).end();
      return;
    case 'GET /version':
      return send(response, 200, { version: '0.11.0' });
    case 'GET /v1/models':
      return send(response, 200, { object: 'list', data: modelList(state) });
    case 'GET /metrics':
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText(state));
      return;
    case 'POST /v1/completions':
    case 'POST /v1/chat/completions':
      return complete(state, { chat: path.includes('chat'), text }, response);
    case 'POST /v1/load_lora_adapter':
    case 'POST /v1/unload_lora_adapter':
      if (state.options.loraUpdating === false) break;
      return path.includes('unload') ? unload(state, text, response) : load(state, text, response);
  }
  return send(response, 404, { detail: 'Not Found' });
}

function modelList({ baseModel, adapters }: State): object[] {
  const card = (id: string, root: string, parent: string | null) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'vllm',
    root,
    parent,
    max_model_len: 2048,
  });
  return [card(baseModel, baseModel, null), ...[...adapters].map(([name, root]) => card(name, root, baseModel))];
}

async function load(state: State, text: string, response: ServerResponse): Promise<void> {
  const { lora_name: name, lora_path: path, load_inplace: inPlace } = parse(text);
  if (typeof name !== 'string' || typeof path !== 'string' || name === '' || path === '') {
    return refuse(response, 400, 'InvalidUserInput', "Both 'lora_name' and 'lora_path' must be provided.");
  }
  if (state.adapters.has(name) && inPlace !== true) {
    return refuse(
      response,
      400,
      'InvalidUserInput',
      `The lora adapter '${name}' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.`,
    );
  }
  const there = await access(join(path, 'adapter_config.json')).then(
    () => true,
    () => false,
  );
  if (!there) {
    return refuse(response, 404, 'NotFoundError', `Loading lora ${name} failed: No adapter found for ${path}`);
  }
  state.adapters.set(name, path);
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`Success: LoRA adapter '${name}' added successfully.`);
}

function unload(state: State, text: string, response: ServerResponse): void {
  const { lora_name: name } = parse(text);
  if (typeof name !== 'string' || name === '') {
    refuse(response, 400, 'InvalidUserInput', "'lora_name' needs to be provided to unload a LoRA adapter.");
    return;
  }
  if (!state.adapters.delete(name)) {
    refuse(response, 404, 'NotFoundError', `The lora adapter '${name}' cannot be found.`);
    return;
  }
  response
    .writeHead(200, { 'content-type': 'text/plain' })
    .end(`Success: LoRA adapter '${name}' removed successfully.`);
}

async function complete(
  state: State,
  { chat, text }: { chat: boolean; text: string },
  response: ServerResponse,
): Promise<void> {
  const body = parse(text);
  const { model, stream, max_tokens: maxTokens } = body;
  if (typeof model !== 'string' || (model !== state.baseModel && !state.adapters.has(model))) {
    return refuse(response, 404, 'NotFoundError', `The model \`${String(model)}\` does not exist.`);
  }
  const count = (state.requests.get(model) ?? 0) + 1;
  state.requests.set(model, count);
  const fault = state.faults.get(model);
  if (fault?.delayMs !== undefined) await delay(fault.delayMs);
  if (fault?.failEvery !== undefined && count % fault.failEvery === 0) {
    return refuse(response, 500, 'InternalServerError', 'EngineCore encountered an issue.');
  }
  const prompt = chat ? JSON.stringify(body['messages']) : String(body['prompt']);
  const limit = typeof maxTokens === 'number' ? maxTokens : 16;
  const written = state.options.generate?.({ model, prompt });
  const words =
    written === undefined ? tinyWords(`${model}\n${prompt}`, limit) : written.split(/(?<=\s)/).slice(0, limit);
  const id = `cmpl-${count}`;
  const choice = (content: string, delta: boolean) => ({
    index: 0,
    ...(chat ? { [delta ? 'delta' : 'message']: { role: 'assistant', content } } : { text: content }),
    finish_reason: delta ? null : 'length',
  });
  if (stream !== true) {
    const usage = { prompt_tokens: 1, completion_tokens: words.length, total_tokens: words.length + 1 };
    return send(response, 200, { id, model, choices: [choice(words.join(''), false)], usage });
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [index, word] of words.entries()) {
    response.write(`data: ${JSON.stringify({ id, model, choices: [choice(word, true)] })}\n\n`);
    if (index === 0 && fault?.streamErrorEvery !== undefined && count % fault.streamErrorEvery === 0) {
      response.write(
        `data: ${JSON.stringify({ error: { message: 'EngineCore encountered an issue.', code: 500 } })}\n\n`,
      );
      break;
    }
  }
  response.end('data: [DONE]\n\n');
}

function metricsText({ requests }: State): string {
  const lines = [...requests].map(
    ([model, count]) => `vllm:request_success_total{finished_reason="length",model_name="${model}"} ${count}\n`,
  );
  return [
    '# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 0\n',
    '# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting 0\n',
    '# TYPE vllm:request_success_total counter\n',
    ...lines,
  ].join('');
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const refuse = (response: ServerResponse, code: number, type: string, message: string): void =>
  send(response, code, { error: { message, type, param: null, code } });

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
