// The ports of one repository, opened when first asked for: what the CLI, the actions and tests hand to use cases.
import type {
  Clock,
  CommitLog,
  Config,
  DataEngine,
  DeployTarget,
  GatewayOpener,
  History,
  IdSource,
  ModelEndpoints,
  ModelScorer,
  ParquetWriter,
  PlaceInConfig,
  Problem,
  Registry,
  RunContext,
  ScriptRunner,
  Splitter,
  Store,
  Workspace,
} from '@pawl/core';
import type { GitStore, Maintenance, Producer, WorkTree } from '@pawl/git';
import type { Deployment, DeploymentTarget } from '@pawl/core/deploy';
import type { EmbedderFactory, ProviderFactory } from '@pawl/core/prompt-regression';
import type { ScorerWorld } from '@pawl/core/scorers';
import type { RuntimeChoice } from '@pawl/models';

/** The Store port, and what looking after Git's own refs needs. */
export type WorldStore = Store & Maintenance & Pick<GitStore, 'compact' | 'pushSpool'>;

export interface World extends AsyncDisposable {
  /** Absolute path of the repository's work tree. */
  readonly root: string;
  readonly config: Config;
  /** Where a key stands in pawl.yml; undefined when it is not written there. */
  readonly placeInConfig: PlaceInConfig;
  /** What is wrong with pawl.yml; the caller shows it and stops. */
  readonly problems: readonly Problem[];
  readonly workspace: Workspace;
  readonly history: History & CommitLog;
  /** What was changed since the commit, and where state that is no content can lie. */
  readonly workTree: WorkTree;
  readonly registry: Registry;
  readonly store: WorldStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** A new run: id, start time and origin. */
  context(): Promise<RunContext>;
  readonly engine: DataEngine & ParquetWriter;
  /** @param runtime what runs models; `native` is fetched where it is not there */
  openScorer(runtime: RuntimeChoice): ModelScorer;
  /** Models that answer over the network. */
  readonly endpoints: ModelEndpoints;
  /** Users' JavaScript, in a sandbox. */
  readonly scripts: ScriptRunner;
  /** JSON to a service that an assertion names. */
  readonly post: NonNullable<ScorerWorld['post']>;
  /** SQL by the grammar of its dialect, for assertions on it. */
  readonly readSql: NonNullable<ScorerWorld['readSql']>;
  /** One variable of the environment, for suites that are allowed to read it. */
  readonly environment: (name: string) => string | undefined;
  openProvider: ProviderFactory;
  openGateway: GatewayOpener;
  /** The same over other files: recordings are read and written there. */
  openProviderIn(workspace: Workspace): ProviderFactory;
  /** Embedding models, with recordings where there is a cassette. */
  openEmbedder: EmbedderFactory;
  openEmbedderIn(workspace: Workspace): EmbedderFactory;
  openTarget(target: DeploymentTarget): Promise<DeployTarget>;
  openSplitter(splitter: Deployment['splitter']): Promise<Splitter>;
}

/** A repository on GitHub, asked over its REST API. */
export interface RestAddress {
  /** `owner/name` */
  readonly repository: string;
  readonly token: string;
  /** `GITHUB_API_URL` */
  readonly apiUrl: string;
}

export interface WorldOptions {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: (message: string) => void;
  /** Store and registry over REST instead of Git. A GitHub job without a checkout gets this from its environment. */
  readonly rest?: RestAddress;
  /** Where the private Git repository of the store lies; by default in the user's cache folder. */
  readonly storeFolder?: string;
  /** Explicit path of DuckDB's native binding, for closed networks. */
  readonly duckdbPath?: string;
  /** Where engines that are fetched are kept. */
  readonly toolCache?: string;
  /** What tells this step of a CI job from every other, so that a repeated push is a no-op. */
  readonly producer?: Omit<Producer, 'startedAt'>;
  /** Revision of the branch that a pull request goes to. */
  readonly baseRef?: string;
  /** Nothing will be kept of what is done: Git is not asked where it was done. */
  readonly unrecorded?: boolean;
  /** No run will be kept: reports name no command that looks one up. */
  readonly unkept?: boolean;
  /** What the caller knows of the origin better than Git does: pull request, head commit, actor, link. */
  readonly origin?: Partial<RunContext['origin']>;
}
