// A request as Anthropic's Messages API takes it. Prompts are written in OpenAI's shape; what has a counterpart is
// translated, what has none is refused rather than left out.
import type { ContentPart, Message, ModelFailure, ModelRequest } from '@pawl/core';
import { isMap, member, numberAt, parsedJson, textAt } from './json-member.ts';

type Block = Readonly<Record<string, unknown>>;
interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Block[];
}

/** The API wants a number; this is enough for an answer and stops a runaway. */
const defaultMaxTokens = 1024;

const names: Readonly<Record<string, string>> = {
  maxTokens: 'max_tokens',
  maxCompletionTokens: 'max_tokens',
  max_completion_tokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
  stopSequences: 'stop_sequences',
};

export function anthropicBody(request: ModelRequest, stream: boolean): object | ModelFailure {
  const { model, messages, parameters, responseFormat, tools, toolChoice } = request;
  if (responseFormat?.type === 'json_object')
    return {
      failure: 'Anthropic’s API has no response format json_object',
      hint: 'Give a JSON schema, or ask for JSON in the prompt.',
    };
  const given = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [names[name] ?? name, valueOf(name, value)]),
  );
  const system = [
    ...messages.filter(({ role }) => role === 'system' || role === 'developer').map(({ content }) => textOf(content)),
    ...(typeof given['system'] === 'string' ? [given['system']] : []),
  ].join('\n\n');
  const choice = toolChoiceOf(toolChoice);
  return {
    // What is thought counts too, and has to leave room for an answer.
    max_tokens: defaultMaxTokens + (numberAt(given, 'thinking', 'budget_tokens') ?? 0),
    ...given,
    model,
    ...(system !== '' && { system }),
    messages: turnsOf(messages),
    ...(tools !== undefined && { tools: tools.map(toolOf) }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(responseFormat !== undefined && {
      output_config: { format: { type: 'json_schema', schema: responseFormat.jsonSchema['schema'] } },
    }),
    ...(stream && { stream: true }),
  };
}

const valueOf = (name: string, value: unknown): unknown =>
  name === 'stop' && typeof value === 'string' ? [value] : value;

const textOf = (content: Message['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => textAt(part, 'text') ?? '').join('');

/** Neighbours of one role are one turn: the API wants them to alternate. */
function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'developer') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = blocksOf(message);
    const last = turns.at(-1);
    if (last?.role === role) turns[turns.length - 1] = { role, content: [...last.content, ...blocks] };
    else turns.push({ role, content: blocks });
  }
  return turns;
}

function blocksOf({ role, content, toolCallId, tool_call_id, tool_calls }: Message): readonly Block[] {
  if (role === 'tool')
    return [{ type: 'tool_result', tool_use_id: toolCallId ?? tool_call_id ?? '', content: textOf(content) }];
  const calls = Array.isArray(tool_calls) ? tool_calls.map(callOf) : [];
  // An empty text is refused; beside a call it is none.
  if (typeof content === 'string')
    return content === '' && calls.length > 0 ? calls : [{ type: 'text', text: content }, ...calls];
  return [...(content ?? []).map(partOf), ...calls];
}

function callOf(call: unknown): Block {
  const written = textAt(call, 'function', 'arguments');
  const input = written === undefined ? member(call, 'function', 'arguments') : parsedJson(written);
  return {
    type: 'tool_use',
    id: textAt(call, 'id') ?? '',
    name: textAt(call, 'function', 'name') ?? '',
    input: isMap(input) ? input : {},
  };
}

/** Pictures in OpenAI's shape are translated; texts, and parts in the API's own shape, are taken as they are. */
function partOf(part: ContentPart): Block {
  if (part.type !== 'image_url') return { ...part };
  const url = textAt(part, 'image_url', 'url') ?? textAt(part, 'image_url') ?? '';
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  return {
    type: 'image',
    source: data === null ? { type: 'url', url } : { type: 'base64', media_type: data[1], data: data[2] },
  };
}

/** Tools in OpenAI's shape are translated; the API's own are taken as they are. */
function toolOf(tool: Readonly<Record<string, unknown>>): Block {
  const name = textAt(tool, 'function', 'name');
  if (tool['type'] !== 'function' || name === undefined) return tool;
  const description = textAt(tool, 'function', 'description');
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: member(tool, 'function', 'parameters') ?? { type: 'object' },
  };
}

function toolChoiceOf(choice: unknown): Block | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  if (choice === 'required') return { type: 'any' };
  const name = textAt(choice, 'function', 'name');
  return name !== undefined ? { type: 'tool', name } : isMap(choice) ? choice : undefined;
}
