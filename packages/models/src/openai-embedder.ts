// Texts to vectors, by any endpoint with OpenAI's `/embeddings`: OpenAI, vLLM, Ollama, llama.cpp, LiteLLM, Infinity …
import type { Embedder, ModelFailure } from '@pawl/core';
import { callEndpoint, callOptions } from './call-endpoint.ts';
import { listAt, member, numberAt, parsedJson } from './json-member.ts';
import { openAiAddress, openAiHeaders, type OpenAiOptions } from './openai-provider.ts';
import { priced } from './reply.ts';

export interface EmbedderOptions extends OpenAiOptions {
  readonly model: string;
  /** Texts in one request. */
  readonly batch?: number;
}

type Vector = readonly number[];
type Embedded = { readonly vector: Vector } | ModelFailure;

/** Each different text is sent once, however many assertions compare it. */
export function openAiEmbedder(options: EmbedderOptions): Embedder {
  const { model, apiKey, prices, batch = 64 } = options;
  const url = openAiAddress(options, 'embeddings');
  const headers = openAiHeaders(options, false);
  const calls = callOptions(options, [...(apiKey === undefined ? [] : [apiKey]), ...(options.secrets ?? [])]);
  const known = new Map<string, Promise<Embedded>>();
  let costUsd: number | undefined;

  const ask = async (texts: readonly string[]): Promise<readonly Embedded[]> => {
    const body = JSON.stringify({ model, input: texts, encoding_format: 'float' });
    const called = await callEndpoint({ method: 'POST', url, headers, body }, { whole: readVectors }, calls);
    if ('failure' in called) return texts.map(() => called);
    const { vectors, promptTokens } = called.value;
    const cost = priced({ promptTokens, completionTokens: 0 }, prices);
    if (cost !== undefined) costUsd = (costUsd ?? 0) + cost;
    return texts.map((_, index) => {
      const vector = vectors[index];
      return vector === undefined || vectors.length !== texts.length ? notVectors : { vector };
    });
  };

  return {
    id: `openai:${model}`,
    embed: async (texts) => {
      const before = costUsd;
      const missing = [...new Set(texts)].filter((text) => !known.has(text));
      for (let start = 0; start < missing.length; start += batch) {
        const part = missing.slice(start, start + batch);
        const asked = ask(part);
        for (const [index, text] of part.entries())
          known.set(
            text,
            asked.then((all) => all[index] ?? notVectors),
          );
      }
      const embedded = await Promise.all(texts.map((text) => known.get(text) as Promise<Embedded>));
      const vectors: Vector[] = [];
      for (const [index, each] of embedded.entries()) {
        if ('failure' in each) {
          // Another try may go better.
          known.delete(texts[index] as string);
          return each;
        }
        vectors.push(each.vector);
      }
      const cost = costUsd === undefined ? undefined : costUsd - (before ?? 0);
      return { vectors, ...(cost !== undefined && { costUsd: cost }) };
    },
  };
}

const notVectors: ModelFailure = {
  failure: 'the endpoint answered with something that is no list of vectors',
  hint: 'Check that the model is an embedding model, and that base-url ends before /embeddings.',
};

interface Vectors {
  readonly vectors: readonly Vector[];
  readonly promptTokens: number;
}

function readVectors(text: string): Vectors {
  const value = parsedJson(text);
  const vectors: Vector[] = [];
  for (const [place, item] of listAt(value, 'data').entries()) {
    const vector = member(item, 'embedding');
    if (!Array.isArray(vector) || vector.length === 0 || !vector.every((each) => Number.isFinite(each))) continue;
    // The order is not promised; the index is.
    vectors[numberAt(item, 'index') ?? place] = vector;
  }
  return { vectors, promptTokens: numberAt(value, 'usage', 'prompt_tokens') ?? 0 };
}
