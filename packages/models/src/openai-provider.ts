// Chat completions of any endpoint that speaks OpenAI's API: OpenAI, vLLM, LiteLLM, llama.cpp, Ollama …
import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '@pawl/core';
import { HttpError, sendHttp, type HttpReply } from '@pawl/wire';
import { readCompletion } from './openai-completion.ts';

export interface OpenAiOptions {
  /** Up to and with the version: `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
  /** USD for a million tokens, for endpoints that do not send `x-litellm-response-cost`. */
  readonly prices?: { readonly prompt: number; readonly completion: number };
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** The names that differ between prompt files and the API; others are the same. */
const parameterNames: Readonly<Record<string, string>> = {
  maxTokens: 'max_tokens',
  maxCompletionTokens: 'max_completion_tokens',
  topP: 'top_p',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
};

export function openAiProvider(options: OpenAiOptions): ModelProvider {
  const { baseUrl, apiKey, timeoutMs = 60_000, retries = 4, prices, sleep } = options;
  const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  };
  const secrets = apiKey === undefined ? [] : [apiKey];
  return {
    id: 'openai',
    complete: async (request) => {
      try {
        const reply = await sendHttp(
          { method: 'POST', url, headers, body: JSON.stringify(bodyOf(request)) },
          { timeoutMs, retries, secrets, ...(sleep !== undefined && { sleep }) },
        );
        return replyOf(reply, prices);
      } catch (error) {
        if (error instanceof HttpError) return failureOf(error);
        throw error;
      }
    },
  };
}

function bodyOf({ model, messages, parameters, responseFormat }: ModelRequest): object {
  const named = Object.entries(parameters).map(([name, value]) => [parameterNames[name] ?? name, value]);
  const format =
    responseFormat?.type === 'json_schema'
      ? { type: 'json_schema', json_schema: responseFormat.jsonSchema }
      : responseFormat;
  return { model, messages, ...Object.fromEntries(named), ...(format !== undefined && { response_format: format }) };
}

function replyOf(reply: HttpReply, prices: OpenAiOptions['prices']): ModelReply | ModelFailure {
  const completion = readCompletion(reply.text);
  if (completion === undefined) {
    return {
      failure: 'the endpoint answered with something that is no chat completion',
      hint: 'Check that base-url ends before /chat/completions, usually with /v1.',
    };
  }
  const { usage } = completion;
  const told = Number(reply.headers.get('x-litellm-response-cost') ?? Number.NaN);
  const priced =
    prices === undefined || usage === undefined
      ? undefined
      : (usage.promptTokens * prices.prompt + usage.completionTokens * prices.completion) / 1_000_000;
  const costUsd = Number.isFinite(told) ? told : priced;
  return {
    ...completion,
    latencyMs: Math.round(reply.milliseconds * 1000) / 1000,
    reused: false,
    ...(costUsd !== undefined && { costUsd }),
  };
}

function failureOf(error: HttpError): ModelFailure {
  const said = error.body === '' ? '' : `: ${saidBy(error.body)}`;
  return { failure: `${error.message}${said}`, hint: hintFor(error) };
}

function hintFor({ kind, status }: HttpError): string {
  if (kind === 'url') return 'Give base-url as http://… or https://….';
  if (kind === 'timeout') return 'Raise timeout, or lower concurrency.';
  if (kind === 'network') return 'Check base-url, and that the endpoint is running.';
  if (status === 401 || status === 403) return 'Check the key in the environment variable that api-key-env names.';
  if (status === 404) return 'Check base-url and the model’s name.';
  if (status === 429) return 'Lower concurrency, or raise the limit at the provider.';
  return status !== undefined && status < 500
    ? 'The endpoint refused the request: check the model parameters.'
    : 'Try again later; answers that came are recorded when record is missing or all.';
}

/** The message of an OpenAI-shaped error, else the body's beginning. */
function saidBy(body: string): string {
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  return (message ?? body).replace(/\s+/g, ' ').slice(0, 200);
}
