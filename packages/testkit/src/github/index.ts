// A GitHub on the loopback interface, and its artifact service.
export { startLoopbackArtifacts, type LoopbackArtifacts, type StoredArtifact } from './loopback-artifacts.ts';
export { startLoopbackGitHub, type LoopbackGitHub, type LoopbackGitHubOptions } from './loopback-github.ts';
export type { Actor, PullRequestSeed } from './objects.ts';
export type { GitRepositoryPlace } from './git-objects.ts';
export { makeZip, type ZipEntry } from './make-zip.ts';
