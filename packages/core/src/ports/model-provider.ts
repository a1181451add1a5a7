// One call to a language model.
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ModelRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  /** As written in the prompt file: maxTokens, temperature, topP, … */
  readonly parameters: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
  readonly responseFormat?:
    | { readonly type: 'json_object' }
    | { readonly type: 'json_schema'; readonly jsonSchema: Readonly<Record<string, unknown>> };
  /** Which repeat of the same request, from 0: part of a cassette's key. */
  readonly repeat: number;
}

export interface ModelReply {
  readonly text: string;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
  readonly finishReason?: string;
  readonly costUsd?: number;
  readonly latencyMs?: number;
  /** True when no call was made: a cassette had the answer. */
  readonly reused: boolean;
}

/** A call that could not be answered; never counted as a wrong answer. */
export interface ModelFailure {
  readonly failure: string;
  readonly hint: string;
}

export interface ModelProvider {
  /** `openai`: any endpoint that speaks OpenAI's API. Part of a cassette's key. */
  readonly id: string;
  complete(request: ModelRequest): Promise<ModelReply | ModelFailure>;
  /** Writes what is still to be written, for example new recordings. Called once, after the last request. */
  close?(): Promise<void>;
}

/** What a cassette files a reply under; its canonical JSON is hashed (`digestOf`). */
export function cassetteKeyOf(provider: string, request: ModelRequest): Readonly<Record<string, unknown>> {
  const { model, parameters, messages, responseFormat, repeat } = request;
  return { provider, model, parameters, messages, responseFormat, repeat };
}
