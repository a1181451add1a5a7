// GitHub as the code host.
export {
  artifactName,
  takesArtifacts,
  uploadReport,
  type ArtifactPlace,
  type ArtifactRequest,
  type ArtifactResult,
} from './artifact.ts';
export { openCodeHost, type CodeHostOptions, type GitHubCodeHost, type PublishAll } from './code-host.ts';
export type { CommentMode } from './publish-comment.ts';
export { readPullRequest, type PullRequestFacts } from './pull-request.ts';
export {
  artifactsOfRun,
  artifactsOfThisRun,
  type ArtifactFile,
  type ArtifactLimits,
  type Fetched,
} from './run-artifacts.ts';
export { readZip, type ReadZip, type ZipFile, type ZipLimits } from './zip.ts';
