// The parts of a chat completion that are read, checked by hand: endpoints differ in everything else.

export interface Completion {
  readonly text: string;
  readonly finishReason?: string;
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
}

/** Undefined when the text is no chat completion. A null content (a refusal, a tool call) is an empty text. */
export function readCompletion(body: string): Completion | undefined {
  const value = parsed(body);
  const choices = member(value, 'choices');
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = member(choice, 'message');
  const content = member(message, 'content');
  if (typeof content !== 'string' && !(content === null && message !== undefined)) return undefined;
  const finishReason = member(choice, 'finish_reason');
  const usage = member(value, 'usage');
  const promptTokens = member(usage, 'prompt_tokens');
  const completionTokens = member(usage, 'completion_tokens');
  return {
    text: content ?? '',
    ...(typeof finishReason === 'string' && { finishReason }),
    ...(typeof promptTokens === 'number' &&
      typeof completionTokens === 'number' && { usage: { promptTokens, completionTokens } }),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
