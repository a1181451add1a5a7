// The parts of a completion that are read, checked by hand: endpoints differ in everything else.
import type { ModelReply } from '@pawl/core';
import { isMap, listAt, member, numberAt, parsedJson, textAt } from './json-member.ts';

export type ReplyToolCall = NonNullable<ModelReply['toolCalls']>[number];

export interface Completion {
  readonly text: string;
  readonly finishReason?: string;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
  readonly toolCalls?: readonly ReplyToolCall[];
  readonly logProbs?: readonly number[];
  readonly refused?: boolean;
  /** Said by the endpoint itself. */
  readonly costUsd?: number;
  /** Among the prompt's tokens: those that the seller's cache knew, and those that it took in, which cost more. */
  readonly cache?: { readonly read: number; readonly written: number };
  /** Among those of the completion: thought, and not shown. */
  readonly reasoningTokens?: number;
  /** Of service, as the seller calls the one that answered. */
  readonly tier?: string;
  readonly model?: string;
  readonly fingerprint?: string;
  readonly firstTokenMs?: number;
  readonly betweenTokensMs?: number;
}

/** Undefined when the text is no completion. A null content (a refusal, a tool call) is an empty text. */
export function readCompletion(body: string): Completion | undefined {
  const value = parsedJson(body);
  const choice = member(value, 'choices', 0);
  const message = member(choice, 'message');
  const refusal = textAt(message, 'refusal');
  const text = message === undefined ? textAt(choice, 'text') : contentOf(message);
  if (text === undefined) return undefined;
  const toolCalls = toolCallsOf(message);
  return {
    text: text === '' && refusal !== undefined ? refusal : text,
    ...endOf(choice, refusal !== undefined && refusal !== ''),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...logProbsOf(choice),
    ...aboutOf(value),
  };
}

function contentOf(message: unknown): string | undefined {
  const content = member(message, 'content');
  if (typeof content === 'string') return content;
  // Some endpoints answer in parts, as messages are written.
  if (Array.isArray(content)) return content.map((part) => textAt(part, 'text') ?? '').join('');
  // Servers leave the member out, or say null, when there is a tool call instead.
  return isMap(message) && (content === null || toolCallsOf(message).length > 0) ? '' : undefined;
}

function toolCallsOf(message: unknown): readonly ReplyToolCall[] {
  const calls = listAt(message, 'tool_calls').flatMap((call): readonly ReplyToolCall[] => {
    const name = textAt(call, 'function', 'name');
    const id = textAt(call, 'id');
    if (name === undefined) return [];
    return [{ ...(id !== undefined && { id }), name, arguments: argumentsOf(member(call, 'function', 'arguments')) }];
  });
  const old = textAt(message, 'function_call', 'name');
  return calls.length > 0 || old === undefined
    ? calls
    : [{ name: old, arguments: argumentsOf(member(message, 'function_call', 'arguments')) }];
}

// Ollama and others give an object where OpenAI gives its JSON.
const argumentsOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** Why it ended; a filter that spoke up is a refusal. */
export function endOf(choice: unknown, refused: boolean): Pick<Completion, 'finishReason' | 'refused'> {
  const finishReason = textAt(choice, 'finish_reason');
  return {
    ...(finishReason !== undefined && { finishReason }),
    ...((refused || finishReason === 'content_filter') && { refused: true }),
  };
}

export function logProbsOf(choice: unknown): Pick<Completion, 'logProbs'> {
  const chat = listAt(choice, 'logprobs', 'content').map((token) => numberAt(token, 'logprob'));
  // The first token of an echoed text has none.
  const plain = listAt(choice, 'logprobs', 'token_logprobs').map((value) =>
    typeof value === 'number' ? value : undefined,
  );
  const logProbs = (chat.length > 0 ? chat : plain).filter((value) => value !== undefined);
  return logProbs.length > 0 ? { logProbs } : {};
}

type About = Pick<Completion, 'usage' | 'reasoningTokens' | 'tier' | 'model' | 'fingerprint' | 'costUsd' | 'cache'>;

/** Tokens, model, price: beside the choices, in an answer and in the last part of a stream. */
export function aboutOf(value: unknown): About {
  const model = textAt(value, 'model');
  const fingerprint = textAt(value, 'system_fingerprint');
  const costUsd = numberAt(value, 'usage', 'cost') ?? numberAt(value, 'usage', 'cost', 'total_cost');
  const read =
    numberAt(value, 'usage', 'prompt_tokens_details', 'cached_tokens') ??
    numberAt(value, 'usage', 'prompt_cache_hit_tokens');
  const tier = textAt(value, 'service_tier') ?? textAt(value, 'usage', 'service_tier');
  return {
    ...(read !== undefined && read > 0 && { cache: { read, written: 0 } }),
    ...usageOf(value),
    ...(tier !== undefined && { tier }),
    ...(model !== undefined && { model }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(costUsd !== undefined && { costUsd }),
  };
}

/**
 * xAI and Gemini leave what a model thought out of `completion_tokens`, and count (and bill) it in the total: it is added,
 * as LiteLLM adds it for xAI, so that an answer costs what it costs and tokens mean the same everywhere.
 */
function usageOf(value: unknown): Pick<Completion, 'usage' | 'reasoningTokens'> {
  const promptTokens = numberAt(value, 'usage', 'prompt_tokens');
  const told = numberAt(value, 'usage', 'completion_tokens');
  if (promptTokens === undefined || told === undefined) return {};
  const thought = numberAt(value, 'usage', 'completion_tokens_details', 'reasoning_tokens') ?? 0;
  const beyond = (numberAt(value, 'usage', 'total_tokens') ?? 0) - promptTokens - told;
  const added = beyond > 0 && (thought === 0 || thought === beyond) ? beyond : 0;
  const reasoningTokens = Math.max(thought, added);
  const usage = { promptTokens, completionTokens: told + added };
  return { usage, ...(reasoningTokens > 0 && { reasoningTokens }) };
}
