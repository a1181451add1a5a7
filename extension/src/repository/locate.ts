// Where the repository of a folder is. Starts Git, so it is only called for folders that the user trusts.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Place {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Absolute path of the folder with the refs, also from a linked work tree. */
  readonly gitFolder: string;
}

export type Located = Place | 'no-git' | 'no-repository';

const questions = ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir'];

/** The first of the folders that lies in a repository. */
export async function locateRepository(folders: readonly string[]): Promise<Located> {
  for (const folder of folders) {
    const located = await locate(folder);
    if (located !== 'no-repository') return located;
  }
  return 'no-repository';
}

async function locate(folder: string): Promise<Located> {
  try {
    const { stdout } = await promisify(execFile)('git', questions, { cwd: folder, windowsHide: true });
    const [root, gitFolder] = stdout.trimEnd().split('\n');
    return root === undefined || gitFolder === undefined ? 'no-repository' : { root, gitFolder };
  } catch (error) {
    // Git itself answers with a number: no repository, a bare one, or one that another user owns.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'no-git' : 'no-repository';
  }
}
