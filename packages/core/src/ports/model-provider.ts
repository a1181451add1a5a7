// One call to a language model.
import type { ContentPart } from '../formats/eval-suite.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | 'developer';
  /** Null where an assistant does nothing but call tools. */
  readonly content: string | readonly ContentPart[] | null;
  readonly name?: string;
  readonly toolCallId?: string;
  /** Of a chat that was written as JSON, in OpenAI's own shape, as it was written. */
  readonly tool_calls?: unknown;
  readonly tool_call_id?: string;
}

export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** As written in the prompt file: maxTokens, temperature, topP, … */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly responseFormat?:
    | { readonly type: 'json_object' }
    | { readonly type: 'json_schema'; readonly jsonSchema: Readonly<Record<string, unknown>> };
  /** As the endpoint takes them. */
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  readonly toolChoice?: unknown;
  /** One text instead of a chat: asked by `/completions`; `messages` is empty. */
  readonly text?: string;
  /** The case's variables, for providers whose request is made of more than the prompt: `http`, `script`. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Past any cache of a gateway: part of a cassette's key. */
  readonly fresh?: true;
  /** Which repeat of the same request, from 0: part of a cassette's key. */
  readonly repeat: number;
}

export interface ModelReply {
  readonly text: string;
  /** The answer was a value and no text: `text` is its JSON. */
  readonly json?: boolean;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
  readonly finishReason?: string;
  readonly costUsd?: number;
  /** The day of the list that `costUsd` was reckoned by, where neither the endpoint nor the suite said what it costs. */
  readonly listPrices?: string;
  readonly latencyMs?: number;
  /** Streamed answers: until the first token came, and the mean time between tokens after it. */
  readonly firstTokenMs?: number;
  readonly betweenTokensMs?: number;
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments: string }[];
  /** Natural logarithms, one for each token. */
  readonly logProbs?: readonly number[];
  readonly refused?: boolean;
  /** What gateways say of an answer: route, model, fallbacks taken, cache hits. */
  readonly gateway?: Readonly<Record<string, string>>;
  /** Which way a gateway took, where it says so. */
  readonly route?: ModelRoute;
  /** True when no call was made: a cassette had the answer. */
  readonly reused: boolean;
}

export interface ModelRoute {
  /** Who answered, as the gateway calls it: `openai/gpt-4o-mini`. Of an answer from a cache nobody did. */
  readonly model?: string;
  /** The entry of its configuration: an id that it was given, or that the gateway made of its settings. */
  readonly deployment?: string;
  /** How many others were asked in vain before. */
  readonly fallbacks?: number;
  readonly retries?: number;
  /** `off`: its configuration may ask for one, and the gateway has none. */
  readonly cache?: 'hit' | 'semantic-hit' | 'miss' | 'off';
}

/** What the seller of a model lists: USD for a million tokens. */
export interface ListPrice {
  readonly prompt: number;
  readonly completion: number;
  /** Of tokens that the seller's cache knew. */
  readonly cached?: number;
  /** Requests with more tokens have another price, which is not known here. */
  readonly upTo?: number;
  /** The day of the list. */
  readonly taken: string;
}

/** Stands in an answer where a secret stood. It is one still to whoever looks for secrets. */
export const removedSecret = '[secret removed]';

/** A call that could not be answered; never counted as a wrong answer. */
export interface ModelFailure {
  readonly failure: string;
  readonly hint: string;
}

export interface ModelProvider {
  /** `openai`: any endpoint that speaks OpenAI's API. Part of a cassette's key. */
  readonly id: string;
  /** It keeps to what its endpoint bears, and may be asked more at a time: what waits to be tried again stalls no other. */
  readonly paced?: boolean;
  complete(request: ModelRequest): Promise<ModelReply | ModelFailure>;
  /** What is recorded of a request and would be given without a call; absent where nothing is recorded at all. */
  recorded?(request: ModelRequest): ModelReply | undefined;
  /** What such a request is listed to cost where it is asked, when nobody gave a price; undefined where that is not known. */
  listPrice?(request: Pick<ModelRequest, 'model' | 'parameters'>): ListPrice | undefined;
  /** Writes what is still to be written, for example new recordings. Called once, after the last request. */
  close?(): Promise<void>;
}

/** What a cassette files a reply under; its canonical JSON is hashed (`digestOf`). */
export function cassetteKeyOf(provider: string, request: ModelRequest): Readonly<Record<string, unknown>> {
  const { model, parameters, messages, responseFormat, tools, toolChoice, text, vars, fresh, repeat } = request;
  return { provider, model, parameters, messages, responseFormat, tools, toolChoice, text, vars, fresh, repeat };
}
