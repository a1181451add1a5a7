// A request as OpenAI's API takes it: chat completions, and completions of one text.
import type { Message, ModelRequest } from '@pawl/core';

/** The names that differ between prompt files and the API; others are the same. */
const parameterNames: Readonly<Record<string, string>> = {
  maxTokens: 'max_tokens',
  maxCompletionTokens: 'max_completion_tokens',
  topP: 'top_p',
  topK: 'top_k',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  reasoningEffort: 'reasoning_effort',
  topLogprobs: 'top_logprobs',
};

export function chatBody(request: ModelRequest, stream: boolean): object {
  const { model, messages, parameters, responseFormat, tools, toolChoice } = request;
  const format =
    responseFormat?.type === 'json_schema'
      ? { type: 'json_schema', json_schema: responseFormat.jsonSchema }
      : responseFormat;
  return {
    model,
    messages: messages.map(messageOf),
    ...named(parameters),
    ...(format !== undefined && { response_format: format }),
    ...(tools !== undefined && { tools }),
    ...(toolChoice !== undefined && { tool_choice: toolChoice }),
    ...streamOf(stream),
  };
}

export function completionBody({ model, text, parameters }: ModelRequest, stream: boolean): object {
  const { logprobs, ...others } = named(parameters);
  // Here it is a number of alternatives, where a chat has a yes.
  const asked = logprobs === true ? 1 : logprobs === false ? undefined : logprobs;
  return { model, prompt: text ?? '', ...others, ...(asked !== undefined && { logprobs: asked }), ...streamOf(stream) };
}

/** As it was written: calls of tools and parts of kinds that are not ours are the endpoint's affair. */
const messageOf = ({ toolCallId, ...message }: Message): object =>
  toolCallId === undefined ? message : { ...message, tool_call_id: toolCallId };

export const named = (parameters: ModelRequest['parameters']): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [parameterNames[name] ?? name, value]));

// Without the option the tokens of a stream are told by nobody.
const streamOf = (stream: boolean): object => (stream ? { stream: true, stream_options: { include_usage: true } } : {});
