// Where a data file stood before: three states, since "unreadable" must never look like "not there yet".
import type { BaselineSource } from '../formats/run.ts';
import type { History } from '../ports/history.ts';
import { earlierCommit, isHash } from './earlier-commit.ts';

export type BaselineFile =
  /** Nobody asked for one, or there is none yet. `reason` is said in the report. */
  | { readonly state: 'absent'; readonly reason: string }
  /** It exists and cannot be read: what depends on it is an error. */
  | { readonly state: 'unreadable'; readonly reason: string; readonly hint: string }
  | {
      readonly state: 'present';
      /** Absolute path of the file as it was. */
      readonly file: string;
      readonly source: BaselineSource;
    };

export interface BaselineQuestion {
  /** `auto`: the merge base with the base branch · `none` · any revision: a branch, a tag, a commit. */
  readonly wanted: string;
  /** The branch a pull request goes to, where one is known; else the usual names are tried. */
  readonly baseRef: string | undefined;
  /** The data file's path from the root of the repository. */
  readonly path: string;
}

/** Never throws for what Git cannot tell: an unreadable commit is the state `unreadable`. */
export async function findBaselineFile(
  question: BaselineQuestion,
  history: History | undefined,
): Promise<BaselineFile> {
  if (question.wanted === 'none') return { state: 'absent', reason: 'no baseline was asked for' };
  if (history === undefined) {
    return question.wanted === 'auto'
      ? { state: 'absent', reason: 'there is no Git history here' }
      : unreadable(`there is no Git history to find "${question.wanted}" in`);
  }
  try {
    const found =
      question.wanted === 'auto' ? await autoBaseline(question, history) : await namedBaseline(question, history);
    if (!('commit' in found)) return found;
    const file = await history.materialize(found.commit, question.path);
    const short = found.commit.slice(0, 7);
    if (file === undefined) return { state: 'absent', reason: `"${question.path}" was not there yet at ${short}` };
    return { state: 'present', file, source: { ...found } };
  } catch (cause) {
    return unreadable(cause instanceof Error ? firstLine(cause.message) : String(cause));
  }
}

type Commit = Extract<BaselineFile, { state: 'present' }>['source'] & { readonly commit: string };

async function autoBaseline({ baseRef }: BaselineQuestion, history: History): Promise<Commit | BaselineFile> {
  const earlier = await earlierCommit(history, baseRef);
  switch (earlier.state) {
    case 'empty':
      return { state: 'absent', reason: 'there is no commit yet' };
    case 'first':
      return { state: 'absent', reason: 'this is the first commit' };
    case 'unknown':
      return { state: 'absent', reason: 'no merge base is known here' };
    case 'found': {
      const { commit, as, branch } = earlier;
      if (as === 'merge-base')
        return { source: 'merge-base', name: isHash(branch) ? 'the base branch' : branch, commit };
      return { source: 'ref', name: as === 'last' ? 'the last commit' : 'the commit before', commit };
    }
  }
}

async function namedBaseline({ wanted }: BaselineQuestion, history: History): Promise<Commit | BaselineFile> {
  const commit = await history.resolve(wanted);
  return commit === undefined ? unreadable(`Git knows no "${wanted}" here`) : { source: 'ref', name: wanted, commit };
}

const unreadable = (reason: string): BaselineFile => ({
  state: 'unreadable',
  reason,
  hint: 'Fetch the history it needs (fetch-depth: 0), name another baseline, or set it to "none".',
});

const firstLine = (text: string): string => text.split('\n')[0] ?? text;
