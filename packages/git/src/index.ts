// The store, the registry, history and workspace on Git.
export type { Compaction } from './compaction.ts';
export { sha256 } from './digests.ts';
export type { Environment } from './environment.ts';
export { GitFailure, HistoryError, RegistryError, StoreError, WorkspaceError } from './errors.ts';
export { openHistory, type GitHistory, type HistoryRequest } from './history.ts';
export { producerIds, randomIds, type Producer } from './ids.ts';
export { openRegistry, type GitRegistry, type RegistryRequest } from './registry.ts';
export { remoteOf } from './remotes.ts';
export { openStore, type GitStore, type StoreRequest } from './store.ts';
export type { Verification } from './verify.ts';
export { openWorkspace } from './workspace.ts';
