// Engines and clients, loaded when first needed.
import { join } from 'node:path';
import type {
  DataEngine,
  DeployTarget,
  GatewayOpener,
  ModelEndpoints,
  ModelScorer,
  ParquetWriter,
  ScriptRunner,
  Splitter,
  Workspace,
} from '@pawl/core';
import type { Deployment, DeploymentTarget } from '@pawl/core/deploy';
import type { EmbedderFactory, ProviderFactory } from '@pawl/core/prompt-regression';
import type { ScorerWorld } from '@pawl/core/scorers';
import type { FoundRuntime, GatewayStarter, RuntimeChoice } from '@pawl/models';
import { engineForThisMachine, resolveNativeEngine, type EngineTable } from '@pawl/wire';
import { cacheFolder } from './cache-folder.ts';
import { scriptRunners } from './script-runners.ts';
import { lazily } from './lazily.ts';
import { modelEndpoints } from './model-endpoints.ts';
import type { WorldOptions } from './world.ts';

export interface Openers {
  readonly engine: DataEngine & ParquetWriter;
  /** @param runtime what runs models; `native` is fetched where it is not there */
  readonly openScorer: (runtime: RuntimeChoice) => ModelScorer;
  readonly endpoints: ModelEndpoints;
  readonly openProvider: ProviderFactory;
  readonly openGateway: GatewayOpener;
  /** The same over other files: recordings are read and written there. */
  openProviderIn(workspace: Workspace): ProviderFactory;
  /** Embedding models, with recordings where there is a cassette. */
  readonly openEmbedder: EmbedderFactory;
  openEmbedderIn(workspace: Workspace): EmbedderFactory;
  /** Users' JavaScript, apart from everything, and their Python as programs. */
  readonly scripts: ScriptRunner;
  /** For assertions that ask a service. */
  readonly post: (url: string, body: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;
  /** SQL by the grammar of its dialect, which is fetched when it is first needed. */
  readonly readSql: NonNullable<ScorerWorld['readSql']>;
  readonly environment: (name: string) => string | undefined;
  openTarget(target: DeploymentTarget): Promise<DeployTarget>;
  openSplitter(splitter: Deployment['splitter']): Promise<Splitter>;
  close(): Promise<void>;
}

export function openers(options: WorldOptions, workspace: Workspace): Openers {
  const { env } = options;
  const engine = lazily(() => openDuckDb(options), ['attach', 'query', 'numbers', 'texts', 'writeParquet', 'close']);
  const scripts = scriptRunners(options, workspace);
  const grammars = lazily(
    async () =>
      (await import('./sql-grammars.ts')).sqlGrammars({ toolCache: toolCacheOf(options), progress: options.progress }),
    ['read', 'close'],
  );
  let starter: Promise<GatewayStarter> | undefined;
  const gateways = (): Promise<GatewayStarter> => (starter ??= openStarter(options, workspace));
  const providersIn = (files: Workspace): ProviderFactory => {
    let providers: Promise<ProviderFactory> | undefined;
    return async (settings) =>
      (await (providers ??= gateways().then((started) => openProviders(options, files, { scripts, started }))))(
        settings,
      );
  };
  return {
    engine,
    openScorer: (choice) => lazily(() => openOnnx(options, choice), ['load', 'memory', 'runtime']),
    endpoints: modelEndpoints(env),
    scripts,
    openProvider: providersIn(workspace),
    openProviderIn: providersIn,
    openEmbedder: embedderIn(options, workspace),
    openEmbedderIn: (files) => embedderIn(options, files),
    openGateway: async (request) => (await gateways()).open(request),
    post: async (url, body) => (await import('@pawl/models/asking')).postJson()(url, body),
    readSql: (sql, rules) => grammars.read(sql, rules),
    environment: (name) => env[name],
    openTarget: async (target) => {
      const { tritonTarget, vllmTarget } = await import('@pawl/serving');
      const headers = secretHeader(target['admin-header'], env);
      if (target.kind === 'triton') return tritonTarget({ url: target.url, repository: target.repository, ...headers });
      const onServer = target['adapters-on-server'];
      return vllmTarget({
        url: target.url,
        adapters: target.adapters,
        ...(onServer !== undefined && { adaptersOnServer: onServer }),
        ...headers,
      });
    },
    openSplitter: async (splitter) => {
      const { splitterClient } = await import('@pawl/serving');
      const name = splitter['token-env'];
      const token = name === undefined ? undefined : env[name];
      return splitterClient({ url: splitter.url, ...(token !== undefined && { token }) });
    },
    close: async () => {
      await engine.opened()?.then((opened) => opened.close());
      await grammars.opened()?.then((opened) => opened.close());
      await scripts.close();
    },
  };
}

/** One factory for all runs of a world: providers of one endpoint keep to its limits together. */
async function openProviders(
  { origin }: WorldOptions,
  workspace: Workspace,
  { scripts, started }: { readonly scripts: ScriptRunner; readonly started: GatewayStarter },
): Promise<ProviderFactory> {
  const { promptProviders } = await import('@pawl/models/asking');
  return promptProviders({
    workspace,
    scripts,
    environment: started.environment,
    now: () => new Date().toISOString(),
    ...(origin?.trust !== undefined && { trust: origin.trust }),
  });
}

/** Gateways under test, and the environment that holds their key. */
async function openStarter({ env, origin, progress }: WorldOptions, workspace: Workspace): Promise<GatewayStarter> {
  const { gatewayStarter } = await import('@pawl/models/asking');
  const trust = origin?.trust === undefined ? {} : { trust: origin.trust };
  return gatewayStarter({ workspace, environment: (name) => env[name], progress, ...trust });
}

const embedderIn =
  (options: WorldOptions, workspace: Workspace): EmbedderFactory =>
  async ({ cassettes, record, model, provider, signal }) => {
    const { cassetteEmbedder, promptEmbedder } = await import('@pawl/models');
    const { env, origin } = options;
    const environment = (name: string): string | undefined => env[name];
    const runtime = (): Promise<FoundRuntime> => findOnnx(options, 'auto');
    const inner = await promptEmbedder({
      environment,
      workspace,
      runtime,
      ...(provider !== undefined && { provider }),
      ...(signal !== undefined && { signal }),
    });
    const now = (): string => new Date().toISOString();
    const mode = origin?.trust === 'fork' ? 'none' : record;
    // Live, as answers are: there is nothing to record in.
    if (cassettes.length === 0 && origin?.trust !== 'fork') return inner;
    return cassetteEmbedder({ cassettes, record: mode, workspace, model, inner, now });
  };

/** Put in by the bundler: which binding of DuckDB fits which machine, with its integrity hash. */
declare const PAWL_ENGINES: EngineTable | undefined;

/** The binding is 71 MB and not part of a bundle: given, kept from before, installed beside, or fetched by npm. */
async function openDuckDb(options: WorldOptions): Promise<DataEngine & ParquetWriter> {
  const { openDataEngine } = await import('@pawl/data');
  const bundled = typeof PAWL_ENGINES !== 'undefined' && PAWL_ENGINES !== undefined;
  if (!bundled) return openDataEngine(options.duckdbPath === undefined ? {} : { bindings: options.duckdbPath });
  const engine = engineForThisMachine(PAWL_ENGINES);
  if (engine === undefined)
    return openDataEngine(options.duckdbPath === undefined ? {} : { bindings: options.duckdbPath });
  const bindings = await resolveNativeEngine({
    ...engine,
    toolCache: toolCacheOf(options),
    progress: options.progress,
    ...(options.duckdbPath !== undefined && { override: options.duckdbPath }),
  });
  return openDataEngine({ bindings });
}

const openOnnx = async (options: WorldOptions, choice: RuntimeChoice): Promise<ModelScorer> =>
  (await import('@pawl/models')).onnxScorer(await findOnnx(options, choice));

async function findOnnx(options: WorldOptions, choice: RuntimeChoice): Promise<FoundRuntime> {
  const { root, origin, progress } = options;
  const found = { choice, toolCache: toolCacheOf(options), workspace: root, trust: origin?.trust ?? 'own', progress };
  return (await import('@pawl/models')).findRuntime(found);
}

const toolCacheOf = ({ toolCache, env }: WorldOptions): string => toolCache ?? join(cacheFolder(env), 'tools');

function secretHeader(
  header: { readonly name: string; readonly env: string } | undefined,
  env: WorldOptions['env'],
): { readonly headers?: Readonly<Record<string, string>> } {
  const value = header === undefined ? undefined : env[header.env];
  return header === undefined || value === undefined ? {} : { headers: { [header.name]: value } };
}
