// Completions of any endpoint that speaks OpenAI's API: OpenAI, vLLM, LiteLLM, Portkey, Azure, llama.cpp, Ollama …
import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '@pawl/core';
import type { HttpOpened } from '@pawl/wire';
import { callEndpoint, callOptions, type AnswerReader, type Connection } from './call-endpoint.ts';
import { readCompletion, type Completion } from './openai-completion.ts';
import { listedFor, type ListPrices } from './list-prices.ts';
import { chatBody, completionBody } from './openai-request.ts';
import { readCompletionStream, type Unreadable } from './openai-stream.ts';
import { replyOf, type Prices } from './reply.ts';

export interface OpenAiOptions extends Connection {
  /** Up to and with the version: `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** USD for a million tokens, for endpoints that do not say what an answer cost. */
  readonly prices?: Prices;
  /** What models are listed to cost there; for answers that neither `prices` nor the endpoint prices. */
  readonly listPrices?: ListPrices;
  /** `completions` asks for one text instead of a chat. */
  readonly api?: 'chat' | 'completions';
  /** Beside what every request has; a header that is given wins. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the address: Azure's `api-version`. */
  readonly query?: Readonly<Record<string, string>>;
  /** The key's own header instead of a bearer token: Azure's `api-key`. */
  readonly keyHeader?: string;
  /** Answers come token by token, and are timed. */
  readonly stream?: boolean;
  /** How a gateway is asked past its cache. */
  readonly gateway?: 'litellm' | 'portkey';
  /** Never shown, beside the key: what headers hold. */
  readonly secrets?: readonly string[];
}

export function openAiProvider(options: OpenAiOptions): ModelProvider {
  const { apiKey, prices, listPrices, api = 'chat', stream = false } = options;
  const url = openAiAddress(options, api === 'chat' ? 'chat/completions' : 'completions');
  const headers = openAiHeaders(options, stream);
  const calls = callOptions(options, [...(apiKey === undefined ? [] : [apiKey]), ...(options.secrets ?? [])]);
  const bodyOf = api === 'chat' ? chatBody : completionBody;
  return {
    id: api === 'chat' ? 'openai' : 'openai-completion',
    paced: true,
    ...(listPrices !== undefined && { listPrice: (request) => listedFor(request, listPrices) }),
    complete: async (request: ModelRequest): Promise<ModelReply | ModelFailure> => {
      const past = request.fresh === true ? pastCache[options.gateway ?? 'none'] : pastCache.none;
      const body = JSON.stringify({ ...bodyOf(request, stream), ...past.body });
      const sent = { method: 'POST' as const, url, headers: { ...headers, ...past.headers }, body };
      const called = await callEndpoint(sent, answerReader, calls);
      if ('failure' in called) return called;
      const { value } = called;
      if ('unreadable' in value) return { failure: value.unreadable, hint: notOpenAi };
      return replyOf(
        { ...called, value },
        { model: request.model, prices, listed: listedFor(request, listPrices, value.tier) },
      );
    },
  };
}

/** What each takes to answer from a model, and to leave its cache as it is. */
const pastCache = {
  none: { body: {}, headers: {} },
  litellm: { body: { cache: { 'no-cache': true, 'no-store': true } }, headers: {} },
  portkey: { body: {}, headers: { 'x-portkey-cache-force-refresh': 'true' } },
} as const;

const notOpenAi = 'Check that base-url ends before /chat/completions, usually with /v1.';

export function openAiAddress({ baseUrl, query }: Pick<OpenAiOptions, 'baseUrl' | 'query'>, path: string): string {
  const [base = '', own = ''] = baseUrl.split('?');
  const search = new URLSearchParams(own);
  for (const [name, value] of Object.entries(query ?? {})) search.set(name, value);
  // What is no URL is told when it is asked.
  const address = `${base.replace(/\/+$/, '')}/${path}`;
  return search.size === 0 ? address : `${address}?${search.toString()}`;
}

export function openAiHeaders(
  { apiKey, keyHeader, headers = {} }: Pick<OpenAiOptions, 'apiKey' | 'keyHeader' | 'headers'>,
  stream: boolean,
): Readonly<Record<string, string>> {
  const own = {
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
    ...(apiKey !== undefined &&
      (keyHeader === undefined ? { authorization: `Bearer ${apiKey}` } : { [keyHeader]: apiKey })),
  };
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { ...own, ...given };
}

/** A server that does not stream answers a request to stream at once. */
const answerReader: AnswerReader<Completion | Unreadable> = {
  stream: (opened) => (isEventStream(opened) ? readCompletionStream(opened) : undefined),
  whole: (text) =>
    readCompletion(text) ?? { unreadable: 'the endpoint answered with something that is no chat completion' },
};

export const isEventStream = ({ headers }: HttpOpened): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;
