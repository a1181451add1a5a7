// What reads the user's own repository, apart from the store and the registry: every command loads it.
export { sha256 } from './digests.ts';
export { HistoryError } from './errors.ts';
export { openHistory, type GitHistory } from './history.ts';
export { passingIds, producerIds, randomIds } from './ids.ts';
export { remoteOf } from './remotes.ts';
export { openWorkTree, type WorkTree } from './work-tree.ts';
export { openWorkspace } from './workspace.ts';
