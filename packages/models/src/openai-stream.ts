// A streamed completion, put together again. What ends before its end, or is no stream of completions, is no answer.
import { HttpError, type HttpOpened } from '@pawl/wire';
import { isMap, listAt, member, numberAt, parsedJson, textAt } from './json-member.ts';
import { aboutOf, endOf, logProbsOf, type Completion, type ReplyToolCall } from './openai-completion.ts';
import { serverSentEvents } from './server-sent-events.ts';
import { StreamTiming } from './stream-timing.ts';

/** An answer that breaks the protocol; another attempt would get the same. */
export interface Unreadable {
  readonly unreadable: string;
}

/** @throws HttpError of kind `network` when the connection ends in the middle: that is worth another attempt */
export async function readCompletionStream({ chunks, startedAt }: HttpOpened): Promise<Completion | Unreadable> {
  const answer = new StreamedCompletion(startedAt);
  try {
    for await (const { data } of serverSentEvents(chunks)) {
      if (data.trim() === '[DONE]') return answer.whole();
      const wrong = answer.add(parsedJson(data), data);
      if (wrong !== undefined) return wrong;
    }
  } catch (error) {
    if (error instanceof RangeError) return { unreadable: error.message };
    throw error;
  }
  if (answer.empty) return { unreadable: 'the endpoint answered with something that is no stream of completions' };
  // Some servers leave [DONE] out; none leaves out why it stopped.
  if (answer.ended) return answer.whole();
  throw new HttpError('network', 'the stream ended in the middle of the answer');
}

interface GrowingCall {
  id?: string;
  name: string;
  arguments: string;
}

class StreamedCompletion {
  readonly #timing: StreamTiming;
  readonly #calls = new Map<number, GrowingCall>();
  readonly #logProbs: number[] = [];
  #text = '';
  #refusal = '';
  #end: Pick<Completion, 'finishReason' | 'refused'> = {};
  #about: ReturnType<typeof aboutOf> = {};
  #parts = 0;

  constructor(startedAt: number) {
    this.#timing = new StreamTiming(startedAt);
  }

  get empty(): boolean {
    return this.#parts === 0;
  }

  get ended(): boolean {
    return this.#end.finishReason !== undefined;
  }

  /** What was thought came before the first token, or not at all. */
  get #shown(): number | undefined {
    const { usage, reasoningTokens = 0 } = this.#about;
    return usage === undefined ? undefined : usage.completionTokens - reasoningTokens;
  }

  add(value: unknown, data: string): Unreadable | undefined {
    const said = textAt(value, 'error', 'message') ?? textAt(value, 'error');
    if (said !== undefined) return { unreadable: `the endpoint broke the stream off: ${said.slice(0, 200)}` };
    if (!isMap(value) || !Array.isArray(value['choices']))
      return { unreadable: `the endpoint streams something that is no completion: ${data.slice(0, 80)}` };
    this.#parts += 1;
    // Gateways name the model in every part; tokens stand in the last, which may have no choices.
    this.#about = { ...this.#about, ...aboutOf(value) };
    const choice = member(value, 'choices', 0);
    if (choice === undefined) return undefined;
    this.#end = { ...this.#end, ...endOf(choice, false) };
    this.#logProbs.push(...(logProbsOf(choice).logProbs ?? []));
    const delta = member(choice, 'delta');
    const text = textAt(delta, 'content') ?? textAt(choice, 'text') ?? '';
    const refusal = textAt(delta, 'refusal') ?? '';
    this.#text += text;
    this.#refusal += refusal;
    const calls = listAt(delta, 'tool_calls');
    for (const call of calls) this.#grow(call);
    if (text !== '' || refusal !== '' || calls.length > 0) this.#timing.part();
    return undefined;
  }

  whole(): Completion | Unreadable {
    if (this.empty) return { unreadable: 'the endpoint ended the stream before it began' };
    const refused = this.#refusal !== '';
    const toolCalls: ReplyToolCall[] = [...this.#calls]
      .toSorted(([one], [other]) => one - other)
      .map(([, call]) => ({ ...call }));
    return {
      text: this.#text === '' ? this.#refusal : this.#text,
      ...this.#end,
      ...(refused && { refused }),
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(this.#logProbs.length > 0 && { logProbs: this.#logProbs }),
      ...this.#about,
      ...this.#timing.done(this.#shown),
    };
  }

  #grow(call: unknown): void {
    const index = numberAt(call, 'index') ?? 0;
    const grown = this.#calls.get(index) ?? { name: '', arguments: '' };
    const id = textAt(call, 'id');
    if (id !== undefined && id !== '') grown.id = id;
    grown.name += textAt(call, 'function', 'name') ?? '';
    grown.arguments += textAt(call, 'function', 'arguments') ?? '';
    this.#calls.set(index, grown);
  }
}
