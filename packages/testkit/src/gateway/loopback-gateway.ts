// A gateway on this machine, with the headers of LiteLLM or Portkey: it routes as told, and keeps answers in a cache.
// LiteLLM 1.106 was watched: the answer's model is what was asked for, the key of the cache is told of hits alone, and
// a hit names a deployment and a price although nobody was asked. Portkey 1.15 names no price, counts no fallbacks, and
// says DISABLED of a cache that its open source does not have, whatever the configuration asks for.
import { wholeAnswer, tokens } from '../openai/answers.ts';
import type { ChatRequest } from '../openai/chat-request.ts';
import { loopbackHttp, type LoopbackHttp, type ServiceReply, type ServiceRequest } from '../http-service/index.ts';

/** Who answers a request, and how. */
export interface Routed {
  readonly model: string;
  readonly text: string;
  /** Told by LiteLLM alone. */
  readonly costUsd?: number;
  readonly deployment?: string;
  readonly fallbacks?: number;
}

export interface LoopbackGatewayOptions {
  readonly dialect?: 'litellm' | 'portkey';
  /** @param config what Portkey was told with the request */
  readonly route: (request: ChatRequest, config: unknown) => Routed;
  /** Requests of one key share an answer; undefined is never kept. */
  readonly cacheKey?: (request: ChatRequest) => string | undefined;
  /** Hits are told as found by similarity. */
  readonly semantic?: boolean;
  readonly apiKey?: string;
}

export interface LoopbackGateway extends AsyncDisposable {
  /** With `/v1`. */
  readonly baseUrl: string;
  readonly requests: LoopbackHttp['requests'];
}

export async function loopbackGateway(options: LoopbackGatewayOptions): Promise<LoopbackGateway> {
  const cache = new Map<string, Routed>();
  const service = await loopbackHttp((request) => answer(request, options, cache));
  return {
    baseUrl: `${service.url}/v1`,
    requests: service.requests,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

function answer(request: ServiceRequest, options: LoopbackGatewayOptions, cache: Map<string, Routed>): ServiceReply {
  const { url, headers, body } = request;
  if (url === '/health/liveliness') return { body: "I'm alive!" };
  if (url !== '/v1/chat/completions') return { status: 404, body: { error: { message: 'Not Found' } } };
  if (options.apiKey !== undefined && headers.authorization !== `Bearer ${options.apiKey}`)
    return { status: 401, body: { error: { message: 'Authentication Error' } } };
  const { dialect = 'litellm', route, cacheKey } = options;
  const asked = body as ChatRequest & { readonly cache?: { readonly 'no-cache'?: boolean } };
  const given = headers['x-portkey-config'];
  const routed = route(asked, typeof given === 'string' ? JSON.parse(given) : undefined);
  const past = asked.cache?.['no-cache'] === true || headers['x-portkey-cache-force-refresh'] === 'true';
  const key = cacheKey?.(asked);
  const kept = key === undefined || past ? undefined : cache.get(key);
  if (key !== undefined && kept === undefined && !past) cache.set(key, routed);
  const said = kept ?? routed;
  const reply = wholeAnswer({
    api: 'chat',
    answer: { text: said.text },
    model: asked.model,
    finishReason: 'stop',
    promptTokens: tokens(JSON.stringify(asked.messages)),
  });
  const told = {
    routed,
    semantic: options.semantic === true,
    caches: cacheKey !== undefined,
    ...(kept !== undefined && { hit: key ?? '' }),
  };
  return {
    headers: dialect === 'litellm' ? litellmHeaders(told) : portkeyHeaders(told, past),
    body: reply,
  };
}

interface Told {
  readonly routed: Routed;
  readonly semantic: boolean;
  readonly caches: boolean;
  readonly hit?: string;
}

function litellmHeaders({ routed, semantic, hit }: Told): Readonly<Record<string, string>> {
  const { model, costUsd = 0, deployment, fallbacks = 0 } = routed;
  return {
    'x-litellm-call-id': '00000000-0000-0000-0000-000000000000',
    'x-litellm-model-id': deployment ?? Buffer.from(model).toString('hex').padEnd(64, '0').slice(0, 64),
    'x-litellm-model-name': model,
    'x-litellm-model-api-base': 'http://upstream.invalid/v1',
    'x-litellm-response-cost': String(costUsd),
    'x-litellm-key-spend': String(costUsd),
    'x-litellm-attempted-retries': '0',
    'x-litellm-attempted-fallbacks': String(fallbacks),
    ...(hit !== undefined && { 'x-litellm-cache-key': Buffer.from(hit).toString('hex') }),
    ...(hit !== undefined && semantic && { 'x-litellm-semantic-similarity': '0.91' }),
  };
}

function portkeyHeaders({ routed, semantic, caches, hit }: Told, past: boolean): Readonly<Record<string, string>> {
  const status = !caches ? 'DISABLED' : past ? 'REFRESH' : hit !== undefined ? 'HIT' : 'MISS';
  const [provider = ''] = routed.model.split('/');
  return {
    'x-portkey-cache-status': caches && semantic && !past ? `SEMANTIC ${status}` : status,
    'x-portkey-last-used-option-index': routed.deployment ?? 'config.targets[0]',
    'x-portkey-provider': provider,
    'x-portkey-retry-attempt-count': '0',
  };
}
