// One bare repository with two ways in: a loopback GitHub that answers REST, and a clone for the git command line.
import { join } from 'node:path';
import { startLoopbackGitHub, type LoopbackGitHub, type LoopbackGitHubOptions } from '@pawl/testkit/github';
import { bareRemote, gitRepo, type BareRemote, type GitRepo } from '@pawl/testkit/git';
import {
  openRegistry,
  openRestRegistry,
  openRestStore,
  openStore,
  type GitRegistry,
  type GitStore,
  type RestRegistry,
  type RestRegistryRequest,
  type RestStore,
  type RestStoreRequest,
  type StoreRequest,
} from '../src/index.ts';

export interface RestHost extends AsyncDisposable {
  readonly github: LoopbackGitHub;
  readonly remote: BareRemote;
  readonly repo: GitRepo;
  readonly commits: readonly [string, string, string];
  store(more?: Partial<RestStoreRequest>): Promise<RestStore>;
  registry(more?: Partial<RestRegistryRequest>): Promise<RestRegistry>;
  /** Through Git, as another machine would. */
  cliStore(more?: Partial<StoreRequest>): Promise<GitStore>;
  cliRegistry(): Promise<GitRegistry>;
}

export async function restHost(options: LoopbackGitHubOptions = {}): Promise<RestHost> {
  const stack = new AsyncDisposableStack();
  const remote = stack.use(await bareRemote());
  const repo = stack.use(await gitRepo());
  const commits = [await repo.commit('one'), await repo.commit('two'), await repo.commit('three')] as const;
  await repo.publishTo(remote);
  const { path, environment } = remote;
  const github = stack.use(await startLoopbackGitHub({ ...options, git: { ...options.git, path, environment } }));
  const place = { repository: 'acme/flights', token: github.token, apiUrl: github.url };
  let caches = 0;
  const clone = (): { repository: string; remote: string; cacheDir: string; environment: GitRepo['environment'] } => ({
    repository: repo.path,
    remote: 'origin',
    cacheDir: join(repo.path, '..', `cache-${(caches += 1)}.git`),
    environment: repo.environment,
  });
  return {
    github,
    remote,
    repo,
    commits,
    store: async (more = {}) => stack.use(await openRestStore({ ...place, ...more })),
    registry: async (more = {}) => stack.use(await openRestRegistry({ ...place, ...more })),
    cliStore: async (more = {}) => stack.use(await openStore({ ...clone(), ...more })),
    cliRegistry: async () => stack.use(await openRegistry(clone())),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
