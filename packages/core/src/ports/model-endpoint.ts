// Models that answer over the network: asked for a moment, never moved. What they say is evidence like a file's.
import type { Read } from '../formats/problem.ts';
import type { ModelProvider } from './model-provider.ts';
import type { ScoredModel } from './model-scorer.ts';

export interface EndpointConnection {
  /** Name of the environment variable that holds the key; the key itself never enters core. */
  readonly apiKeyEnv?: string;
  /** Of one request. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Requests under way at a time, at most. */
  readonly concurrency: number;
  /** Rows in one request, at most. */
  readonly batchRows: number;
}

export interface ModelEndpoints {
  /**
   * A model behind KServe's Open Inference Protocol (v2), for example Triton's.
   * @param url `http://host:8000/v2/models/NAME`, with `/versions/N` where one is meant
   * @throws ModelError when it cannot be reached, or has inputs that no column can fill
   */
  tensors(url: string, connection: EndpointConnection): Promise<ScoredModel>;
  /** A language model behind an API like OpenAI's. */
  language(
    address: { readonly baseUrl: string; readonly model: string },
    connection: EndpointConnection,
  ): Promise<Read<ModelProvider>>;
}
