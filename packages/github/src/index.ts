// GitHub as the code host.
export {
  artifactName,
  takesArtifacts,
  uploadReport,
  type ArtifactPlace,
  type ArtifactRequest,
  type ArtifactResult,
} from './artifact.ts';
export { openCodeHost, type CodeHostOptions } from './code-host.ts';
export type { CommentMode } from './publish-comment.ts';
