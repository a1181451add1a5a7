// The playground repository and the walk over it.
export { buildRepository, type Playground } from './build-repository.ts';
export { walk } from './walk.ts';
