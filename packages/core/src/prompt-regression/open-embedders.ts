// The embedding models of an evaluation: the suite's, those that assertions name themselves, else the environment's.
import { canonicalJson } from '../formats/canonical.ts';
import type { EvalProvider } from '../formats/eval-suite.ts';
import type { RunInput } from '../formats/run.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { EmbedderFactory, ProviderSettings } from './provider-settings.ts';

export interface OpenedEmbedders {
  /** @param as an assertion's own provider; a model that answers gives no vectors, and the suite's is asked */
  of(as: unknown): Promise<Embedder>;
  /** Files of models that lie here, where one was asked. */
  inputs(): Promise<readonly RunInput[]>;
  close(): Promise<void>;
}

/** Opened when first asked for, each model once. */
export function openEmbedders(
  byDefault: EvalProvider | undefined,
  settings: Pick<ProviderSettings, 'cassettes' | 'record' | 'model'>,
  open: EmbedderFactory,
): OpenedEmbedders {
  const opened = new Map<string, Promise<Embedder>>();
  return {
    of: (as) => {
      const provider = isEmbedding(as) ? as : byDefault;
      const key =
        provider === undefined ? '' : canonicalJson([provider.kind, provider.id, provider.model, provider.config]);
      const made = opened.get(key) ?? open({ ...settings, ...(provider !== undefined && { provider }) });
      opened.set(key, made);
      return made;
    },
    inputs: async () => (await Promise.all(opened.values())).flatMap(({ inputs = [] }) => inputs),
    close: async () => {
      for (const made of opened.values()) await (await made).close?.();
    },
  };
}

const isEmbedding = (as: unknown): as is EvalProvider =>
  typeof as === 'object' && as !== null && 'config' in as && (as as EvalProvider).config['endpoint'] === 'embeddings';
