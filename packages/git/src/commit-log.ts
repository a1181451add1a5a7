// The commits of one line that changed some paths. `rev-list` alone: what `git log` prints hangs on the user's settings.
import type { LoggedCommit } from '@pawl/core';
import type { Git } from './git-runner.ts';

export interface CommitRange {
  /** Hashes. */
  readonly from: string;
  readonly to: string;
  /** From the top of the tree. */
  readonly paths: readonly string[];
}

/** None of these can hold a line break. */
const fields = ['%H', '%P', '%aI', '%an', '%s'] as const;

/** Oldest first. A merge is held against its first parent alone, and stands for what it brought. */
export async function commitsBetween(git: Git, { from, to, paths }: CommitRange): Promise<readonly LoggedCommit[]> {
  if (paths.length === 0) return [];
  const printed = await git.text([
    'rev-list',
    '--first-parent',
    '--reverse',
    '--no-commit-header',
    `--format=${fields.join('%n')}`,
    to,
    `^${from}`,
    '--',
    ...paths.map((path) => `:(top,literal)${path}`),
  ]);
  const lines = printed === '' ? [] : printed.split('\n');
  const found: LoggedCommit[] = [];
  for (let start = 0; start < lines.length; start += fields.length) {
    const [commit = '', parents = '', at = '', author = '', subject = ''] = lines.slice(start, start + fields.length);
    found.push({ commit, parents: parents.split(' ').filter((parent) => parent !== ''), at, author, subject });
  }
  return found;
}
