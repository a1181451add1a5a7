// Anthropic's Messages API, and gateways that speak it.
import type { ModelFailure, ModelProvider, ModelReply } from '@pawl/core';
import { readMessage, readMessageStream } from './anthropic-message.ts';
import { anthropicBody } from './anthropic-request.ts';
import { callEndpoint, callOptions, type AnswerReader, type Connection } from './call-endpoint.ts';
import { listedFor, type ListPrices } from './list-prices.ts';
import type { Completion } from './openai-completion.ts';
import { isEventStream, openAiHeaders } from './openai-provider.ts';
import type { Unreadable } from './openai-stream.ts';
import { replyOf, type Prices } from './reply.ts';

export interface AnthropicOptions extends Connection {
  /** `https://api.anthropic.com`; a trailing `/v1` does no harm. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly prices?: Prices;
  readonly listPrices?: ListPrices;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stream?: boolean;
  readonly secrets?: readonly string[];
}

export function anthropicProvider(options: AnthropicOptions): ModelProvider {
  const { baseUrl, apiKey, prices, listPrices, stream = false } = options;
  const url = `${baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`;
  const headers = {
    'anthropic-version': '2023-06-01',
    ...openAiHeaders({ ...options, keyHeader: 'x-api-key' }, stream),
  };
  const calls = callOptions(options, [...(apiKey === undefined ? [] : [apiKey]), ...(options.secrets ?? [])]);
  return {
    id: 'anthropic',
    paced: true,
    ...(listPrices !== undefined && { listPrice: (request) => listedFor(request, listPrices) }),
    complete: async (request): Promise<ModelReply | ModelFailure> => {
      const body = anthropicBody(request, stream);
      if ('failure' in body) return body;
      const called = await callEndpoint(
        { method: 'POST', url, headers, body: JSON.stringify(body) },
        answerReader,
        calls,
      );
      if ('failure' in called) return called;
      const { value } = called;
      if ('unreadable' in value)
        return { failure: value.unreadable, hint: 'Check that base-url ends before /v1/messages.' };
      return replyOf(
        { ...called, value },
        { model: request.model, prices, listed: listedFor(request, listPrices, value.tier) },
      );
    },
  };
}

const answerReader: AnswerReader<Completion | Unreadable> = {
  stream: (opened) => (isEventStream(opened) ? readMessageStream(opened) : undefined),
  whole: (text) => readMessage(text) ?? { unreadable: 'the endpoint answered with something that is no message' },
};
