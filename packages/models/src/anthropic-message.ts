// An answer of Anthropic's Messages API, at once or streamed, in the words that other endpoints use.
import { HttpError, type HttpOpened } from '@pawl/wire';
import { isMap, listAt, member, numberAt, parsedJson, textAt } from './json-member.ts';
import type { Completion, ReplyToolCall } from './openai-completion.ts';
import type { Unreadable } from './openai-stream.ts';
import { serverSentEvents } from './server-sent-events.ts';
import { StreamTiming } from './stream-timing.ts';

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** Undefined when the text is no message. */
export function readMessage(body: string): Completion | undefined {
  const value = parsedJson(body);
  if (!isMap(value) || value['type'] !== 'message' || !Array.isArray(value['content'])) return undefined;
  const calls = listAt(value, 'content').flatMap((block): readonly ReplyToolCall[] => {
    const name = textAt(block, 'name');
    const id = textAt(block, 'id');
    return textAt(block, 'type') !== 'tool_use' || name === undefined
      ? []
      : [{ ...(id !== undefined && { id }), name, arguments: JSON.stringify(member(block, 'input') ?? {}) }];
  });
  const text = listAt(value, 'content')
    .filter((block) => textAt(block, 'type') === 'text')
    .map((block) => textAt(block, 'text') ?? '')
    .join('');
  return completionOf({
    text,
    calls,
    stop: textAt(value, 'stop_reason'),
    model: textAt(value, 'model'),
    usage: member(value, 'usage'),
  });
}

interface Parts {
  readonly text: string;
  readonly calls: readonly ReplyToolCall[];
  readonly stop: string | undefined;
  readonly model: string | undefined;
  readonly usage: unknown;
}

function completionOf({ text, calls, stop, model, usage }: Parts): Completion {
  const output = numberAt(usage, 'output_tokens');
  const input = numberAt(usage, 'input_tokens');
  // What came from, or went into, the prompt cache is counted apart.
  const read = numberAt(usage, 'cache_read_input_tokens') ?? 0;
  const written = numberAt(usage, 'cache_creation_input_tokens') ?? 0;
  const tier = textAt(usage, 'service_tier');
  return {
    text,
    ...(tier !== undefined && { tier }),
    ...(stop !== undefined && { finishReason: finishReasons[stop] ?? stop }),
    ...(stop === 'refusal' && { refused: true }),
    ...(calls.length > 0 && { toolCalls: calls }),
    ...(input !== undefined &&
      output !== undefined && { usage: { promptTokens: input + read + written, completionTokens: output } }),
    ...(read + written > 0 && { cache: { read, written } }),
    ...(model !== undefined && { model }),
  };
}

/** @throws HttpError of kind `network` when the connection ends in the middle */
export async function readMessageStream({ chunks, startedAt }: HttpOpened): Promise<Completion | Unreadable> {
  const message = new StreamedMessage(startedAt);
  try {
    for await (const { data } of serverSentEvents(chunks)) {
      const wrong = message.add(parsedJson(data), data);
      if (wrong !== undefined) return wrong;
      if (message.ended) return message.whole();
    }
  } catch (error) {
    if (error instanceof RangeError) return { unreadable: error.message };
    throw error;
  }
  if (!message.began) return { unreadable: 'the endpoint answered with something that is no stream of a message' };
  throw new HttpError('network', 'the stream ended in the middle of the answer');
}

class StreamedMessage {
  readonly #timing: StreamTiming;
  readonly #calls = new Map<number, { id?: string; name: string; arguments: string }>();
  #text = '';
  #stop: string | undefined;
  #model: string | undefined;
  #usage: Readonly<Record<string, unknown>> = {};
  began = false;
  ended = false;

  constructor(startedAt: number) {
    this.#timing = new StreamTiming(startedAt);
  }

  add(value: unknown, data: string): Unreadable | undefined {
    const type = textAt(value, 'type');
    if (type === 'error')
      return {
        unreadable: `the endpoint broke the stream off: ${textAt(value, 'error', 'message') ?? 'no reason given'}`,
      };
    if (type === undefined)
      return { unreadable: `the endpoint streams something that is no message: ${data.slice(0, 80)}` };
    if (type === 'message_start') {
      this.began = true;
      this.#model = textAt(value, 'message', 'model');
      this.#count(member(value, 'message', 'usage'));
    } else if (type === 'content_block_start') this.#start(value);
    else if (type === 'content_block_delta') this.#grow(value);
    else if (type === 'message_delta') {
      this.#stop = textAt(value, 'delta', 'stop_reason') ?? this.#stop;
      this.#count(member(value, 'usage'));
    } else if (type === 'message_stop') this.ended = this.began;
    return undefined;
  }

  whole(): Completion {
    const calls = [...this.#calls.values()].map((call) => ({
      ...call,
      // A tool without parameters streams no piece of them.
      arguments: call.arguments === '' ? '{}' : call.arguments,
    }));
    const completion = completionOf({
      text: this.#text,
      calls,
      stop: this.#stop,
      model: this.#model,
      usage: this.#usage,
    });
    return { ...completion, ...this.#timing.done(completion.usage?.completionTokens) };
  }

  #count(usage: unknown): void {
    if (isMap(usage)) this.#usage = { ...this.#usage, ...usage };
  }

  #start(value: unknown): void {
    const block = member(value, 'content_block');
    if (textAt(block, 'type') === 'text') this.#text += textAt(block, 'text') ?? '';
    if (textAt(block, 'type') !== 'tool_use') return;
    const id = textAt(block, 'id');
    this.#calls.set(numberAt(value, 'index') ?? 0, {
      ...(id !== undefined && { id }),
      name: textAt(block, 'name') ?? '',
      arguments: '',
    });
    this.#timing.part();
  }

  #grow(value: unknown): void {
    const text = textAt(value, 'delta', 'text') ?? '';
    const piece = textAt(value, 'delta', 'partial_json') ?? '';
    const call = this.#calls.get(numberAt(value, 'index') ?? 0);
    this.#text += text;
    if (call !== undefined) call.arguments += piece;
    if (text !== '' || piece !== '') this.#timing.part();
  }
}
