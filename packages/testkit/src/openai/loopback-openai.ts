// Chat completions, completions and embeddings on this machine. It refuses what OpenAI's API would refuse, streams in
// awkward pieces, and fails as told.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { streamedAnswer, tokens, wholeAnswer, type AnswerTo, type LoopbackAnswer } from './answers.ts';
import {
  chatRequestProblems,
  completionRequestProblems,
  embeddingRequestProblems,
  type ChatRequest,
} from './chat-request.ts';
import { failAsTold, sendError, type Fault } from './faults.ts';

export interface LoopbackOpenAi extends AsyncDisposable {
  /** With `/v1`. */
  readonly baseUrl: string;
  /** Requests that were well formed, in order. */
  readonly requests: readonly {
    readonly body: ChatRequest;
    readonly headers: IncomingMessage['headers'];
    readonly url: string;
  }[];
  /** What was wrong with those that were not. */
  readonly problems: readonly string[];
  /** The largest number of requests that were open at a time. */
  readonly busiest: number;
  /** How many were opened. */
  readonly connections: number;
  /** Faults for the next requests, one each. */
  fail(...faults: readonly Fault[]): void;
  /** The same fault for every request from now on. */
  failAlways(fault: Fault | undefined): void;
}

export interface LoopbackOpenAiOptions {
  readonly answer: (request: ChatRequest) => string | LoopbackAnswer;
  /** Vectors for `/embeddings`. */
  readonly embed?: (text: string) => readonly number[];
  /** Required as bearer token, or under `keyHeader`. */
  readonly apiKey?: string;
  readonly keyHeader?: string;
  /** What the address has before its last part, as Azure's deployments do; `/v1` unless given. */
  readonly prefix?: string;
  readonly latencyMs?: number;
  /** Between the parts of a stream. */
  readonly betweenMs?: number;
  /** Sent as `x-litellm-response-cost`. */
  readonly costUsd?: number;
  readonly finishReason?: string;
  /** Beside the answer's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** More at a time are answered 429. */
  readonly capacity?: number;
}

export async function loopbackOpenAi(options: LoopbackOpenAiOptions): Promise<LoopbackOpenAi> {
  const requests: { body: ChatRequest; headers: IncomingMessage['headers']; url: string }[] = [];
  const problems: string[] = [];
  const faults: Fault[] = [];
  const { prefix = '/v1', capacity = Infinity } = options;
  let always: Fault | undefined;
  let open = 0;
  let busiest = 0;
  let connections = 0;
  const server = createServer(async (request, response) => {
    open += 1;
    busiest = Math.max(busiest, open);
    const over = open > capacity;
    response.on('close', () => {
      open -= 1;
    });
    const body = parsed(await textOf(request));
    const url = request.url ?? '';
    const refusal = refusalOf(request, body, { ...options, prefix });
    if (refusal !== undefined) {
      problems.push(...refusal.messages);
      return sendError(response, refusal.status, refusal.messages.join(' '));
    }
    requests.push({ body: body as ChatRequest, headers: request.headers, url });
    const streams = (body as ChatRequest)['stream'] === true;
    const fault = faults.shift() ?? always ?? (over ? { status: 429 } : undefined);
    if (fault !== undefined) return failAsTold(response, fault, streams);
    if (options.latencyMs !== undefined) await sleep(options.latencyMs);
    return url.includes('/embeddings')
      ? sendEmbeddings(response, body as ChatRequest, options)
      : sendCompletion(response, body as ChatRequest, options);
  });
  server.on('connection', () => void (connections += 1));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    requests,
    problems,
    get busiest() {
      return busiest;
    },
    get connections() {
      return connections;
    },
    fail: (...next) => {
      faults.push(...next);
    },
    failAlways: (fault) => {
      always = fault;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

const checks: Readonly<Record<string, (body: unknown) => readonly string[]>> = {
  '/chat/completions': chatRequestProblems,
  '/completions': completionRequestProblems,
  '/embeddings': embeddingRequestProblems,
};

function refusalOf(
  request: IncomingMessage,
  body: unknown,
  { apiKey, keyHeader, prefix }: LoopbackOpenAiOptions & { readonly prefix: string },
): { status: number; messages: readonly string[] } | undefined {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const check = path.startsWith(prefix) ? checks[path.slice(prefix.length)] : undefined;
  if (request.method !== 'POST' || check === undefined)
    return { status: 404, messages: [`There is no ${request.method} ${request.url}.`] };
  const key = keyHeader === undefined ? request.headers.authorization : request.headers[keyHeader];
  if (apiKey !== undefined && key !== (keyHeader === undefined ? `Bearer ${apiKey}` : apiKey))
    return { status: 401, messages: ['Incorrect API key provided.'] };
  if (request.headers['content-type'] !== 'application/json')
    return { status: 415, messages: ['The content type is not application/json.'] };
  const messages = check(body);
  return messages.length > 0 ? { status: 400, messages } : undefined;
}

async function sendCompletion(
  response: ServerResponse,
  request: ChatRequest,
  options: LoopbackOpenAiOptions,
): Promise<void> {
  const given = options.answer(request);
  const answer: LoopbackAnswer = typeof given === 'string' ? { text: given } : given;
  const prompt = request['prompt'];
  const chat = prompt === undefined;
  const to: AnswerTo = {
    api: chat ? 'chat' : 'completions',
    answer,
    model: request.model,
    finishReason:
      answer.finishReason ?? options.finishReason ?? (answer.toolCalls === undefined ? 'stop' : 'tool_calls'),
    promptTokens: chat
      ? request.messages.reduce((sum, { content }) => sum + tokens(String(content)), 0)
      : tokens(String(prompt)),
  };
  const headers = {
    ...(options.costUsd !== undefined && { 'x-litellm-response-cost': String(options.costUsd) }),
    ...options.headers,
  };
  if (request['stream'] === true) return sendStream(response, streamedAnswer(to), { ...options, headers });
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(wholeAnswer(to)));
}

/** Comments, line ends of both kinds, and pieces that cut characters in two. */
async function sendStream(
  response: ServerResponse,
  events: readonly string[],
  { betweenMs, headers }: LoopbackOpenAiOptions,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
  response.write(': connected\n\n');
  for (const [index, event] of events.entries()) {
    const end = index % 2 === 0 ? '\n' : '\r\n';
    const bytes = Buffer.from(`data: ${event}${end}${end}`);
    // Without a breath the pieces would arrive as one; of a long answer the first ones are awkward enough.
    const breathes = betweenMs === undefined && index < 20;
    for (let start = 0; start < bytes.length; start += breathes ? 61 : bytes.length) {
      response.write(bytes.subarray(start, start + (breathes ? 61 : bytes.length)));
      if (breathes) await sleep(0);
    }
    if (betweenMs !== undefined) await sleep(betweenMs);
  }
  response.end();
}

function sendEmbeddings(response: ServerResponse, body: ChatRequest, { embed }: LoopbackOpenAiOptions): void {
  const input = [body['input']].flat() as string[];
  // The order of the list is not promised by the API, so it is turned round.
  const data = input
    .map((text, index) => ({ object: 'embedding', index, embedding: embed?.(text) ?? [0] }))
    .toReversed();
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      object: 'list',
      model: body.model,
      data,
      usage: { prompt_tokens: input.join('').length, total_tokens: 0 },
    }),
  );
}

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
