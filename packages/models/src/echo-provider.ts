// Answers with the prompt: shows what a suite sends, and tests assertions without a model.
import type { ModelProvider, ModelRequest } from '@pawl/core';

export function echoProvider(): ModelProvider {
  return {
    id: 'echo',
    complete: async (request) => ({
      text: request.text ?? lastText(request),
      latencyMs: 0,
      costUsd: 0,
      finishReason: 'stop',
      reused: false,
    }),
  };
}

function lastText({ messages }: ModelRequest): string {
  const content = messages.at(-1)?.content ?? '';
  return typeof content === 'string'
    ? content
    : content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
