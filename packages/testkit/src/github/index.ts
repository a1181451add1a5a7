// A GitHub on the loopback interface.
export { startLoopbackGitHub, type LoopbackGitHub, type LoopbackGitHubOptions } from './loopback-github.ts';
export type { Actor, PullRequestSeed } from './objects.ts';
