// From the paths and globs a user names to files the engine has attached.
import type { Problem, Read } from '../formats/problem.ts';
import { DataError, type Column, type DataEngine } from '../ports/data-engine.ts';
import type { Workspace } from '../ports/workspace.ts';

export interface DataFile {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
}

/** Where a file names the data, for problems: a suite and its line. */
export type Place = Pick<Problem, 'file' | 'line' | 'column'>;

/** The files of each path or glob, in the order written; one that matches nothing is a problem, where it is named or under its own path. */
export async function findDataFiles(
  written: readonly string[],
  workspace: Workspace,
  place?: Place,
): Promise<Read<readonly DataFile[]>> {
  const problems: Problem[] = [];
  const files: DataFile[] = [];
  for (const pattern of written) {
    const paths = await workspace.list(pattern);
    if (paths.length === 0) problems.push(noSuchFile(pattern, place));
    files.push(...paths.map((path) => ({ name: fileStem(path), path })));
  }
  const distinct = files.filter((file, index) => files.findIndex(({ path }) => path === file.path) === index);
  return problems.length > 0 ? { problems } : { value: distinct, problems };
}

export const fileStem = (path: string): string => (path.split('/').at(-1) ?? path).replace(/(\.\w+)?(\.gz)?$/, '');

const noSuchFile = (pattern: string, place: Place = isGlob(pattern) ? {} : { file: pattern }): Problem => ({
  code: 'DATA_MISSING',
  severity: 'error',
  message: `No file matches "${pattern}".`,
  hint: 'Check the path (from the root of the repository), and that the step which makes the file has run.',
  ...place,
});

/** A pattern is no path that an annotation could stand at. */
export const isGlob = (pattern: string): boolean => /[*?[{]/.test(pattern);

/** Attaches a file; what is wrong with it becomes a problem that calls it `shown`, at `path` where that is not the same. */
export async function attachData(
  engine: DataEngine,
  view: string,
  file: { readonly absolute: string; readonly shown: string; readonly path?: string },
): Promise<Read<readonly Column[]>> {
  try {
    return { value: await engine.attach(view, file.absolute, file.shown), problems: [] };
  } catch (cause) {
    return { problems: [dataProblem(cause, file.path ?? file.shown)] };
  }
}

/** @throws the cause itself when it is no DataError: then it is a bug, not the user's file */
export function dataProblem(cause: unknown, path: string): Problem {
  if (!(cause instanceof DataError)) throw cause;
  return { code: cause.code, severity: 'error', message: cause.message, hint: cause.hint, file: path };
}
