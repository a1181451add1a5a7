// A chat completions endpoint on this machine. It refuses what OpenAI's API would refuse, and fails as told.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatRequestProblems, type ChatRequest } from './chat-request.ts';

/** What goes wrong with one request. `close` breaks the connection in the middle of an answer. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: string; readonly body?: string }
  | 'hang'
  | 'garbage'
  | 'close';

export interface LoopbackOpenAi extends AsyncDisposable {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** Requests that were well formed, in order. */
  readonly requests: readonly { readonly body: ChatRequest; readonly headers: IncomingMessage['headers'] }[];
  /** What was wrong with those that were not. */
  readonly problems: readonly string[];
  /** The largest number of requests that were open at a time. */
  readonly busiest: number;
  /** Faults for the next requests, one each. */
  fail(...faults: readonly Fault[]): void;
}

export interface LoopbackOpenAiOptions {
  readonly answer: (request: ChatRequest) => string;
  /** Required as bearer token. */
  readonly apiKey?: string;
  readonly latencyMs?: number;
  /** Sent as `x-litellm-response-cost`. */
  readonly costUsd?: number;
  readonly finishReason?: string;
}

export async function loopbackOpenAi(options: LoopbackOpenAiOptions): Promise<LoopbackOpenAi> {
  const requests: { body: ChatRequest; headers: IncomingMessage['headers'] }[] = [];
  const problems: string[] = [];
  const faults: Fault[] = [];
  let open = 0;
  let busiest = 0;
  const server = createServer(async (request, response) => {
    open += 1;
    busiest = Math.max(busiest, open);
    response.on('close', () => {
      open -= 1;
    });
    const body = parsed(await textOf(request));
    const refusal = refusalOf(request, body, options);
    if (refusal !== undefined) {
      problems.push(...refusal.messages);
      return sendError(response, refusal.status, refusal.messages.join(' '));
    }
    requests.push({ body: body as ChatRequest, headers: request.headers });
    const fault = faults.shift();
    if (fault !== undefined) return fail(response, fault);
    if (options.latencyMs !== undefined) await sleep(options.latencyMs);
    return sendCompletion(response, body as ChatRequest, options);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    problems,
    get busiest() {
      return busiest;
    },
    fail: (...next) => {
      faults.push(...next);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function refusalOf(
  request: IncomingMessage,
  body: unknown,
  { apiKey }: LoopbackOpenAiOptions,
): { status: number; messages: readonly string[] } | undefined {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return { status: 404, messages: [`There is no ${request.method} ${request.url}.`] };
  if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`)
    return { status: 401, messages: ['Incorrect API key provided.'] };
  if (request.headers['content-type'] !== 'application/json')
    return { status: 415, messages: ['The content type is not application/json.'] };
  const messages = chatRequestProblems(body);
  return messages.length > 0 ? { status: 400, messages } : undefined;
}

function sendCompletion(response: ServerResponse, request: ChatRequest, options: LoopbackOpenAiOptions): void {
  const content = options.answer(request);
  const promptTokens = request.messages.reduce((sum, message) => sum + tokens(message.content), 0);
  const completionTokens = tokens(content);
  const headers = {
    'content-type': 'application/json',
    ...(options.costUsd !== undefined && { 'x-litellm-response-cost': String(options.costUsd) }),
  };
  response.writeHead(200, headers).end(
    JSON.stringify({
      id: 'chatcmpl-loopback',
      object: 'chat.completion',
      created: 0,
      model: request.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content },
          finish_reason: options.finishReason ?? 'stop',
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      },
    }),
  );
}

function fail(response: ServerResponse, fault: Fault): void {
  if (fault === 'hang') return;
  if (fault === 'garbage') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>It works!</html>');
    return;
  }
  if (fault === 'close') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"choices": [{"message": {"content": "half an', () => response.destroy());
    return;
  }
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
  sendError(response, fault.status, fault.body ?? 'Injected by the test.');
}

function sendError(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message, type: 'error', code: status } }));
}

const tokens = (text: string): number => Math.ceil(text.length / 4);

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
