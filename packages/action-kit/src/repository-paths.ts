// A feature names files from its working directory; reviewers, annotations and checks read them from the root of
// the repository, which is the workspace. Here, and nowhere else, the one becomes the other.
import { isAbsolute, relative, sep } from 'node:path';
import type { Report } from '@pawl/core';

/** The report with every place named from the workspace. Its words stay as they are, and so does the command that reproduces it. */
export function fromRepositoryRoot(
  report: Report,
  place: { readonly workspace: string; readonly root: string },
): Report {
  const folder = relative(place.workspace, place.root).replaceAll(sep, '/');
  // A root outside the workspace has no path that an annotation could name.
  if (folder === '' || folder === '..' || folder.startsWith('../') || isAbsolute(folder)) return report;
  const moved = <T extends { readonly file?: string | undefined }>(entry: T): T =>
    entry.file === undefined ? entry : { ...entry, file: `${folder}/${entry.file}` };
  return { ...report, findings: report.findings.map(moved), problems: report.problems.map(moved) };
}
