// The embedding model of similarity assertions, as a suite or the environment names it.
import type { Embedder, EvalProvider, ModelFailure, Workspace } from '@pawl/core';
import { SecretFiller, textSetting, type Environment } from './config-values.ts';
import { onnxEmbedder } from './embedding/onnx-embedder.ts';
import { openAiEmbedder } from './openai-embedder.ts';
import type { FoundRuntime } from './onnx-native.ts';
import { endpointOptions } from './open-kind.ts';
import { Pacer } from './pacer.ts';

export interface PromptEmbedderOptions {
  readonly environment: Environment;
  /** Where a model that lies here is read. */
  readonly workspace: Workspace;
  /** What runs a model that lies here; without it WebAssembly does. */
  readonly runtime?: () => Promise<FoundRuntime>;
  /** An embedding model of a suite; without one the environment is looked at. */
  readonly provider?: EvalProvider;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  /** Given when nobody waits for vectors any longer. */
  readonly signal?: AbortSignal;
}

/**
 * Without a provider: PAWL_EMBEDDINGS_MODEL where it is `onnx:` and a folder, else the endpoint PAWL_EMBEDDINGS_URL with
 * that model, else OpenAI's with OPENAI_API_KEY. Where there is none of them, every question is answered with what to
 * set: similarity is never guessed.
 */
export async function promptEmbedder(options: PromptEmbedderOptions): Promise<Embedder> {
  const { environment, workspace, runtime, concurrency = 4, timeoutMs = 60_000, signal } = options;
  const provider = withAddress(options.provider, environment) ?? providerOf(environment);
  if (provider === undefined) return { id: 'none', embed: async () => nothingSet };
  if (provider.kind === 'onnx')
    return onnxEmbedder({
      path: provider.model ?? '',
      settings: provider.config,
      workspace,
      ...(runtime !== undefined && { runtime }),
    });
  const filler = new SecretFiller(environment);
  const baseUrl = filler.fill(textSetting(provider.config, 'baseUrl', 'apiBaseUrl') ?? 'https://api.openai.com/v1');
  const model = provider.model ?? provider.id;
  const pacer = new Pacer({ max: concurrency });
  const settings = {
    model,
    cassettes: [],
    record: 'none',
    timeoutMs,
    ...(signal !== undefined && { signal }),
  } as const;
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
  hint: 'Name one in the suite: embedding: onnx:<folder> runs a model of the repository. Or set PAWL_EMBEDDINGS_URL and PAWL_EMBEDDINGS_MODEL to any endpoint with /embeddings (Ollama, llama.cpp and vLLM run one on this machine), or OPENAI_API_KEY.',
};

/** A model without a word of where it is asked is one of the environment's endpoint. */
function withAddress(provider: EvalProvider | undefined, environment: Environment): EvalProvider | undefined {
  if (provider?.kind !== 'openai' || textSetting(provider.config, 'baseUrl', 'apiBaseUrl') !== undefined)
    return provider;
  return { ...provider, config: { ...providerOf(environment)?.config, ...provider.config } };
}

function providerOf(environment: Environment): EvalProvider | undefined {
  const url = environment('PAWL_EMBEDDINGS_URL') || undefined;
  const named = environment('PAWL_EMBEDDINGS_MODEL') || undefined;
  const key = environment('OPENAI_API_KEY') || undefined;
  if (named?.startsWith('onnx:') === true)
    return {
      id: named,
      label: named,
      kind: 'onnx',
      model: named.slice('onnx:'.length),
      config: {},
      place: { file: '' },
    };
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
