// What a change is compared with: what every feature that has a baseline finds in the same way.
export { earlierCommit } from './earlier-commit.ts';
export { findBaselineFile, type BaselineFile } from './file-before.ts';
export { findVersion, productionOf, sourceOf, versionAsked, type NamedVersion } from './named-version.ts';
