import type { ModelFailure, ModelProvider, ModelReply, ModelRequest } from '../model-provider.ts';

/**
 * Answers by a function: a text, or a whole reply, or a failure. `requests` holds what was asked, in order.
 * A text comes with usage of one token a word and no latency, since no time passes.
 */
export function fakeProvider(
  answer: (request: ModelRequest) => string | ModelReply | ModelFailure,
  id = 'fake',
): ModelProvider & { readonly requests: readonly ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    id,
    requests,
    complete: async (request) => {
      requests.push(request);
      const given = answer(request);
      if (typeof given !== 'string') return given;
      const asked = request.messages.map(({ content }) => content).join(' ');
      const usage = { promptTokens: words(asked), completionTokens: words(given) };
      return { text: given, usage, finishReason: 'stop', reused: false };
    },
  };
}

const words = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;
