// Temporary Git repositories for tests and demos.
export {
  bareRemote,
  cloneOf,
  gitRepo,
  repoAt,
  temporaryFolder,
  userStateOf,
  type BareRemote,
  type Files,
  type GitRepo,
  type TemporaryFolder,
} from './git-repo.ts';
export { isolatedGit, isolatedGitEnvironment, type IsolatedGit } from './isolated-git.ts';
