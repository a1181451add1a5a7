// From the paths and globs a user names to files the engine has attached.
import type { Problem, Read } from '../formats/problem.ts';
import { DataError, type Column, type DataEngine } from '../ports/data-engine.ts';
import type { Workspace } from '../ports/workspace.ts';

export interface DataFile {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
}

/** The files of each path or glob, in the order written; one that matches nothing is a problem. */
export async function findDataFiles(
  written: readonly string[],
  workspace: Workspace,
): Promise<Read<readonly DataFile[]>> {
  const problems: Problem[] = [];
  const files: DataFile[] = [];
  for (const pattern of written) {
    const paths = await workspace.list(pattern);
    if (paths.length === 0) problems.push(noSuchFile(pattern));
    files.push(...paths.map((path) => ({ name: fileStem(path), path })));
  }
  const distinct = files.filter((file, index) => files.findIndex(({ path }) => path === file.path) === index);
  return problems.length > 0 ? { problems } : { value: distinct, problems };
}

export const fileStem = (path: string): string => (path.split('/').at(-1) ?? path).replace(/(\.\w+)?(\.gz)?$/, '');

const noSuchFile = (pattern: string): Problem => ({
  code: 'DATA_MISSING',
  severity: 'error',
  message: `No file matches "${pattern}".`,
  hint: 'Check the path (from the root of the repository), and that the step which makes the file has run.',
});

/** Attaches a file; what is wrong with it becomes a problem under the path the user knows. */
export async function attachData(
  engine: DataEngine,
  view: string,
  file: { readonly absolute: string; readonly shown: string },
): Promise<Read<readonly Column[]>> {
  try {
    return { value: await engine.attach(view, file.absolute), problems: [] };
  } catch (cause) {
    return { problems: [dataProblem(cause, file.shown)] };
  }
}

/** @throws the cause itself when it is no DataError: then it is a bug, not the user's file */
export function dataProblem(cause: unknown, shown: string): Problem {
  if (!(cause instanceof DataError)) throw cause;
  return { code: cause.code, severity: 'error', message: cause.message, hint: cause.hint, file: shown };
}
