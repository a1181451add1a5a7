// The ports of one repository, opened when first asked for: what the CLI, the actions and tests hand to use cases.
import type {
  Clock,
  Config,
  DataEngine,
  DeployTarget,
  History,
  IdSource,
  ModelProvider,
  ModelScorer,
  Problem,
  Registry,
  RunContext,
  Splitter,
  Store,
  Workspace,
} from '@pawl/core';

export interface World extends AsyncDisposable {
  /** Absolute path of the repository's work tree. */
  readonly root: string;
  readonly config: Config;
  /** What is wrong with pawl.yml; the caller shows it and stops. */
  readonly problems: readonly Problem[];
  readonly workspace: Workspace;
  readonly history: History;
  readonly registry: Registry;
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** A new run: id, start time and origin. */
  context(): Promise<RunContext>;
  openEngine(): Promise<DataEngine>;
  openScorer(): Promise<ModelScorer>;
  openProvider(endpoint: ProviderEndpoint): Promise<ModelProvider>;
  openTarget(target: TargetAddress): Promise<DeployTarget>;
  openSplitter(address: { readonly url: string; readonly tokenEnv?: string }): Promise<Splitter>;
}

export interface ProviderEndpoint {
  readonly baseUrl: string;
  /** Name of the environment variable that holds the key; the key itself is never passed around. */
  readonly apiKeyEnv?: string;
  /** Price in USD for a million tokens. */
  readonly prices?: { readonly prompt: number; readonly completion: number };
}

export interface TargetAddress {
  readonly kind: 'triton' | 'vllm';
  readonly url: string;
  /** Folder of Triton's model repository. */
  readonly repository?: string;
  /** Header that opens a restricted API, and the variable that holds its value. */
  readonly adminHeader?: { readonly name: string; readonly valueEnv: string };
}

export interface WorldOptions {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: (message: string) => void;
  /** Where the private Git repository of the store lies; by default in the user's cache folder. */
  readonly storeFolder?: string;
  /** Explicit path of DuckDB's native binding, for closed networks. */
  readonly duckdbPath?: string;
  /** Where engines that are fetched are kept. */
  readonly toolCache?: string;
  /** Fixed identity of a run in CI, so that a repeated push is a no-op. */
  readonly producer?: Readonly<Record<string, string>>;
  /** What the caller knows of the origin better than Git does: pull request, head commit, actor, link. */
  readonly origin?: Partial<RunContext['origin']>;
}
