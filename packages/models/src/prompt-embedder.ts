// The embedding model of similarity assertions, as a suite or the environment names it.
import type { Embedder, EvalProvider, ModelFailure } from '@pawl/core';
import { SecretFiller, textSetting, type Environment } from './config-values.ts';
import { openAiEmbedder } from './openai-embedder.ts';
import { endpointOptions } from './open-kind.ts';
import { Pacer } from './pacer.ts';

export interface PromptEmbedderOptions {
  readonly environment: Environment;
  /** An embedding model of a suite; without one the environment is looked at. */
  readonly provider?: EvalProvider;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
}

/**
 * Without a provider: the endpoint PAWL_EMBEDDINGS_URL with the model PAWL_EMBEDDINGS_MODEL, else OpenAI's with
 * OPENAI_API_KEY. Where there is neither, every question is answered with what to set: similarity is never guessed.
 */
export function promptEmbedder(options: PromptEmbedderOptions): Embedder {
  const { environment, concurrency = 4, timeoutMs = 60_000 } = options;
  const provider = options.provider ?? providerOf(environment);
  if (provider === undefined) return { id: 'none', embed: async () => nothingSet };
  const filler = new SecretFiller(environment);
  const baseUrl = filler.fill(textSetting(provider.config, 'baseUrl', 'apiBaseUrl') ?? 'https://api.openai.com/v1');
  const model = provider.model ?? provider.id;
  const pacer = new Pacer({ max: concurrency });
  const settings = { model, cassettes: [], record: 'none', timeoutMs } as const;
  const opening = {
    provider,
    settings,
    filler,
    environment,
    pacer: () => pacer,
    folder: async () => '.',
  };
  return openAiEmbedder({ ...endpointOptions(opening, baseUrl), model });
}

const nothingSet: ModelFailure = {
  failure: 'no embedding model is set, and similarity is not guessed without one',
  hint: 'Set PAWL_EMBEDDINGS_URL and PAWL_EMBEDDINGS_MODEL to any endpoint with /embeddings (Ollama, llama.cpp and vLLM run one on this machine), or OPENAI_API_KEY.',
};

function providerOf(environment: Environment): EvalProvider | undefined {
  const url = environment('PAWL_EMBEDDINGS_URL') || undefined;
  const named = environment('PAWL_EMBEDDINGS_MODEL') || undefined;
  const key = environment('OPENAI_API_KEY') || undefined;
  if (url === undefined && key === undefined) return undefined;
  const model = named ?? 'text-embedding-3-large';
  return {
    id: model,
    label: model,
    kind: 'openai',
    model,
    config: {
      baseUrl: url ?? 'https://api.openai.com/v1',
      apiKeyEnv: url === undefined ? 'OPENAI_API_KEY' : 'PAWL_EMBEDDINGS_KEY',
    },
    place: { file: '' },
  };
}
