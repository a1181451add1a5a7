// What the outside must know to open a model provider; core only names it.
import type { EvalProvider } from '../formats/eval-suite.ts';
import type { Read } from '../formats/problem.ts';
import type { Embedder } from '../ports/embedder.ts';
import type { ModelProvider } from '../ports/model-provider.ts';
import type { GatewayAddress } from './gateway/sides.ts';

export type RecordMode = 'none' | 'missing' | 'all';

export interface ProviderSettings {
  readonly model: string;
  readonly baseUrl?: string;
  /** Name of the environment variable that holds the key; the key itself never enters core. */
  readonly apiKeyEnv?: string;
  /** Read in this order, the first that has an answer gives it; new answers go to the first. */
  readonly cassettes: readonly string[];
  readonly record: RecordMode;
  readonly timeoutMs: number;
  /** Given when nobody waits for answers any longer: requests, retries and waiting end. */
  readonly signal?: AbortSignal;
  /** USD for a million tokens. */
  readonly prices?: { readonly prompt: number; readonly completion: number };
  /** As a suite writes it; without one, any endpoint at `baseUrl` that speaks OpenAI's API. What is given beside it wins. */
  readonly provider?: EvalProvider;
  /** Variables of the environment that the inputs allow; providers in Python are given them. */
  readonly env?: readonly string[];
  /** Pause before each request, as the suite asks. */
  readonly delayMs?: number;
  /** Requests under way at one endpoint, at most; fewer when it shows that this is too much. */
  readonly concurrency?: number;
  /** The gateway under test, through which `baseUrl` is asked. */
  readonly gateway?: GatewayAddress;
  /** Answers come token by token, and are timed. */
  readonly stream?: boolean;
}

/**
 * Opens one provider; called once for each different one. Several of them may record into one cassette.
 * Problems are the user's: a corrupt cassette, a URL that is none.
 */
export type ProviderFactory = (settings: ProviderSettings) => Promise<Read<ModelProvider>>;

/** Opens what gives vectors, with the recordings of this evaluation; without a provider what the environment names. */
export type EmbedderFactory = (
  settings: Pick<ProviderSettings, 'cassettes' | 'record' | 'model' | 'provider' | 'signal'>,
) => Promise<Embedder>;
